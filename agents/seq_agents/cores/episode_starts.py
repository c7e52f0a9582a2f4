"""Episode starts within a sequence, for cores that read many steps in one call."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

from seq_agents.cores.core import State

Read = Callable[[Tensor, State], tuple[Tensor, State]]
"""Maps inputs (B, T, F), in which no episode starts, and a state to outputs (B, T, outputs) and the next state."""


def read_with_starts(
    read: Read, inputs: Tensor, state: State, initial: State, starts: Tensor | None
) -> tuple[Tensor, State]:
    """Read inputs in which episodes start. The inputs are cut at every start, where the state becomes the initial one.

    Args:
        read: reads steps without starts.
        inputs: (B, T, F).
        state: before the first step.
        initial: the state before the first step of an episode.
        starts: (B, T) bool, or None.
    """
    if starts is None or not starts.any():
        return read(inputs, state)
    cuts = starts.any(dim=0).nonzero().flatten().tolist()
    bounds = sorted({0, *cuts, inputs.shape[1]})
    outputs = []
    for first, end in pairwise(bounds):
        begins = starts[:, first]
        state = tuple(
            torch.where(begins.reshape(-1, *[1] * (kept.ndim - 1)), fresh, kept)
            for kept, fresh in zip(state, initial, strict=True)
        )
        read_here, state = read(inputs[:, first:end], state)
        outputs.append(read_here)
    return torch.cat(outputs, dim=1), state
