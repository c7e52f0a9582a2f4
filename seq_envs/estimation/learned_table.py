"""What can be learned of a problem from its episodes alone: the best answers, and what these get on other episodes."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from seq_envs.encodings import Array
from seq_envs.estimation.best_answer import best_answer, best_answers
from seq_envs.estimation.judging import to_learn_from
from seq_envs.estimation.observation_bins import View, views
from seq_envs.problem import Episodes, Problem

_FEWEST = 100
"""Observations that it takes to compare views."""


def right_answers(episodes: Episodes, place: int, most: int) -> Array:
    """(n,): what stands in one place of the right answers, at most so many: the most frequent, or spread evenly."""
    targets = episodes.targets.reshape(*episodes.scored.shape, -1)[episodes.scored][:, place]
    values, counts = np.unique(targets, return_counts=True)
    if len(values) > most and targets.dtype.kind == "f":
        return values[np.linspace(0, len(values) - 1, most).astype(np.int64)]
    return np.sort(values[np.argsort(-counts, kind="stable")[:most]])


class _Answers:
    """The best answer to each kind of observation at one step, learned from observations and targets (n, ...)."""

    def __init__(self, problem: Problem, view: View, observations: Array, targets: Array) -> None:
        self._view = view
        self._kinds, member = np.unique(view.kinds(observations), return_inverse=True)
        self._answers = best_answers(problem, targets, member)
        self._else = best_answer(problem, targets)

    def to(self, observations: Array) -> Array:
        """The answers (B, *shape) to raw observations (B, ...)."""
        kinds = self._view.kinds(observations)
        place = np.minimum(np.searchsorted(self._kinds, kinds), len(self._kinds) - 1)
        chosen = self._answers[place]
        chosen[self._kinds[place] != kinds] = self._else
        return chosen


def _best_answers(problem: Problem, observations: Array, targets: Array) -> _Answers:
    """Those learned from what is left of observations (n, ...) by the view that tells most of the targets (n, ...)."""
    choices = views(observations)
    if len(choices) > 1 and len(targets) > _FEWEST:
        tried = 3 * len(targets) // 4

        def right(view: View) -> float:
            answers = _Answers(problem, view, observations[:tried], targets[:tried])
            return float(np.mean(problem.grade(answers.to(observations[tried:]), targets[tried:])))

        choices.sort(key=right, reverse=True)
    return _Answers(problem, choices[0], observations, targets)


class Table:
    """The best answer to each observation at each step, learned from episodes."""

    def __init__(self, problem: Problem, episodes: Episodes) -> None:
        self._steps: list[_Answers | None] = []
        self._anything = np.zeros_like(episodes.targets[0, 0])
        for step in range(episodes.observations.shape[1]):
            asked = episodes.scored[:, step]
            shown, targets = episodes.observations[:, step][asked], episodes.targets[:, step][asked]
            self._steps.append(_best_answers(problem, shown, targets) if len(targets) else None)

    def guess(self, observations: Array, step: int) -> Array:
        """The answers (B, *shape) to raw observations (B, ...) at a step."""
        answers = self._steps[step]
        if answers is None:
            return np.broadcast_to(self._anything, (len(observations), *self._anything.shape))
        return answers.to(observations)

    def guesses(self, observations: Array) -> Array:
        """The answers (B, T, *shape) to raw observations (B, T, ...)."""
        return np.stack([self.guess(observations[:, step], step) for step in range(observations.shape[1])], axis=1)


@lru_cache(maxsize=16)
def learned_table(problem: Problem) -> Table:
    """The best memoryless answers to a problem that does not state them."""
    return Table(problem, to_learn_from(problem))
