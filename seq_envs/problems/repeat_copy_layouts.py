"""The layouts of SeqRepeatCopy's episodes: every length with every number of repeats, and the levels that follow."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from seq_envs.encodings import Array
from seq_envs.level import Level, Levels
from seq_envs.sizes import Size, largest, mean_power, smallest

_MOST_LAYOUTS = 1_000_000
_MOST_STEPS = 10_000_000
END = -1


class Layouts:
    """Every pair of a length and a number of repeats that an episode may have; all are equally likely.

    Args:
        lengths, repeats: (layouts,).
        marks_end: whether one more answer marks the end.
    """

    def __init__(self, lengths: Array, repeats: Array, marks_end: bool) -> None:
        self.lengths = lengths
        self.last = lengths * (1 + repeats) + marks_end
        """(layouts,): the last step."""
        self._vectors_end = lengths * (1 + repeats)
        self._marks_end = marks_end

    def places(self, step: int) -> Array:
        """(layouts that ask at this step,): the place of the vector that is the right answer, or END."""
        asks = (self.lengths < step) & (step <= self.last)
        lengths, over = self.lengths[asks], step > self._vectors_end[asks]
        return np.where(over, END, (step - lengths - 1) % lengths)

    def ends(self) -> Array:
        """(T,) bool: whether the end is the most likely answer at each step, without any observation."""
        asked, ends = self._counts()
        return 2 * ends > asked

    def _counts(self) -> tuple[Array, Array]:
        """(T,) each: how many layouts ask at each step, and in how many of them the answer is the end."""
        steps = int(self.last.max()) + 1
        begun = np.bincount(self.lengths + 1, minlength=steps + 1)
        over = np.bincount(self.last + 1, minlength=steps + 1)
        ends = np.bincount(self.last[self.last > self._vectors_end], minlength=steps)
        return (begun - over).cumsum()[:steps], ends

    def levels(self, bits: int) -> Levels:
        """The levels with answers of `bits` bits and a place for the end.

        The constant answer is all zeros. The memoryless policy answers zeros, and marks the end where it is likely.
        """
        asked, ends = self._counts()
        marked = ends_marked = self.ends()
        total = (bits + 1) * asked.sum()
        right_bits = bits * (ends + (asked - ends) / 2).sum()
        chance = Level(float((right_bits + (asked - ends).sum()) / total), 0.0)
        accuracy = float((right_bits + np.maximum(ends, asked - ends).sum()) / total)
        marks = np.concatenate([[0], marked.cumsum()])
        once = (marks[self.last + 1] - marks[self.lengths + 1] == 1) & ends_marked[self.last]
        exact_match = float((once * 0.5 ** (bits * self.lengths.astype(np.float64))).mean())
        return Levels(chance, Level(accuracy, exact_match), Level(1.0, 1.0))


@lru_cache(maxsize=16)
def layouts_of(length: Size, repeats: Size) -> Layouts | None:
    """The layouts of these sizes; None if there are too many."""
    sizes = [range(smallest(size), largest(size) + 1) for size in (length, repeats)]
    if len(sizes[0]) * len(sizes[1]) > _MOST_LAYOUTS or largest(length) * (1 + largest(repeats)) > _MOST_STEPS:
        return None
    pairs = np.meshgrid(*(np.array(size, np.int64) for size in sizes))
    return Layouts(pairs[0].ravel(), pairs[1].ravel(), marks_end=repeats != 1)


def copy_levels(length: Size, bits: int) -> Levels:
    """The levels of copying once: every bit is a coin flip."""
    by_luck = Level(0.5, mean_power(0.5**bits, length))
    return Levels(by_luck, by_luck, Level(1.0, 1.0))
