"""Outputs depend on the inputs so far of their own lane, and on nothing else."""

from __future__ import annotations

import torch
from torch import Tensor

from seq_agents.testing.contract import Subject, lane, require

_LANES = 3


def check_lanes(subject: Subject, steps: int) -> None:
    """Each lane gives the same alone as in a batch, where the lanes have different inputs and different states."""
    inputs, state = subject.batch(_LANES, steps), subject.later_state(_LANES)
    outputs, after = subject.values(inputs, state)
    alone = [subject.values(inputs[index : index + 1], lane(state, index)) for index in range(_LANES)]
    right = [
        subject.alike(outputs[index], one[0]) and not subject.wrong_parts(lane(after, index), last)
        for index, (one, last) in enumerate(alone)
    ]
    if all(right):
        return
    shared = tuple(part[:1].expand_as(part).clone() for part in state)
    of_first = subject.values(inputs, shared)[0]
    require(
        not subject.alike(outputs, of_first),
        "the state of the first lane is used for all lanes: each lane has its own state",
    )
    index = right.index(False)
    changed = inputs.clone()
    changed[(index + 1) % _LANES] += 1
    others = tuple(torch.where(_only(part, index), part, 0) for part in state)
    if not subject.alike(subject.values(changed, state)[0][index], outputs[index]):
        cause = "its outputs change with the inputs of another lane"
    elif not subject.alike(subject.values(inputs, others)[0][index], outputs[index]):
        cause = "its outputs change with the state of another lane"
    else:
        cause = "its answers depend on its place in the batch, or on how many lanes there are"
    require(
        False, f"lanes influence each other: lane {index} of a batch of {_LANES} differs from itself alone; {cause}"
    )


def _only(part: Tensor, index: int) -> Tensor:
    """(B, 1, ...) bool: whether a lane of a state has this index."""
    return (torch.arange(len(part)) == index).reshape(-1, *[1] * (part.ndim - 1))


def check_causality(subject: Subject, steps: int) -> None:
    """No output depends on later inputs, or on how many follow."""
    inputs, state = subject.batch(2, steps), subject.later_state(2)
    outputs, _ = subject.values(inputs, state)
    for step in sorted({1, steps // 2, steps - 1}):
        changed = inputs.clone()
        changed[:, step] += 1
        different = subject.differs(subject.values(changed, state)[0], outputs).any(dim=2).any(dim=0)
        earlier = different[:step].nonzero().flatten().tolist()
        require(
            not earlier,
            f"an output depends on later inputs: a change of the input at step {step} changes the output at step "
            f"{earlier[:1]}, as a bidirectional layer, attention without a causal mask or statistics over time do",
        )
    for end in sorted({1, steps // 2, steps - 1}):
        short, _ = subject.values(inputs[:, :end], state)
        unequal = subject.differs(short, outputs[:, :end]).any(dim=2).any(dim=0).nonzero().flatten().tolist()
        require(
            not unequal,
            f"outputs depend on how many steps follow: the output at step {unequal[:1]} differs between calls with "
            f"{end} and {steps} steps, as padding or statistics over time cause",
        )
    require(outputs.isfinite().all(), f"outputs are not finite within {steps} steps")
