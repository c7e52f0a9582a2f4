"""The scores of the episodes under way in many lanes."""

from __future__ import annotations

import numpy as np

from seq_envs.encodings import Array


class ScoreSheet:
    """The sum of grades and the number of scored steps of each lane, in its episode so far."""

    def __init__(self, lanes: int) -> None:
        self.earned = np.zeros(lanes)
        """(lanes,) float64: the sum of the grades."""
        self._asked = np.zeros(lanes, np.int64)
        self._asked_of_all = 0  # Counts the steps that are scored in all lanes, without an array operation.

    @property
    def asked(self) -> Array:
        """(lanes,) int64: the scored steps."""
        asked: Array = self._asked + self._asked_of_all
        return asked

    def add(self, grades: Array, scored: Array | bool) -> None:
        """Add grades (lanes,), 0.0 where not scored. `scored` is (lanes,) bool, or one bool for all lanes."""
        if scored is False:
            return
        self.earned += grades
        if scored is True:
            self._asked_of_all += 1
        else:
            self._asked += scored

    def clear(self, lanes: Array) -> None:
        """Set the scores of these lanes, (lanes,) bool, to zero."""
        self.earned[lanes] = 0.0
        self._asked[lanes] = -self._asked_of_all

    def clear_all(self) -> None:
        """Set the scores of every lane to zero."""
        self.earned[:] = 0.0
        self._asked[:] = 0
        self._asked_of_all = 0
