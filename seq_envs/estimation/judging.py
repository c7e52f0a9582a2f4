"""The episodes that answers are learned from and judged by, and what answers get on them."""

from __future__ import annotations

from seq_envs.dataset import raw_episodes
from seq_envs.encodings import Array
from seq_envs.level import Level
from seq_envs.measured_level import measured_level
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
    """How many episodes have at most this many time steps, and this many numbers in observations and in targets."""
    example = raw_episodes(problem, 1, 0)
    return min(steps // problem.steps, numbers // max(example.observations.size, example.targets.size))


def part(episodes: Episodes, which: slice) -> Episodes:
    """Some of a batch of episodes."""
    return Episodes(*(array[which] for array in episodes))


def judge(problem: Problem, answers: Array, episodes: Episodes) -> Level:
    """The level of answers (B, T, *action_space.shape), with standard errors over episodes."""
    correct = problem.grade(answers, episodes.targets) * episodes.scored
    return measured_level(correct.sum(axis=1), episodes.scored.sum(axis=1))
