"""An episode that starts within a sequence is read as in a fresh batch."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

from seq_agents.cores.core import State
from seq_agents.testing.contract import CoreError, Subject, lane, named_parts, require

_LANES = 3


def check_starts(subject: Subject, steps: int) -> None:
    """Every pattern of starts gives what its episodes give alone."""
    if not subject.has_starts:
        return
    inputs, state = subject.batch(_LANES, steps), subject.later_state(_LANES)
    plain = subject.values(inputs, state)
    none = torch.zeros(_LANES, steps, dtype=torch.bool)
    with_none = subject.values(inputs, state, none)
    require(
        subject.alike(with_none[0], plain[0]) and not subject.wrong_parts(with_none[1], plain[1]),
        "starts that are all False change the answers: they mean the same as None",
    )
    middle = steps // 2
    for pattern, places in (
        ("a start in one lane", [(1, middle)]),
        ("a start at step 0, with a state that is not the initial one", [(0, 0), (1, 0), (2, 0)]),
        ("two starts in a row", [(1, middle), (1, middle + 1)]),
        ("a start at the last step", [(2, steps - 1)]),
        ("starts at different steps of different lanes", [(0, 0), (1, 2), (1, middle + 1), (2, middle)]),
    ):
        starts = none.clone()
        for index, step in places:
            starts[index, step] = True
        given = starts.clone()
        outputs, last = subject.values(inputs, state, starts)
        require(torch.equal(starts, given), "forward changes its argument starts in place: work on a copy")
        expected, expected_last = _by_episodes(subject, inputs, state, starts)
        wrong = subject.wrong_parts(last, expected_last)
        if wrong or not subject.alike(outputs, expected):
            raise CoreError(_cause(subject, inputs, state, starts, (outputs, last), pattern))


def _by_episodes(
    subject: Subject, inputs: Tensor, state: State, starts: Tensor, fresh: Callable[[State], State] | None = None
) -> tuple[Tensor, State]:
    """The outputs and the last state of each lane and episode read alone."""
    initial = subject.initial(1)
    initial = fresh(initial) if fresh else initial
    outputs, states = [], []
    for index in range(len(inputs)):
        before = lane(state, index)
        bounds = sorted({0, *starts[index].nonzero().flatten().tolist(), inputs.shape[1]})
        read = []
        for first, end in pairwise(bounds):
            before = initial if starts[index, first] else before
            output, before = subject.values(inputs[index : index + 1, first:end], before)
            read.append(output)
        outputs.append(torch.cat(read, dim=1))
        states.append(before)
    return torch.cat(outputs), tuple(torch.cat(parts) for parts in zip(*states, strict=True))


def _cause(
    subject: Subject, inputs: Tensor, state: State, starts: Tensor, found: tuple[Tensor, State], pattern: str
) -> str:
    """The likely cause, in a sentence."""
    outputs, last = found

    def explains(other: tuple[Tensor, State]) -> bool:
        return subject.alike(outputs, other[0]) and not subject.wrong_parts(last, other[1])

    expected, expected_last = _by_episodes(subject, inputs, state, starts)
    plain = subject.values(inputs, state)
    if explains(plain):
        return f"starts are ignored: {pattern} changes no answer"
    late, early = torch.zeros_like(starts), torch.zeros_like(starts)
    late[:, 1:], early[:, :-1] = starts[:, :-1], starts[:, 1:]
    for shifted, word in ((late, "late"), (early, "early")):
        if explains(_by_episodes(subject, inputs, state, shifted)):
            return f"an episode starts one step {word}: with {pattern}, the state is reset one step {word}"
    every = starts.any(dim=0).expand_as(starts)
    without = ~starts.any(dim=1)
    if explains(_by_episodes(subject, inputs, state, every)) or (
        without.any() and not subject.alike(outputs[without], plain[0][without])
    ):
        return f"a start in one lane resets other lanes too: {pattern} changes lanes in which no episode starts"
    if explains(_by_episodes(subject, inputs, state, starts, lambda initial: tuple(part * 0 for part in initial))):
        return f"a start resets the state to zeros, not to initial_state: seen with {pattern}"
    kept = _kept_parts(subject, inputs, state)
    if kept:
        return f"a start does not reset {named_parts(kept, state)}: seen with {pattern}"
    wrong = subject.wrong_parts(last, expected_last)
    if subject.alike(outputs, expected):
        return f"with {pattern}, the outputs are right, but {named_parts(wrong, last)} differs from a fresh batch"
    where = subject.differs(outputs, expected).any(dim=2).nonzero()[0].tolist()
    return (
        f"an episode that starts within a sequence differs from a fresh batch: with {pattern}, from lane {where[0]}, "
        f"step {where[1]} on"
    )


def _kept_parts(subject: Subject, inputs: Tensor, state: State) -> list[int]:
    """The parts of the state that still matter after a start at step 0, where all of it is dropped."""
    starts = torch.zeros(inputs.shape[:2], dtype=torch.bool)
    starts[:, 0] = True
    initial = subject.initial(len(inputs))
    fresh = subject.values(inputs, initial, starts)
    kept = []
    for part, tensor in enumerate(state):
        mixed = (*initial[:part], tensor, *initial[part + 1 :])
        outputs, last = subject.values(inputs, mixed, starts)
        if not subject.alike(outputs, fresh[0]) or subject.wrong_parts(last, fresh[1]):
            kept.append(part)
    return kept
