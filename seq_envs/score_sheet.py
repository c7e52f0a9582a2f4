"""The scores of the episodes under way in many lanes."""

from __future__ import annotations

import numpy as np

from seq_envs.encodings import Array


class ScoreSheet:
    """What each lane has earned in its episode so far, and how many of its answers counted."""

    def __init__(self, lanes: int) -> None:
        self.earned = np.zeros(lanes)
        """(lanes,) float64: the sum of the grades."""
        self._asked = np.zeros(lanes, np.int64)
        self._asked_of_all = 0  # A step that is scored in all lanes counts here, which needs no array operation.

    @property
    def asked(self) -> Array:
        """(lanes,) int64: the scored steps."""
        asked: Array = self._asked + self._asked_of_all
        return asked

    def add(self, grades: Array, scored: Array | bool) -> None:
        """Grades (lanes,), 0.0 where not scored, and where they are scored: (lanes,) bool, or one bool for all."""
        if scored is False:
            return
        self.earned += grades
        if scored is True:
            self._asked_of_all += 1
        else:
            self._asked += scored

    def clear(self, lanes: Array) -> None:
        """Begin anew in these lanes, (lanes,) bool."""
        self.earned[lanes] = 0.0
        self._asked[lanes] = -self._asked_of_all

    def clear_all(self) -> None:
        """Begin anew in every lane."""
        self.earned[:] = 0.0
        self._asked[:] = 0
        self._asked_of_all = 0
