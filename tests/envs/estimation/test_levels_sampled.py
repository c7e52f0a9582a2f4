"""Compare the levels with samples: policies reach them, and levels learned from data agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given, settings
from spaces_of_settings import EVERY_CHOICE, Ragged, any_problem, name

import seq_envs
from seq_envs import Level, Problem, policies
from seq_envs.encodings import Array, Encoding, Value
from seq_envs.estimation.learned_table import LearnedTable
from seq_envs.estimation.levels import estimate
from seq_envs.problem import Episodes, fixed_length

FEW = settings(max_examples=max(3, settings().max_examples // 10))
"""Fewer examples for tests that play or learn from thousands of episodes for each."""


class Constant:
    """A policy that always gives the same answer."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def initial_state(self, batch_size: int) -> None:
        return None

    def act(self, observations: Any, state: None) -> tuple[Any, None]:
        return np.stack([self.answer] * len(observations)), None


def best_constant(problem: Problem) -> Any:
    """The best constant answer, found by trying every candidate."""
    episodes = problem.sample(np.random.default_rng(1), 5000)
    targets = episodes.targets[episodes.scored].astype(problem.action_space.dtype)
    if isinstance(problem.action_space, spaces.MultiDiscrete):
        return np.zeros(problem.action_space.shape, int)  # All constants are equally good.
    values, counts = np.unique(targets.ravel(), return_counts=True)
    if isinstance(problem.action_space, spaces.Discrete):
        return values[counts.argmax()]
    middles = np.add.outer(values, values).ravel() / 2
    return max(
        (np.array([middle]) for middle in middles), key=lambda m: (problem.grade(m, values[:, None]) * counts).sum()
    )


def assert_near(got: float, interval: tuple[float, float], expected: float, error: float = 0.0) -> None:
    """The expected value is within three times the 95% interval: 6 standard deviations."""
    low, high = interval
    slack = high - low + 6 * error
    assert low - slack <= expected <= high + slack, f"{got} in {interval} is not {expected}"


def assert_played(problem: Problem, episodes: int) -> None:
    """The reference policies reach their levels."""
    levels = seq_envs.levels(problem)
    best = seq_envs.evaluate(policies.optimal(problem), problem, episodes)
    assert (best.accuracy, best.exact_match) == (1.0, 1.0)
    assert best.levels == levels
    guess, always = levels.memoryless, levels.chance
    got = seq_envs.evaluate(policies.memoryless(problem), problem, episodes)
    assert_near(got.accuracy, got.accuracy_interval, guess.accuracy, guess.accuracy_error)
    assert_near(got.exact_match, got.exact_match_interval, guess.exact_match, guess.exact_match_error)
    got = seq_envs.evaluate(Constant(best_constant(problem)), problem, episodes)
    assert_near(got.accuracy, got.accuracy_interval, always.accuracy, always.accuracy_error)


EVERY_FRAMING = [(id, choice) for id, choice in EVERY_CHOICE if choice["encoding"] in ("value", "discrete")]


@pytest.mark.slow
@pytest.mark.parametrize(("id", "choice"), EVERY_FRAMING, ids=name)
def test_policies_reach_their_levels(id: str, choice: dict[str, Any]) -> None:
    assert_played(seq_envs.make_problem(id, **choice), 2000)


@given(problem=any_problem)
@FEW
def test_policies_reach_their_levels_in_any_setting(problem: Problem) -> None:
    assert_played(problem, 500)


def assert_estimated(problem: Problem) -> None:
    """The levels learned from data agree with the closed forms, except where a learned policy is known to be worse."""
    stated, learned = seq_envs.levels(problem), estimate(problem)
    assert learned.optimal == stated.optimal
    # A threshold within a bin of width 1/50 costs at most half of the bin.
    missed = 0.01 if isinstance(problem, seq_envs.SeqClassify) else 0.0
    # Learned answers are targets, never a number between two targets.
    between = isinstance(problem, seq_envs.SeqNext) and (problem.tolerance or 0) > 0.49 / problem.length
    for known, level in ((stated.chance, learned.chance), (stated.memoryless, learned.memoryless)):
        slack = 6 * level.accuracy_error + 0.003
        assert level.accuracy <= known.accuracy + slack
        assert between or level.accuracy >= known.accuracy - slack - missed
        assert 0 < level.accuracy_error < 0.01


@pytest.mark.slow
@pytest.mark.parametrize(("id", "choice"), EVERY_FRAMING, ids=name)
def test_learned_levels_agree(id: str, choice: dict[str, Any]) -> None:
    assert_estimated(seq_envs.make_problem(id, **choice))


@given(problem=any_problem)
@FEW
def test_learned_levels_agree_in_any_setting(problem: Problem) -> None:
    assert_estimated(problem)


@pytest.mark.parametrize("n_values", range(2, 12))
def test_learned_levels_keep_their_order_if_observations_are_useless(n_values: int) -> None:
    """Answers learned from a useless observation fit noise, and are often worse than a constant answer."""
    learned = estimate(seq_envs.SeqEcho(length=200, lag=199, n_values=n_values))
    assert learned.memoryless.accuracy >= learned.chance.accuracy


def test_a_real_observation_that_determines_the_answer_makes_a_control_task() -> None:
    """Binning causes a few mistakes next to the threshold, which memory could not avoid."""
    learned = estimate(Above())
    assert learned.memoryless.accuracy == 1.0
    assert learned.control


def test_learned_levels_of_a_problem_of_a_user() -> None:
    """In Ragged the answer is the first of 4 values after 1 to 7 steps; after 1 step it is the current observation."""
    problem = Ragged()
    assert problem.known_levels() is None
    levels = seq_envs.levels(problem)
    for level, accuracy in ((levels.chance, 1 / 4), (levels.memoryless, (1 + 6 / 4) / 7)):
        assert level.accuracy == pytest.approx(accuracy, abs=6 * level.accuracy_error)
        assert level.exact_match == level.accuracy  # Each episode has one scored step.
        assert level.exact_match_error == pytest.approx(level.accuracy_error)
        assert level.accuracy_error == pytest.approx(np.sqrt(accuracy * (1 - accuracy) / 50_000), rel=0.02)
    assert levels.optimal == Level(1.0, 1.0)
    assert not levels.control
    assert_played(problem, 5000)


@dataclass(frozen=True, kw_only=True)
class Above(Problem):
    """The answer is whether the current number is above a threshold just beside the edge of a bin."""

    @property
    def steps(self) -> int:
        return 10

    @property
    def code(self) -> Encoding:
        return Value()

    @property
    def action_space(self) -> spaces.Space[Any]:
        return spaces.Discrete(2)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        numbers = rng.random((batch, 10), dtype=np.float32)
        return fixed_length(numbers, (numbers > 0.50001).astype(np.int64), np.ones(10, np.bool_))

    def solve(self, history: Array) -> Array:
        return (history[:, -1] > 0.50001).astype(np.int64)


def test_an_observation_never_seen_gets_the_best_answer_of_its_step() -> None:
    problem = seq_envs.SeqEcho(lag=0, length=1, n_values=3)
    values = np.array([[0], [1], [1]], np.uint8)
    table = LearnedTable(problem, Episodes(values, values, np.ones((3, 1), bool), np.ones(3, np.int64)))
    assert table.guess(np.array([0, 1, 2], np.uint8), 0).tolist() == [0, 1, 1]
