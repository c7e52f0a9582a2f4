"""The stacks of SeqStack, which follow from the symbols of its episodes."""

from __future__ import annotations

import numpy as np

from seq_envs.encodings import Array


class Stacks:
    """The stacks after some symbols.

    Args:
        symbols: (B, T) in the order of `SeqStack`; a cue changes nothing.
        n_values: the number of different values.
    """

    def __init__(self, symbols: Array, n_values: int) -> None:
        batch, steps = symbols.shape
        values = [*range(n_values)]
        cue = [0]
        by_time = symbols.T.astype(np.intp, order="C")
        pushed = np.array([*values, 0, *values, *cue], np.uint8).take(by_time)
        moves = np.array([1] * n_values + [-1] + [1] * n_values + cue).take(by_time)
        # The height is the sum of the moves, which an empty stack keeps from falling below its lowest one so far.
        heights = np.zeros((steps + 1, batch), np.int64)
        np.cumsum(moves, axis=0, out=heights[1:])
        heights -= np.minimum.accumulate(heights, axis=0)
        self._n_values = n_values
        self._stack = np.arange(batch)
        self._contents = np.zeros((steps + 1) * batch, np.uint8)  # From the bottom; any values above the height.
        # What is written to the lowest free place of a stack counts if the height moves up.
        for free, value in zip(heights[:-1] * batch + self._stack, pushed, strict=True):
            self._contents[free] = value
        self.heights: Array = heights[-1]
        """(B,): the number of values on each stack."""

    def unloaded(self, cue: Array) -> Array:
        """The answers (B, n) at the cues (B, n) of these numbers 0, 1, ...: values from the top, then the terminator.

        They are arbitrary at negative numbers.
        """
        place = self.heights[:, None] - 1 - cue
        # A place beyond the contents belongs to a negative number.
        values = self._contents.take(place * len(self._stack) + self._stack[:, None], mode="clip")
        values[place < 0] = self._n_values
        return values
