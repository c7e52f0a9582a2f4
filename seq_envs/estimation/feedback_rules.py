"""Rules: memoryless policies that also receive their previous action, their previous reward, or both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seq_envs.encodings import Array
from seq_envs.estimation.observation_bins import default_binning
from seq_envs.problem import Episodes

_MOST_BINS = 256
"""The most bins of observations that a rule distinguishes."""
RULE = np.uint8
"""The dtype of the answers in rules, which are large: at most 127 candidates, so that the sum of two numbers fits."""


@dataclass(frozen=True)
class Feedback:
    """The inputs of a policy in addition to the current observation and the time step."""

    action: bool
    """Its previous action."""
    reward: bool
    """Its previous reward."""

    def within(self, other: Feedback) -> bool:
        """Whether `other` includes this feedback."""
        return self.action <= other.action and self.reward <= other.reward

    def __str__(self) -> str:
        return " and its ".join(["previous action"] * self.action + ["previous reward"] * self.reward)


NOTHING = Feedback(action=False, reward=False)
ACTION = Feedback(action=True, reward=False)
REWARD = Feedback(action=False, reward=True)
BOTH = Feedback(action=True, reward=True)


class ObservationBins:
    """Numbers 0 ... count-1 for observations; count is at most _MOST_BINS.

    Args:
        observations: raw observations (B, T, ...) from which the bins are made.
    """

    def __init__(self, observations: Array) -> None:
        flat = self._flat(observations)
        self._binning = default_binning(flat)
        self._labels = np.unique(self._binning.bins(flat))
        self.count = min(len(self._labels), _MOST_BINS)

    def of(self, observations: Array) -> Array:
        """(B, T) int64: the bins of observations (B, T, ...); an unknown one gets the bin of a known one."""
        labels = self._binning.bins(self._flat(observations))
        place = np.minimum(np.searchsorted(self._labels, labels), len(self._labels) - 1)
        bins = place * self.count // len(self._labels)
        return bins.reshape(observations.shape[:2])

    def _flat(self, observations: Array) -> Array:
        """(B*T, ...)."""
        return observations.reshape(-1, *observations.shape[2:])


@dataclass
class Play:
    """The answers, situations and rewards in episodes in which rules are followed."""

    answers: Array
    """(B, T) int64, numbers of candidates."""
    situations: Array
    """(B, T) int64."""
    earned: Array
    """(B, T) float32."""


class RulePlay:
    """B episodes of T steps in which rules choose among C candidate answers in N situations.

    A situation is the bin of the observation, the previous answer (0 before the first one) and whether it was rewarded,
    if the feedback includes them. Rules (T, N) of dtype RULE hold the number of the answer in each situation at each
    step.

    Args:
        bins: the bins of observations.
        episodes: the episodes.
        grades: (B, T, C) float32, the grade of each candidate: 0 or 1, and 0 where the step is not scored.
        candidates: (C,) the candidate answers.
        feedback: the inputs of the rules in addition to the observation and the time step.
    """

    def __init__(
        self, bins: ObservationBins, episodes: Episodes, grades: Array, candidates: Array, feedback: Feedback
    ) -> None:
        self.observations = episodes.observations
        self.bins = np.asfortranarray(bins.of(episodes.observations))  # It is read step by step.
        self.bin_count = bins.count
        self.grades = grades
        self.candidates = candidates
        self.feedback = feedback
        self.batch, self.steps, self.answer_count = grades.shape
        self.situation_count = self.bin_count * (self.answer_count + 1) * 2

    def situation(self, step: int, answered: Array, rewarded: Array) -> Array:
        """(B,): the situations at a step after these answers (B,), counted from 1, and rewards (B,)."""
        answered, rewarded = answered * self.feedback.action, rewarded * self.feedback.reward
        situation: Array = (self.bins[:, step] * (self.answer_count + 1) + answered) * 2 + rewarded
        return situation

    def answers_after(self, step: int, rule: Array) -> Array:
        """(B, P, R): the answers of one step's rule (N,) after each previous answer, counted from 1, and reward.

        P is 1 if the feedback has no action, otherwise C + 1; R is 1 if it has no reward, otherwise 2.
        """
        by_feedback = rule.reshape(self.bin_count, self.answer_count + 1, 2)
        answers, rewards = (None if given else 1 for given in (self.feedback.action, self.feedback.reward))
        after: Array = by_feedback[:, :answers, :rewards][self.bins[:, step]]
        return after

    def play(self, rules: Array) -> Play:
        """Follow rules (T, N)."""
        episodes = np.arange(self.batch)
        shape = (self.steps, self.batch)  # A step at a time is written.
        play = Play(np.empty(shape, np.int64).T, np.empty(shape, np.int64).T, np.empty(shape, np.float32).T)
        answered, rewarded = np.zeros((2, self.batch), np.int64)
        for step in range(self.steps):
            situation = self.situation(step, answered, rewarded)
            answer = rules[step][situation]
            earned = self.grades[episodes, step, answer]
            play.situations[:, step], play.answers[:, step], play.earned[:, step] = situation, answer, earned
            answered, rewarded = answer + 1, (earned > 0).astype(np.int64)
        return play

    def mean_return(self, rules: Array) -> float:
        """The mean sum of rewards of an episode in which rules (T, N) are followed."""
        return float(self.play(rules).earned.sum(axis=1).mean())

    def totals(self, situation: Array, worth: Array, situations: int) -> Array:
        """(situations, C): the sum of worth (B, C) over the episodes in each situation (B,)."""
        cells = (situation[:, None] * self.answer_count + np.arange(self.answer_count)).ravel()
        return np.bincount(cells, worth.ravel(), situations * self.answer_count).reshape(situations, self.answer_count)
