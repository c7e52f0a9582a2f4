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
        pushed = np.array([*values, 0, *values, *cue], np.uint8)[symbols.T]
        moves = np.array([1] * n_values + [-1] + [1] * n_values + cue)[symbols.T] * batch
        self._n_values = n_values
        self._contents = np.zeros((steps + 1, batch), np.uint8)  # From the bottom; any values above the height.
        places = self._contents.reshape(-1)
        bottom = np.arange(batch)
        free = bottom.copy()  # The lowest free place of each stack. What is written there counts if it moves up.
        for value, move in zip(pushed, moves, strict=True):
            places[free] = value
            free += move
            np.maximum(free, bottom, out=free)
        self.heights: Array = free // max(batch, 1)
        """(B,): the number of values on each stack."""

    def unloaded(self, cue: Array) -> Array:
        """The answers (B, n) at the cues (B, n) of these numbers 0, 1, ...: values from the top, then the terminator.

        They are arbitrary at negative numbers.
        """
        place = self.heights[:, None] - 1 - cue
        values = np.take_along_axis(self._contents.T, np.clip(place, 0, len(self._contents) - 1), axis=1)
        return np.where(place >= 0, values, np.uint8(self._n_values))
