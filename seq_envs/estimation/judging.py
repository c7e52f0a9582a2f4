"""The episodes that answers are learned from and judged by, and what answers get on them."""

from __future__ import annotations

import numpy as np

from seq_envs.dataset import raw_episodes
from seq_envs.encodings import Array
from seq_envs.level import Level
from seq_envs.problem import Episodes, Problem
from seq_envs.seeds import JUDGED_STREAM, LEARNED_STREAM


def to_learn_from(problem: Problem) -> Episodes:
    """The episodes that answers are learned from."""
    return _many(problem, LEARNED_STREAM)


def to_judge_by(problem: Problem) -> Episodes:
    """The episodes that learned answers are judged by."""
    return _many(problem, JUDGED_STREAM)


def _many(problem: Problem, stream: int) -> Episodes:
    return raw_episodes(problem, max(100, min(50_000, affordable(problem, 1_000_000, 20_000_000))), stream)


def affordable(problem: Problem, steps: int, numbers: int) -> int:
    """How many episodes have about so many steps at most, and so many numbers in their observations."""
    episode = raw_episodes(problem, 1, 0).observations[0]
    return min(steps // problem.steps, numbers // int(episode.size))


def part(episodes: Episodes, which: slice) -> Episodes:
    """Some of a batch of episodes."""
    return Episodes(*(array[which] for array in episodes))


def judge(problem: Problem, answers: Array, episodes: Episodes) -> Level:
    """What answers (B, T, *shape) get, with standard errors over episodes."""
    correct = problem.grade(answers, episodes.targets) * episodes.scored
    asked, earned = episodes.scored.sum(axis=1), correct.sum(axis=1)
    accuracy = float(earned.sum() / asked.sum())
    residual = (earned - accuracy * asked) / asked.mean()
    exact = earned == asked
    return Level(accuracy, float(exact.mean()), _error(residual), _error(exact))


def _error(values: Array) -> float:
    """The standard error of a mean; where all values are alike, that of one of them being different."""
    return max(float(values.std()), float(1 / np.sqrt(len(values)))) / float(np.sqrt(len(values)))
