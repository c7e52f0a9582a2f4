"""The levels of SeqNext: exact for short sequences, estimated from drawn episodes for long ones."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from seq_envs.encodings import Array
from seq_envs.level import Level
from seq_envs.measured_level import measured_level
from seq_envs.seeds import SIMULATED_STREAM

if TYPE_CHECKING:
    from seq_envs.problems.next import SeqNext

LONGEST_EXACT = 4000
"""The greatest `length` for which the memoryless level is exact: going through every episode takes O(length^2) time."""
_PAIRS_AT_ONCE = 1 << 20
"""The most pairs of an observation and a possible spacing that are processed at once, to bound memory."""
_NUMBERS_DRAWN = 10_000_000
"""The target for episodes x length of an estimate."""
_FEWEST_EPISODES, _MOST_EPISODES = 100, 10_000
_DIGITS = 12
"""Decimal digits to which a sum of many probabilities is rounded, since later digits hold rounding errors."""


class NextLevels:
    """The levels of one SeqNext problem, from the probabilities of its episodes.

    An episode is a spacing k, uniform in 1 ... max_step, and a start, uniform in 0 ... starts(k)-1. Values are given by
    their index in the full sequence, 0 ... length-1.
    """

    def __init__(self, problem: SeqNext) -> None:
        self._problem = problem
        self._length = problem.longest
        self._spacings = np.arange(1, problem.max_step + 1)
        self._starts = problem.longest - self._spacings * problem.steps
        self._scored = np.flatnonzero(problem.scored)

    @cached_property
    def _reach(self) -> tuple[Array, Array]:
        """For each index i, (length,): the largest n so that one answer is right for the targets i ... i+n-1.

        The second array, (length, *action_space.shape), holds such an answer for each index.
        """
        indices = np.arange(self._length)
        reach, answers = np.ones(self._length, np.int64), self._problem.as_answers(indices)
        tolerance = self._problem.tolerance
        if tolerance is None:
            return reach, answers
        values = answers.copy()
        # Two targets can share an answer if they are at most 2 * tolerance apart. Rounding to float32 moves that bound
        # by less than one index, so an answer is tried for each distance near it.
        bound = int(2 * tolerance * self._length)
        for distance in range(bound - 2, bound + 3):
            last = np.minimum(indices + max(distance, 0), self._length - 1)
            low, high = values, values[last]
            middle = (low + high) / 2
            for answer in (middle, np.nextafter(middle, low), np.nextafter(middle, high)):
                right = (self._problem.grade(answer, low) == 1) & (self._problem.grade(answer, high) == 1)
                answers[right] = answer[right]
                reach[right] = (last - indices + 1)[right]
        return reach, answers

    def chance(self) -> Level:
        """The best constant answer: exact, in O(length) time."""
        probability = 1 / (len(self._spacings) * self._starts * len(self._scored))  # Of one start and one scored step.
        first = self._spacings[:, None] * (self._scored + 1)  # (max_step, scored steps): the least target.
        each = np.broadcast_to(probability[:, None], first.shape).ravel()
        begins, ends = first.ravel(), (first + self._starts[:, None]).ravel()
        changes = np.bincount(begins, each, self._length + 1) - np.bincount(ends, each, self._length + 1)
        of_target = changes.cumsum()[: self._length]
        below = np.concatenate([[0.0], of_target.cumsum()])
        least = np.arange(self._length)
        end = least + self._reach[0]
        accuracy = np.round(below[end] - below[least], _DIGITS)
        best = int(accuracy.argmax())
        # A constant answer is right in a whole episode if it is right for the first and the last scored target.
        low = np.maximum(best - self._spacings * (self._scored[0] + 1), 0)
        high = np.minimum(end[best] - self._spacings * self._problem.steps, self._starts)
        exact_match = float((np.maximum(high - low, 0) / self._starts).mean())
        return Level(float(accuracy[best]), round(exact_match, _DIGITS))

    def best_guess(self, indices: Array, steps: Array) -> tuple[Array, Array]:
        """The answers of highest expected accuracy to single observations, and that accuracy.

        Args:
            indices: (n,) the index of each observed value.
            steps: (n,) the time step of each observation.

        Returns:
            Answers (n, *action_space.shape) and expected accuracies (n,). Takes O(n * max_step) time.
        """
        at_once = max(1, _PAIRS_AT_ONCE // len(self._spacings))
        parts = [slice(first, first + at_once) for first in range(0, max(len(indices), 1), at_once)]
        guesses = [self._best_guess(indices[part], steps[part]) for part in parts]
        answers, accuracies = zip(*guesses, strict=True)
        return np.concatenate(answers), np.concatenate(accuracies)

    def _best_guess(self, indices: Array, steps: Array) -> tuple[Array, Array]:
        most, spacings, now = len(self._spacings), self._spacings, indices[:, None]
        start = now - spacings * steps[:, None]
        possible = (start >= 0) & (start < self._starts)
        below = np.zeros((len(indices), most + 1))  # Column k: the probability of spacings up to k.
        np.cumsum(possible / (most * self._starts), axis=1, out=below[:, 1:])
        target = np.minimum(now + spacings, self._length - 1)
        reach, answers = self._reach
        last = np.minimum(spacings + reach[target] - 1, most)
        gain = np.take_along_axis(below, last, axis=1) - below[:, :-1]
        best = gain.argmax(axis=1)[:, None]
        chosen = np.take_along_axis(target, best, axis=1)[:, 0]
        return answers[chosen], np.take_along_axis(gain, best, axis=1)[:, 0]

    def memoryless(self) -> Level:
        """The best answers from the current value and the time step: exact up to LONGEST_EXACT, then estimated."""
        if self._problem.max_step == 1:
            return Level(1.0, 1.0)
        return self._exact() if self._length <= LONGEST_EXACT else self._estimated()

    def _exact(self) -> Level:
        """The exact level, from every episode."""
        indices = np.arange(self._length)
        spacing = np.repeat(self._spacings, self._starts)  # (episodes,).
        start = np.concatenate([np.arange(count) for count in self._starts])
        all_right = np.ones(len(start), np.bool_)
        accuracy = 0.0
        for step in self._scored:
            answers, expected = self.best_guess(indices, np.full(self._length, step))
            accuracy += float(expected.sum()) / len(self._scored)
            now = start + spacing * step
            all_right &= self._problem.grade(answers[now], self._problem.as_answers(now + spacing)) == 1
        exact_match = np.bincount(spacing - 1, all_right, len(self._spacings)) / self._starts
        return Level(round(accuracy, _DIGITS), round(float(exact_match.mean()), _DIGITS))

    def _estimated(self) -> Level:
        """The level in drawn episodes, in O(length) time."""
        count = max(_FEWEST_EPISODES, min(_MOST_EPISODES, _NUMBERS_DRAWN // self._length))
        rng = np.random.default_rng(SIMULATED_STREAM)
        spacing = rng.integers(1, self._problem.max_step + 1, size=count)
        start = rng.integers(0, self._starts[spacing - 1])
        questions = len(self._scored)
        at_once = max(1, _PAIRS_AT_ONCE // questions)
        earned = []
        for first in range(0, count, at_once):
            between = spacing[first : first + at_once, None]
            now = start[first : first + at_once, None] + between * self._scored  # (episodes, scored steps).
            answers, _ = self.best_guess(now.ravel(), np.tile(self._scored, len(now)))
            grades = self._problem.grade(answers, self._problem.as_answers((now + between).ravel()))
            earned.append(grades.reshape(now.shape).sum(axis=1))
        return measured_level(np.concatenate(earned), np.full(count, questions))
