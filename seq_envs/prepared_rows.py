"""The coming rows of aligned lanes, encoded and ready to be graded, many at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from seq_envs.encodings import Array
from seq_envs.problem import Problem

if TYPE_CHECKING:
    from seq_envs.lanes import Lanes

_NUMBERS_AHEAD = 1 << 14
"""The most numbers in the observations that are prepared at once for all lanes. More of them would not fit into the
processor's cache, and a caller who keeps one observation keeps all of them in memory."""


class Question(NamedTuple):
    """The targets of one time step in all lanes, and whether it is scored."""

    targets: Array
    """(lanes, *action_space.shape): arbitrary where not scored."""
    scored: Array | bool
    """(lanes,) bool: whether the answer counts; one bool if it is the same in all lanes."""


class PreparedRows:
    """A few rows of `Lanes` from the current one on.

    With few lanes the cost of a step is the number of array operations in it, so the operations that do not need the
    actions are done for many rows at once.
    """

    def __init__(self, problem: Problem, lanes: int) -> None:
        self._code = problem.code
        self._dtype = problem.answers.dtype
        numbers = max(1, np.size(self._code.blank), math.prod(problem.action_space.shape or ()))
        self._count = max(1, _NUMBERS_AHEAD // (lanes * numbers))
        self.clear()

    def clear(self) -> None:
        """Forget the rows: the lanes have drawn other episodes."""
        self._first = 0
        self._observations: list[Array | None] = []
        self._questions: list[Question] = []

    def observation(self, lanes: Lanes, row: int) -> Array:
        """The observations (lanes, ...) of a row: an array that no other call returns."""
        place = row - self._first
        if not 0 <= place < len(self._observations):
            self._prepare(lanes, row)
            place = 0
        observation = self._observations[place]
        if observation is None:  # An earlier call has returned it.
            return self._code.encode(lanes.observations[row])
        self._observations[place] = None
        return observation

    def question(self, lanes: Lanes, row: int) -> Question:
        """The targets and the scored lanes of a row."""
        place = row - self._first
        if not 0 <= place < len(self._questions):
            self._prepare(lanes, row)
            place = 0
        return self._questions[place]

    def _prepare(self, lanes: Lanes, row: int) -> None:
        rows = slice(row, row + self._count)
        scored = lanes.scored[rows]
        in_all, in_some = np.asarray(scored.all(axis=1)), np.asarray(scored.any(axis=1))
        self._first = row
        self._observations = list(self._code.encode(lanes.observations[rows]))
        self._questions = [
            Question(targets, True if in_all[i] else scored[i] if in_some[i] else False)
            for i, targets in enumerate(lanes.targets[rows].astype(self._dtype))
        ]
