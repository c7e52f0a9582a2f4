"""The record of a training: right answers, and differences between what was acted and what was updated."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np

from seq_envs.encodings import Array

_LAST_TENTH = 0.9
"""The share of the training after which answers count."""
_LATEST = 1000
"""The latest questions by which a training is solved."""
_SOLVED = 0.97
"""The share of right answers to these at which a training is solved: some actions are drawn at random."""


def unwatched(time_steps: int) -> None:
    """A watch that does nothing."""


class AnswerCount:
    """Right answers and questions of a training, in the order of its time steps.

    Args:
        watch: called with the number of all time steps whenever some are recorded.
    """

    def __init__(self, watch: Callable[[int], None] = unwatched) -> None:
        self._steps: list[tuple[int, float, int, bool]] = []
        self._watch = watch
        self.time_steps = 0
        self._latest: deque[tuple[float, int]] = deque()
        self._right, self._questions = 0.0, 0

    def add(self, time_steps: int, right: float, questions: int, starts_rollout: bool = False) -> None:
        """Record the latest time steps, with the right answers and the questions in them.

        Args:
            time_steps: of all lanes together.
            right: the sum of grades.
            questions: the number of answers that count.
            starts_rollout: whether a rollout starts with these time steps.
        """
        self._steps.append((time_steps, right, questions, starts_rollout))
        self.time_steps += time_steps
        if questions:
            self._latest.append((right, questions))
            self._right, self._questions = self._right + right, self._questions + questions
        while self._latest and self._questions - self._latest[0][1] >= _LATEST:
            right, questions = self._latest.popleft()
            self._right, self._questions = self._right - right, self._questions - questions
        self._watch(self.time_steps)

    @property
    def solved(self) -> bool:
        """Whether at least 97% of the latest 1,000 answers are right."""
        return self._questions >= _LATEST and self._right >= _SOLVED * self._questions

    def accuracy(self) -> float | None:
        """Right answers per question in the last tenth of all time steps; None if it has no questions."""
        right, questions, _ = self._late()
        return float(right.sum() / questions.sum()) if questions.any() else None

    def at_rollout_starts(self) -> tuple[tuple[float, int], tuple[float, int]]:
        """Right answers and questions in the last tenth: at the first steps of rollouts, and at all others."""
        right, questions, starts = self._late()
        first, rest = ((float(right[chosen].sum()), int(questions[chosen].sum())) for chosen in (starts, ~starts))
        return first, rest

    def _late(self) -> tuple[Array, Array, Array]:
        """The right answers, the questions and whether a rollout starts, for each record of the last tenth."""
        time_steps, right, questions, starts = np.array([*self._steps, (0, 0.0, 0, False)]).T
        late = time_steps.cumsum() > _LAST_TENTH * time_steps.sum()
        return right[late], questions[late], starts[late].astype(bool)
