"""Episode starts within a sequence, for cores that read many steps in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise, repeat

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


def time_steps(first: Tensor, starts: Tensor) -> Tensor:
    """(B, T) int64: the time step of each input in its episode.

    Args:
        first: (B,) int64: the time step of the first input, if no episode begins there.
        starts: (B, T) bool: an episode begins here, with time step 0.
    """
    at = torch.arange(starts.shape[1], device=first.device)
    latest = torch.where(starts, at, -1).cummax(dim=1).values
    return torch.where(latest >= 0, at - latest, first[:, None] + at)


def same_episode(starts: Tensor | None, inputs: Tensor) -> tuple[Tensor, Tensor]:
    """What a step may read when a core reads a chunk of T steps at once.

    Args:
        starts: (B, T) bool, or None.
        inputs: (B, T, ...), on the device of the masks.

    Returns:
        (B, T, T) bool: step t may read step s, which is not later and in the same episode. (B, T) bool: step t may
        read the state before the chunk.
    """
    batch, steps = inputs.shape[:2]
    earlier = torch.ones(steps, steps, dtype=torch.bool, device=inputs.device).tril()
    if starts is None:
        return earlier.expand(batch, -1, -1), earlier.new_ones(batch, steps)
    episode = starts.cumsum(dim=1)
    return (episode[:, :, None] == episode[:, None, :]) & earlier, episode == 0


def steps_in_chunks(
    steps: Iterable[Tensor], starts: Tensor | None, size: int, dim: int = 2
) -> Iterator[tuple[tuple[Tensor, ...], Tensor | None]]:
    """Cut tensors into chunks of at most `size` time steps.

    Args:
        steps: tensors with T time steps along `dim`.
        starts: (B, T) bool, or None.
        size: time steps of a chunk; the last may have fewer.
        dim: the dimension of time.

    Yields:
        One chunk of each tensor, and the starts of these steps.
    """
    # Slices would cost more: the gradient of each is as large as the whole tensor.
    pieces = zip(*(torch.split(part, size, dim) for part in steps), strict=True)
    each_starts = repeat(None) if starts is None else iter(torch.split(starts, size, 1))
    return zip(pieces, each_starts, strict=False)
