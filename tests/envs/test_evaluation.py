"""`evaluate`, and the reference policies."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st
from spaces_of_settings import Ragged, any_problem

import seq_envs
from seq_envs import policies
from seq_envs.wilson import wilson_interval


@profile(max_examples=30)
@given(problem=st.one_of(any_problem, st.just(Ragged())))
def test_the_optimal_policy_is_always_right(problem: seq_envs.Problem) -> None:
    result = seq_envs.evaluate(policies.optimal(problem), problem, episodes=40)
    assert result.accuracy == result.exact_match == 1.0
    assert result.normalized_score == pytest.approx(1.0) or math.isnan(result.normalized_score)


@profile(max_examples=30)
@given(problem=any_problem)
def test_the_random_policy_stays_in_the_action_space(problem: seq_envs.Problem) -> None:
    result = seq_envs.evaluate(policies.random(problem), problem, episodes=20)
    assert 0 <= result.accuracy <= 1


class Fixed:
    """A policy that always gives the same answer, and records the batch sizes."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.batches: list[int] = []

    def initial_state(self, batch_size: int) -> int:
        self.batches.append(batch_size)
        return 0

    def act(self, observations: Any, state: int) -> tuple[Any, int]:
        return np.array([self.answer] * len(observations)), state + 1


def test_evaluation_of_a_known_policy() -> None:
    """SeqMemorize, length 4, always 1: wrong at the first step, right at the second, a coin toss at the third."""
    result = seq_envs.evaluate(Fixed(1), "SeqMemorize-v0", episodes=5000, length=4)
    assert result.accuracy_by_step == (0.0, 1.0, 0.0)
    assert result.accuracy == pytest.approx(1 / 3)
    assert result.mean_return == 1.0
    assert result.exact_match == 0.0
    low, high = result.exact_match_interval
    assert low == 0.0
    assert 0 < high < 0.001
    levels = seq_envs.levels("SeqMemorize-v0", length=4)
    assert result.normalized_score == pytest.approx((1 / 3 - 5 / 6) / (1 / 6))
    assert result.levels == levels


def test_steps_that_are_not_scored_have_no_accuracy() -> None:
    result = seq_envs.evaluate(Fixed(0), "SeqEcho-v0", episodes=100, lag=3)
    assert [math.isnan(share) for share in result.accuracy_by_step] == [True] * 3 + [False] * 7


@pytest.mark.parametrize("episodes", [1, 999, 1000, 1001, 2500])
def test_exactly_as_many_episodes_as_asked_for(episodes: int) -> None:
    policy = Fixed(0)
    result = seq_envs.evaluate(policy, "SeqEcho-v0", episodes=episodes)
    assert result.episodes == episodes
    assert len(policy.batches) == -(-episodes // 1000)


@pytest.mark.slow
def test_the_interval_covers_the_truth() -> None:
    inside = 0
    for seed in range(100):
        low, high = seq_envs.evaluate(Fixed(3), "SeqEcho-v0", episodes=200, seed=seed).accuracy_interval
        inside += low <= 0.1 <= high
    assert 88 <= inside <= 100


def test_the_interval_accounts_for_dependent_answers() -> None:
    """Once the label is 1 it stays 1, so that the 10 answers of an episode are not 10 independent ones."""
    wide = seq_envs.evaluate(Fixed(1), "SeqClassify-v0", episodes=1000)
    low, high = wide.accuracy_interval
    naive = 1.96 * math.sqrt(wide.accuracy * (1 - wide.accuracy) / 10_000)
    data = seq_envs.sample("SeqClassify-v0", episodes=1000)
    spread = 1.96 * data.targets.mean(axis=1).std() / math.sqrt(1000)
    assert (high - low) / 2 == pytest.approx(spread, rel=0.1)
    assert (high - low) / 2 < 0.9 * naive


def test_evaluation_is_repeatable_and_fresh() -> None:
    results = [seq_envs.evaluate(Fixed(3), "SeqEcho-v0", episodes=500, seed=seed) for seed in (0, 0, 1)]
    assert results[0] == dataclasses.replace(results[1], accuracy_by_step=results[0].accuracy_by_step)
    assert results[0].accuracy != results[2].accuracy

    class Recorder(Fixed):
        seen: Any = None

        def act(self, observations: Any, state: int) -> tuple[Any, int]:
            if state == 0:
                self.seen = observations.copy()
            return super().act(observations, state)

    recorder = Recorder(0)
    seq_envs.evaluate(recorder, "SeqEcho-v0", episodes=1000, n_values=1000, length=2, encoding="discrete")
    played = {
        int(seq_envs.sample("SeqEcho-v0", 1, s, n_values=1000, length=2, encoding="discrete")[0][0, 0])
        for s in range(3)
    }
    assert len(np.unique(recorder.seen)) > 500  # Lanes play different streams.
    assert list(recorder.seen[:3]) != sorted(played)  # They are not the streams of training.


@pytest.mark.parametrize("bad", [{"episodes": 0}, {"episodes": 2.5}, {"seed": -1}])
def test_wrong_arguments(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(bad))} must be an integer"):
        seq_envs.evaluate(Fixed(0), "SeqEcho-v0", **bad)


def test_an_object_that_is_no_policy() -> None:
    with pytest.raises(TypeError, match=r"policy must have initial_state.*Sb3Policy.*got 'model'"):
        seq_envs.evaluate("model", "SeqEcho-v0")

    class AnswersOnly(Fixed):
        def act(self, observations: Any, state: int) -> Any:
            return super().act(observations, state)[0]

    with pytest.raises(TypeError, match="must return a tuple of answers and state, got ndarray"):
        seq_envs.evaluate(AnswersOnly(0), "SeqEcho-v0")


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_the_interval_contains_the_share(share: float) -> None:
    for count in range(1, 900):
        low, high = wilson_interval(share, np.zeros(count))
        assert low <= share <= high


class Identity(Ragged):
    """The answer is the current observation; the symbols are int64, the default dtype of a generator."""

    def sample(self, rng: np.random.Generator, batch: int) -> seq_envs.Episodes:
        values = rng.integers(4, size=(batch, 7))
        return seq_envs.Episodes(values, values, np.ones((batch, 7), bool), np.full(batch, 7))

    def solve(self, history: Any) -> Any:
        return history[:, -1]


def test_a_control_task_is_recognised_from_data() -> None:
    seq_envs.testing.check_problem(Identity())
    assert seq_envs.levels(Identity()).control
    assert not seq_envs.levels("SeqClassify-v0", length=20_001).control  # A small gap counts even if it has an error.


def test_a_policy_with_answers_of_a_wrong_shape() -> None:
    with pytest.raises(seq_envs.ActionError, match="actions must be"):
        seq_envs.evaluate(Fixed([0, 1]), "SeqEcho-v0", episodes=3)


def test_ragged_episodes_count_once() -> None:
    result = seq_envs.evaluate(policies.optimal(Ragged()), Ragged(), episodes=300)
    assert result.mean_return == 1.0
    assert result.levels.memoryless.accuracy_error > 0
    assert (
        0.25 < result.levels.memoryless.accuracy < 0.5
    )  # In episodes of one step, the answer is the current observation.


class FirstObservations(Fixed):
    """A policy that records the first observations of each batch."""

    def __init__(self, answer: Any) -> None:
        super().__init__(answer)
        self.first: list[int] = []

    def act(self, observations: Any, state: int) -> tuple[Any, int]:
        if state == 0:
            self.first += observations.tolist()
        return super().act(observations, state)


class Constant:
    """Answers with a number that may lie outside of the tolerance."""

    def __init__(self, answer: float) -> None:
        self._answer = answer

    def initial_state(self, batch_size: int) -> None:
        return None

    def act(self, observations: Any, state: None) -> tuple[Any, None]:
        return np.full((len(observations), 1), self._answer, np.float32), None


def test_the_squared_error_of_real_answers_by_hand() -> None:
    """The answers are 1/4, 2/4 and 3/4, so 1/2 has the errors 1/4, 0, 1/4."""
    result = seq_envs.evaluate(Constant(0.5), "SeqNext-v0", episodes=3, length=4)
    assert result.mean_squared_error == pytest.approx((1 / 16 + 0 + 1 / 16) / 3)
    assert "mean squared error 0.042, 3 episodes" in str(result)
    varied = seq_envs.evaluate(Constant(0.5), "SeqNext-v0", episodes=200, length=(3, 4))
    assert 0 < varied.mean_squared_error < 1 / 16, "padding does not count"
    assert seq_envs.evaluate(seq_envs.policies.optimal("SeqEcho-v0"), "SeqEcho-v0", 10).mean_squared_error is None


def test_errors_per_million() -> None:
    result = seq_envs.evaluate(seq_envs.policies.memoryless("SeqMemorize-v0"), "SeqMemorize-v0", episodes=1000)
    assert result.errors_per_million == pytest.approx(1e6 * (1 - result.accuracy))
    assert 100_000 < result.errors_per_million < 150_000


def test_seeds_share_no_episodes() -> None:
    """With 4 million values, 1,000 episodes of each seed begin with different ones; few repetitions occur by chance."""
    problem = seq_envs.SeqEcho(length=2, n_values=2**22, encoding="discrete")
    first = []
    for seed in range(4):
        policy = FirstObservations(0)
        seq_envs.evaluate(policy, problem, 1000, seed)
        first += policy.first
    assert len(set(first)) > 3985


def test_lanes_play_the_streams_of_the_seed() -> None:
    policy = FirstObservations(0)
    seq_envs.evaluate(policy, "SeqEcho-v0", 5, seed=3, encoding="discrete", n_values=1000)
    streams = [2**64 + 3 * 2**32 + lane for lane in range(5)]
    data = [seq_envs.sample("SeqEcho-v0", 1, stream, encoding="discrete", n_values=1000) for stream in streams]
    assert policy.first == [int(stream.observations[0, 0]) for stream in data]


@pytest.mark.parametrize("episodes", [3, 1000, 1001])
def test_accuracy_by_step_counts_the_same_episodes(episodes: int) -> None:
    result = seq_envs.evaluate(Fixed(1), "SeqEcho-v0", episodes=episodes, n_values=2)
    right = np.array(result.accuracy_by_step[1:]) * episodes
    assert right == pytest.approx(right.round(), abs=1e-9)  # A count of episodes.
    assert np.mean(result.accuracy_by_step[1:]) == pytest.approx(result.accuracy)


class ManyQuestions(Ragged):
    """Episodes with 1 to 7 scored steps: the more there are, the less often 0 is right."""

    def sample(self, rng: np.random.Generator, batch: int) -> seq_envs.Episodes:
        lengths = rng.integers(1, 8, size=batch)
        values = (rng.random((batch, 7)) < lengths[:, None] / 8).astype(np.uint8)
        return seq_envs.Episodes(values, values, np.arange(7) < lengths[:, None], lengths)

    def solve(self, history: Any) -> Any:
        return history[:, -1]


def test_interval_of_episodes_with_different_numbers_of_questions() -> None:
    """The width is that of the mean residual of an episode over the mean number of questions."""
    problem, count = ManyQuestions(), 400
    result = seq_envs.evaluate(Fixed(0), problem, count)
    data = [seq_envs.sample(problem, 1, 2**64 + lane) for lane in range(count)]
    questions = np.array([int(stream.scored.sum()) for stream in data])
    earned = np.array([float(((stream.targets == 0) * stream.scored).sum()) for stream in data])
    assert result.accuracy == pytest.approx(earned.sum() / questions.sum())
    residuals = (earned - result.accuracy * questions) / questions.mean()
    assert result.accuracy_interval == wilson_interval(result.accuracy, residuals)
    low, high = result.accuracy_interval
    assert (high - low) / 2 == pytest.approx(1.96 * residuals.std() / math.sqrt(count), rel=0.02)


def test_wilson_interval_by_hand() -> None:
    """Ten right answers of 20 independent ones: 0.5 plus or minus 0.2007."""
    residuals = np.array([0.5, -0.5] * 10)
    assert wilson_interval(0.5, residuals) == pytest.approx((0.2993, 0.7007), abs=1e-4)
