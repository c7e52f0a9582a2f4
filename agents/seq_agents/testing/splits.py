"""A sequence gives the same in one call, in several calls and step by step."""

from __future__ import annotations

import torch
from torch import Tensor

from seq_agents.cores.core import State
from seq_agents.testing.contract import CoreError, Subject, named_parts

_LANES = 2
_CUTS = 12
"""The most cuts of a sequence into two calls that are tried."""


def check_splits(subject: Subject, steps: int) -> None:
    """Single steps, and two calls with a cut anywhere, return the outputs and the state of one call."""
    inputs, initial = subject.batch(_LANES, steps), subject.initial(_LANES)
    outputs, last = subject.values(inputs, initial)
    singles, states = _step_by_step(subject, inputs, initial)
    cuts = range(1, steps) if steps <= _CUTS else [*range(1, 6), 32, 63, 64, 65, steps // 2 + 32, steps - 2, steps - 1]
    split_fails = None
    for cut in cuts:
        first, state = subject.values(inputs[:, :cut], initial)
        second, end = subject.values(inputs[:, cut:], state)
        if not subject.alike(torch.cat([first, second], dim=1), outputs) or subject.wrong_parts(end, last):
            split_fails = cut
            break
    if split_fails is None and subject.alike(singles, outputs) and not subject.wrong_parts(states[-1], last):
        return
    raise CoreError(_cause(subject, inputs, outputs, last, singles, states, split_fails))


def _step_by_step(subject: Subject, inputs: Tensor, state: State) -> tuple[Tensor, list[State]]:
    """The outputs, and the state after each step."""
    outputs, states = [], []
    for step in range(inputs.shape[1]):
        output, state = subject.values(inputs[:, step : step + 1], state)
        outputs.append(output)
        states.append(state)
    return torch.cat(outputs, dim=1), states


def _cause(
    subject: Subject,
    inputs: Tensor,
    outputs: Tensor,
    last: State,
    singles: Tensor,
    states: list[State],
    cut: int | None,
) -> str:
    """The likely cause, in a sentence."""
    steps = inputs.shape[1]
    different = subject.differs(singles, outputs).any(dim=2).any(dim=0).nonzero().flatten().tolist()
    if different and _ignores_state(subject, inputs):
        return (
            "the state that is passed is ignored: after a cut, the outputs are those of a fresh state, so a sequence "
            "differs from its steps"
        )
    if not different:
        wrong = subject.wrong_parts(last, states[-1])
        earlier = [step for step in range(steps - 1) if wrong and not subject.wrong_parts(last, states[step])]
        if earlier:
            return (
                f"the state is read at the wrong step: after {steps} steps in one call it is the state after "
                f"{earlier[-1] + 1} steps"
            )
        parts = named_parts(wrong, last) if wrong else "the state"
        return (
            f"the state is not that after the last step: single steps give the outputs of one call, but {parts} "
            f"differs after {steps if cut is None or wrong else cut} steps in one call, as when it is read after "
            "padding or at a wrong step"
        )
    lost = _lost_lags(subject, inputs)
    if lost:
        return (
            f"a sequence differs from its steps from step {different[0]} on: the input of {lost[0]} steps ago counts "
            "in one call and is lost between calls, as with a buffer that is too short by one or read at a wrong place"
        )
    return (
        f"a sequence differs from its steps from step {different[0]} on: the state that a call returns is not that "
        "after its last step, as when it is read after padding, or something that is remembered is missing in the "
        "state, such as a position"
    )


def _ignores_state(subject: Subject, inputs: Tensor) -> bool:
    fresh = subject.values(inputs, subject.initial(_LANES))[0]
    return subject.alike(subject.values(inputs, subject.later_state(_LANES))[0], fresh)


def _lost_lags(subject: Subject, inputs: Tensor) -> list[int]:
    """The lags at which an input changes an output of one call, but not of single steps."""
    inputs = inputs[:, :140]
    first = inputs.clone()
    first[:, 0] += 1
    initial = subject.initial(_LANES)
    whole = [subject.values(part, initial)[0] for part in (inputs, first)]
    singles = [_step_by_step(subject, part, initial)[0] for part in (inputs, first)]
    of_whole, of_singles = (subject.differs(*pair).any(dim=2).any(dim=0) for pair in (whole, singles))
    return (of_whole & ~of_singles).nonzero().flatten().tolist()
