"""The episodes that answers are learned from and judged by, and the level of answers to them."""

from __future__ import annotations

from seq_envs.dataset import raw_episodes
from seq_envs.encodings import Array
from seq_envs.level import Level
from seq_envs.measured_level import measured_level
from seq_envs.problem import Episodes, Problem
from seq_envs.seeds import JUDGED_STREAM, LEARNED_STREAM

_FEWEST_EPISODES, _MOST_EPISODES = 100, 50_000
_MOST_STEPS = 1_000_000
_MOST_NUMBERS = 20_000_000


def episodes_to_learn_from(problem: Problem) -> Episodes:
    """The episodes that answers are learned from."""
    return _first_episodes(problem, LEARNED_STREAM)


def episodes_to_judge_by(problem: Problem) -> Episodes:
    """The episodes that learned answers are judged by; they share none with `episodes_to_learn_from`."""
    return _first_episodes(problem, JUDGED_STREAM)


def _first_episodes(problem: Problem, stream: int) -> Episodes:
    """100 to 50,000 episodes: more than 100 only within the limits on time steps and numbers."""
    count = min(_MOST_EPISODES, affordable(problem, _MOST_STEPS, _MOST_NUMBERS))
    return raw_episodes(problem, max(_FEWEST_EPISODES, count), stream)


def affordable(problem: Problem, steps: int, numbers: int) -> int:
    """The number of episodes with at most `steps` time steps, and `numbers` numbers in observations and in targets."""
    example = raw_episodes(problem, 1, 0)
    return min(steps // problem.steps, numbers // max(example.observations.size, example.targets.size))


def part(episodes: Episodes, which: slice) -> Episodes:
    """The episodes of a batch that the slice selects, as views."""
    return Episodes(*(array[which] for array in episodes))


def judge(problem: Problem, answers: Array, episodes: Episodes) -> Level:
    """The level of answers (B, T, *action_space.shape), with standard errors over episodes."""
    correct = problem.grade(answers, episodes.targets) * episodes.scored
    return measured_level(correct.sum(axis=1), episodes.scored.sum(axis=1))
