"""A core remembers nothing outside its state, changes nothing that it is given, and can be copied and saved."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seq_agents.cores.core import State
from seq_agents.testing.contract import Subject, copied, require, vary

_LANES, _STEPS = 3, 6


def check_arguments(subject: Subject) -> None:
    """A call changes neither its arguments, nor the initial state, nor the core."""
    core, inputs, state = subject.core, subject.batch(_LANES, _STEPS), subject.later_state(_LANES)
    weights = {name: tensor.clone() for name, tensor in core.state_dict().items()}
    initial = tuple(part.clone() for part in subject.initial(_LANES))
    given = inputs.clone(), tuple(part.clone() for part in state)
    subject.values(inputs, state)
    require(torch.equal(inputs, given[0]), "forward changes its argument inputs in place: work on a copy")
    for part, (now, before) in enumerate(zip(state, given[1], strict=True)):
        require(torch.equal(now, before), f"forward changes part {part} of the state that it is given in place")
    for part, (now, before) in enumerate(zip(subject.initial(_LANES), initial, strict=True)):
        require(torch.equal(now, before), f"part {part} of initial_state changes after calls of forward")
    for name, tensor in core.state_dict().items():
        require(torch.equal(tensor, weights[name]), f"forward changes {name}, a weight or buffer of the core")


def check_modes(subject: Subject) -> None:
    """The same call gives the same answer twice, in eval mode and in training mode."""
    inputs, state = subject.batch(_LANES, _STEPS), subject.later_state(_LANES)
    evaluated, trained = (
        [_seeded(subject.with_core(core), inputs, state, seed) for seed in (1, 2, 2)]
        for core in (copied(subject.core), copied(subject.core).train())
    )
    require(
        subject.alike(evaluated[1], evaluated[2]),
        "the same call gives two answers: the core keeps a state inside the module between calls; everything that it "
        "remembers belongs into the state that it returns",
    )
    require(
        subject.alike(evaluated[0], evaluated[1]),
        "the same call gives two answers: the core draws random numbers in eval mode",
    )
    require(
        subject.alike(trained[0], trained[1]),
        "the same call gives two answers in training mode: the core draws random numbers there, as dropout does",
    )
    require(
        subject.alike(trained[0], evaluated[0]),
        "training mode and eval mode give different answers: the core uses statistics of the batch, as batch "
        "normalisation does, or running statistics",
    )


def _seeded(subject: Subject, inputs: Tensor, state: State, seed: int) -> Tensor:
    """The outputs, with torch's global generator seeded."""
    torch.manual_seed(seed)
    return subject.values(inputs, state)[0]


def check_purity(subject: Subject) -> None:
    """Calls do not depend on earlier calls with other data, and do not change what these returned."""
    inputs, state = subject.batch(_LANES, _STEPS), subject.later_state(_LANES)
    with torch.no_grad():
        outputs, after = subject.read(inputs, state)
        kept = outputs.clone(), tuple(part.clone() for part in after)
        subject.read(subject.batch(_LANES + 1, 3, seed=3), subject.initial(_LANES + 1))
    require(
        subject.alike(outputs, kept[0]) and not subject.wrong_parts(after, kept[1]),
        "a later call changes the outputs or the state that an earlier call returned: return new tensors",
    )
    again = subject.values(inputs, state)
    require(
        subject.alike(again[0], kept[0]) and not subject.wrong_parts(again[1], kept[1]),
        "a call gives other answers after a call with other data: the core keeps a state inside the module between "
        "calls",
    )


def check_saving(subject: Subject) -> None:
    """A copy with other weights gives the same answers after `load_state_dict`."""
    inputs = subject.batch(_LANES, _STEPS)
    expected = subject.values(inputs, subject.initial(_LANES))
    other = copied(subject.core)
    require(_same(subject, other, inputs, expected), "a copy by copy.deepcopy gives other answers than the core itself")
    vary(other)
    weights = {name: tensor.clone() for name, tensor in subject.core.state_dict().items()}
    subject.call("load_state_dict of its own state_dict", other.load_state_dict, weights)
    require(
        _same(subject, other, inputs, expected),
        "a copy gives other answers after load_state_dict(core.state_dict()): the state_dict misses weights, or the "
        "core keeps a state inside the module",
    )


def _same(subject: Subject, other: nn.Module, inputs: Tensor, expected: tuple[Tensor, State]) -> bool:
    copy = subject.with_core(other)
    outputs, after = copy.values(inputs, copy.initial(len(inputs)))
    return subject.alike(outputs, expected[0]) and not subject.wrong_parts(after, expected[1])
