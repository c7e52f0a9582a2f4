"""The best memoryless answers of a problem, learned from its episodes alone."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from seq_envs.encodings import Array
from seq_envs.estimation.best_answer import best_answer, best_answers, distinct
from seq_envs.estimation.judging import episodes_to_learn_from
from seq_envs.estimation.observation_bins import Binning, binnings
from seq_envs.problem import Episodes, Problem

_FEWEST_TO_COMPARE = 100
"""With fewer observations, binnings are not compared, and the first one is used."""


def right_answers(episodes: Episodes, place: int | None, most: int) -> Array:
    """(n, ...) sorted: different numbers in one place of the targets, or different whole targets; at most `most`.

    If there are more, these are the most frequent integers, or real numbers spread evenly over all of them.

    Args:
        episodes: with the targets.
        place: of an answer; None: whole answers.
        most: the most answers to return.
    """
    targets = episodes.targets.reshape(*episodes.scored.shape, -1)[episodes.scored]
    values, counts = np.unique(targets if place is None else targets[:, place], axis=0, return_counts=True)
    if len(values) > most and targets.dtype.kind == "f":
        return values[np.linspace(0, len(values) - 1, most).astype(np.int64)]
    return values[np.sort(np.argsort(-counts, kind="stable")[:most])]


class _StepAnswers:
    """The best answer to each bin of observations at one time step, learned from observations and targets (n, ...)."""

    def __init__(self, problem: Problem, binning: Binning, observations: Array, targets: Array) -> None:
        self._binning = binning
        self._bins, bin_of = distinct(binning.bins(observations))
        self._answers = best_answers(problem, targets, bin_of)
        self._answer_to_unknown = best_answer(problem, targets)

    def to(self, observations: Array) -> Array:
        """The answers (B, *action_space.shape) to raw observations (B, ...)."""
        bins = self._binning.bins(observations)
        place = np.minimum(np.searchsorted(self._bins, bins), len(self._bins) - 1)
        answers = self._answers[place]
        answers[self._bins[place] != bins] = self._answer_to_unknown
        return answers


def _best_answers(problem: Problem, observations: Array, targets: Array) -> _StepAnswers:
    """Best answers under the binning that predicts held-out targets best."""
    choices = binnings(observations)
    if len(choices) > 1 and len(targets) > _FEWEST_TO_COMPARE:
        learned = 3 * len(targets) // 4

        def held_out_accuracy(binning: Binning) -> float:
            answers = _StepAnswers(problem, binning, observations[:learned], targets[:learned])
            return float(np.mean(problem.grade(answers.to(observations[learned:]), targets[learned:])))

        choices.sort(key=held_out_accuracy, reverse=True)
    return _StepAnswers(problem, choices[0], observations, targets)


class LearnedTable:
    """The best answer to each observation at each time step, learned from episodes."""

    def __init__(self, problem: Problem, episodes: Episodes) -> None:
        self._steps: list[_StepAnswers | None] = []
        self._arbitrary = np.zeros_like(episodes.targets[0, 0])
        for step in range(episodes.observations.shape[1]):
            scored = episodes.scored[:, step]
            observations, targets = episodes.observations[:, step][scored], episodes.targets[:, step][scored]
            self._steps.append(_best_answers(problem, observations, targets) if len(targets) else None)

    def guess(self, observations: Array, step: int) -> Array:
        """The answers (B, *action_space.shape) to raw observations (B, ...) at a time step; zeros if none is scored."""
        answers = self._steps[step]
        if answers is None:
            return np.broadcast_to(self._arbitrary, (len(observations), *self._arbitrary.shape))
        return answers.to(observations)

    def guesses(self, observations: Array) -> Array:
        """The answers (B, T, *action_space.shape) to raw observations (B, T, ...)."""
        return np.stack([self.guess(observations[:, step], step) for step in range(observations.shape[1])], axis=1)


@lru_cache(maxsize=16)
def learned_table(problem: Problem) -> LearnedTable:
    """The best memoryless answers, learned from `episodes_to_learn_from`."""
    return LearnedTable(problem, episodes_to_learn_from(problem))
