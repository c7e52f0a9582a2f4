"""How much of the episodes is read in one call of a network, so that memory suffices."""

from __future__ import annotations

from torch import Tensor

from seq_agents.networks.view import Observations, parts_of

_AT_ONCE = 20_000
"""Time steps that are read in one call, if an input has few numbers."""
NUMBERS_AT_ONCE = 1 << 21
"""Numbers of the inputs that are read in one call, unless one episode has more."""


def numbers_of(observations: Observations) -> int:
    """The count of all numbers in observations."""
    return sum(part.size for part in parts_of(observations).values())


def steps_at_once(features: Tensor, observations: Observations | None = None) -> int:
    """The time steps that are read in one call, given features (B, T, F) and the observations that they are made of."""
    batch, steps, numbers = features.shape
    if observations is not None:
        numbers = max(numbers, numbers_of(observations) // (batch * steps))
    return min(_AT_ONCE, NUMBERS_AT_ONCE // numbers)
