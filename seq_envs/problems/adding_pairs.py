"""The pairs of SeqAdding: which of them are marked, and what answer their numbers have."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from seq_envs.encodings import Array

MARKED = 1.0
"""The marker of the two numbers that are asked for."""
END = -1.0
"""The marker of the first and the last pair in the variant `original`."""
_MOST_FIRST = 10
"""The most pairs among which the first choice of the variant `original` is made."""


def draw_pair(pair: Array) -> str:
    """A pair as a person reads it."""
    return f"{pair[0]:z.2f}" + {MARKED: "*", END: "|"}.get(float(pair[1]), " ")


def choices(shortest: int) -> tuple[int, int]:
    """The first pairs among which the variant `original` makes its first choice, and those for its second choice.

    `shortest` is the length of the shortest episode.
    """
    second = shortest // 2 - 1
    return min(_MOST_FIRST, second), second


def marked_steps(rng: np.random.Generator, lengths: Array, shortest: int, variant: str) -> Array:
    """(2, B): the two steps that are marked in episodes of these lengths (B,)."""
    luck = np.ascontiguousarray(rng.random((len(lengths), 2)).T)  # Long rows are faster than short ones.
    if variant == "original":
        first, second = choices(shortest)
        steps = (luck * [[first], [second - 1]]).astype(np.int64)
        steps[1] += steps[1] >= steps[0]  # The first choice is left out.
    else:
        half = lengths // 2
        steps = (luck * [half, lengths - half]).astype(np.int64)
        steps[1] += half
    return steps


class Rule(NamedTuple):
    """How the answer follows from the marked numbers."""

    operation: str
    variant: str

    @property
    def scaled(self) -> bool:
        """Whether the answer is the sum of numbers in [-1, 1], scaled to [0, 1]."""
        return self.variant == "original" and self.operation == "add"

    @property
    def neutral(self) -> float:
        """The number that changes no sum, or no product."""
        return 0.0 if self.operation == "add" else 1.0

    def counts(self, step: Array) -> Array:
        """Whether a marked number counts at each of these steps."""
        return (step > 0) | (self.variant == "modern")

    def counted(self, marked: Array, numbers: Array) -> Array:
        """(B, n) float64: the numbers (B, n) that are marked and count; the neutral number for the others."""
        return np.where(marked, numbers.astype(np.float64), self.neutral)

    def counted_of(self, history: Array) -> Array:
        """(B, T) float64: as `counted`, for all pairs (B, T, 2) of episodes from their first step on."""
        marked = (history[..., 1] == MARKED) & self.counts(np.arange(history.shape[1]))
        return self.counted(marked, history[..., 0])

    def answer(self, counted: Array) -> Array:
        """(B, 1): the answers for all numbers that count (B, n)."""
        return self._answer(counted.sum(axis=1) if self.operation == "add" else counted.prod(axis=1))

    def answers(self, counted: Array) -> Array:
        """(B, n, 1): the answers after each of the numbers that count (B, n)."""
        return self._answer(counted.cumsum(axis=1) if self.operation == "add" else counted.cumprod(axis=1))

    def _answer(self, result: Array) -> Array:
        result = 0.5 + result / 4 if self.scaled else result
        return result.astype(np.float32)[..., None]
