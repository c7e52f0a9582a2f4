"""The layouts of SeqRepeatCopy's episodes: every length with every number of repeats, and the levels that follow."""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np

from seq_envs.encodings import Array
from seq_envs.level import Level, Levels, by_luck
from seq_envs.sizes import Size, largest, mean_power, smallest

_MOST_LAYOUTS, _MOST_STEPS = 1_000_000, 10_000_000
"""The most layouts, and the most time steps of an episode, that are counted."""
END = -1
"""Stands for the place of a vector where the answer is the end."""


def place_of(step: int, lengths: Array, repeats: Array) -> Array:
    """(n,): the place of the vector that is the right answer at a step after the delimiter, or END.

    Args:
        step: the time step.
        lengths, repeats: (n,).
    """
    return np.where(step > lengths * (1 + repeats), END, (step - lengths - 1) % lengths)


class Layouts:
    """Every pair of a length and a number of repeats that an episode may have; all are equally likely.

    Args:
        lengths, repeats: (layouts,).
    """

    def __init__(self, lengths: Array, repeats: Array, *, marks_end: bool) -> None:
        self._lengths = lengths
        self._repeats = repeats
        self._last = lengths * (1 + repeats) + marks_end

    def places(self, step: int) -> Array:
        """(layouts that ask at this step,): the place of the vector that is the right answer, or END."""
        asks = (self._lengths < step) & (step <= self._last)
        return place_of(step, self._lengths[asks], self._repeats[asks])

    @cached_property
    def _counts(self) -> tuple[Array, Array]:
        """(T,) each: how many layouts ask at each step, and in how many of them the answer is the end."""
        steps = int(self._last.max()) + 1
        begun, over = (np.bincount(at + 1, minlength=steps + 1)[:steps] for at in (self._lengths, self._last))
        return (begun - over).cumsum(), np.bincount(self._last, minlength=steps)

    @cached_property
    def ends(self) -> Array:
        """(T,) bool: whether the end is the most likely answer at each step, if no observation is known."""
        asked, ends = self._counts
        return 2 * ends > asked

    def levels(self, bits: int) -> Levels:
        """The levels, if answers have a place for the end beside `bits` bits.

        The best constant answer is zeros. The best memoryless policy answers zeros too, and 1 for the end where that is
        most likely: zeros are right for half of the bits of a vector, and for all bits at the end.
        """
        asked, ends = self._counts
        vectors, answers = (asked - ends).sum(), asked.sum()
        right_bits = bits * (ends.sum() + vectors / 2)
        right_ends = np.maximum(ends, asked - ends).sum()
        chance = Level(float((right_bits + vectors) / ((bits + 1) * answers)), 0.0)
        accuracy = float((right_bits + right_ends) / ((bits + 1) * answers))
        # All answers are right if the sequence is all zeros, and the only 1 for an end is at the last step.
        marks = np.concatenate([[0], self.ends.cumsum()])
        marked = (marks[self._last + 1] - marks[self._lengths + 1] == 1) & self.ends[self._last]
        exact_match = float((marked * 0.5 ** (bits * self._lengths.astype(np.float64))).mean())
        return Levels(chance, Level(accuracy, exact_match), Level(1.0, 1.0))


@lru_cache(maxsize=16)
def layouts_of(length: Size, repeats: Size) -> Layouts | None:
    """The layouts of these sizes; None if there are too many."""
    sizes = [range(smallest(size), largest(size) + 1) for size in (length, repeats)]
    if len(sizes[0]) * len(sizes[1]) > _MOST_LAYOUTS or largest(length) * (1 + largest(repeats)) > _MOST_STEPS:
        return None
    pairs = np.meshgrid(*(np.array(size, np.int64) for size in sizes))
    return Layouts(pairs[0].ravel(), pairs[1].ravel(), marks_end=repeats != 1)


def repeat_copy_levels(length: Size, repeats: Size, bits: int) -> Levels | None:
    """The levels; None if there are too many layouts."""
    if repeats == 1:  # Every bit is a coin flip.
        return by_luck(0.5, mean_power(0.5**bits, length))
    layouts = layouts_of(length, repeats)
    return None if layouts is None else layouts.levels(bits)
