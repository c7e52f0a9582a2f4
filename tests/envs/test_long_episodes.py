"""Memory and levels of long episodes: memory grows no faster than the length of an episode."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
import pytest

import seq_envs
from seq_envs import Level, repeated
from seq_envs.estimation.judging import affordable
from seq_envs.problems import classify_levels, next_levels

pytestmark = pytest.mark.slow
"""Other versions of Python and Gymnasium change neither memory nor levels."""


def peak_of(run: Callable[[], object]) -> int:
    """The most memory that a call takes at one time, in bytes."""
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


class Zeros:
    """A policy that always answers 0."""

    def __init__(self, problem: seq_envs.Problem) -> None:
        self.space = problem.action_space

    def initial_state(self, batch_size: int) -> Any:
        return np.zeros((batch_size, *(self.space.shape or ())), self.space.dtype)

    def act(self, observations: Any, state: Any) -> tuple[Any, Any]:
        return state, state


LONG: list[tuple[str, dict[str, Any]]] = [
    ("SeqEcho-v0", {"encoding": "discrete"}),
    ("SeqEcho-v0", {"framing": "many_to_one", "encoding": "discrete"}),
    ("SeqMemorize-v0", {"encoding": "discrete"}),
    ("SeqMemorize-v0", {"framing": "many_to_one", "distractors": "random", "encoding": "discrete"}),
    ("SeqCopy-v0", {"encoding": "discrete"}),
    ("SeqCopy-v0", {"framing": "many_to_one", "encoding": "discrete"}),
    ("SeqCopy-v0", {"framing": "one_to_many", "encoding": "discrete"}),
    ("SeqNext-v0", {}),
    ("SeqNext-v0", {"max_step": 2}),
    ("SeqClassify-v0", {}),
    ("SeqClassify-v0", {"framing": "many_to_one"}),
]
LENGTH = 60_000
"""At this length, an array of length x length bytes has 3.6 GB."""
PER_STEP = 1000
"""The most bytes for each time step, enough for a few episodes."""


@pytest.mark.parametrize(("id", "parameters"), LONG, ids=str)
def test_memory_of_a_long_episode(id: str, parameters: dict[str, Any]) -> None:
    problem = seq_envs.make_problem(id, length=LENGTH, **parameters)
    action = Zeros(problem).initial_state(2)

    def play(env: Any, actions: Any) -> None:
        env.reset(seed=0)
        for _ in range(3):
            env.step(actions)
        env.reset(seed=1)

    limit = PER_STEP * LENGTH
    assert peak_of(lambda: seq_envs.levels(problem)) < 4 * limit
    assert peak_of(lambda: seq_envs.sample(problem, 2)) < limit
    assert peak_of(lambda: play(seq_envs.SequenceEnv(problem), action[0])) < limit
    assert peak_of(lambda: play(seq_envs.SequenceVectorEnv(problem, num_envs=2), action)) < limit


@pytest.mark.parametrize(
    ("id", "parameters"), [("SeqCopy-v0", {"framing": "many_to_one", "encoding": "discrete"}), ("SeqEcho-v0", {})]
)
def test_memory_of_an_evaluation(id: str, parameters: dict[str, Any]) -> None:
    """At this length a dense array of SeqCopy's targets has 4 MB for each lane."""
    problem = seq_envs.make_problem(id, length=2_100, **parameters)
    assert peak_of(lambda: seq_envs.evaluate(Zeros(problem), problem, 50)) < 100_000_000


class RaisesBatchSize(Zeros):
    """Ends an evaluation before its first step with an error that holds the number of lanes."""

    def initial_state(self, batch_size: int) -> Any:
        raise RuntimeError(f"{batch_size} lanes")


def test_the_size_of_targets_limits_the_lanes_of_an_evaluation() -> None:
    """Two episodes fit into a block here, so their targets are dense: 2 MB for each lane."""
    problem = seq_envs.SeqCopy(length=1000, framing="many_to_one", encoding="discrete")
    with pytest.raises(RuntimeError, match="50 lanes"):
        seq_envs.evaluate(RaisesBatchSize(problem), problem)
    assert affordable(problem, 10**9, 20_000_000) == 20


# Targets that are the same at every time step.


def test_repeated_arrays_stay_repeated() -> None:
    array = np.broadcast_to(np.arange(6).reshape(2, 1, 3), (2, 4, 3))
    dense = np.array(array)
    assert repeated.is_repeated(array)
    assert not repeated.is_repeated(dense)
    assert not repeated.is_repeated(array[:, :1])
    assert not repeated.is_repeated(np.zeros(3))
    for function in (repeated.concatenate, repeated.stack):
        both = function([array, array + 0, array])
        assert not repeated.is_repeated(both, both.ndim - 2)
        assert both.tolist() == function([dense, dense, dense]).tolist()
        kept = function([array, array])
        assert repeated.is_repeated(kept, kept.ndim - 2)
        assert kept.tolist() == function([dense, dense]).tolist()
    floats = repeated.astype(array, np.float32)
    assert repeated.is_repeated(floats)
    assert floats.dtype == np.float32
    assert floats.tolist() == dense.tolist()


def test_an_empty_repeated_array_is_written_once() -> None:
    for is_once in (False, True):
        array = repeated.empty((4, 3, 2), np.int64, is_once)
        repeated.write(array, np.array([2, 0]), np.broadcast_to([[1, 2], [3, 4]], (4, 2, 2)))
        repeated.write(array, slice(1, 2), np.broadcast_to([[5, 6]], (4, 1, 2)))
        assert array.tolist() == [[[3, 4], [5, 6], [1, 2]]] * 4


class SometimesRepeated(seq_envs.SeqCopy):
    """Returns its repeated targets as a view in some blocks and as a dense array in others."""

    def sample(self, rng: np.random.Generator, batch: int) -> seq_envs.Episodes:
        episodes = super().sample(rng, batch)
        if episodes.observations[0, 0] % 2:
            return episodes
        targets = np.array(episodes.targets)
        targets[:, 0] = 0  # Not scored, so arbitrary.
        return episodes._replace(targets=targets)


@pytest.mark.parametrize("problem_class", [seq_envs.SeqCopy, SometimesRepeated])
@pytest.mark.parametrize("length", [1024, 1025])
def test_every_view_has_the_same_repeated_targets(problem_class: type[seq_envs.SeqCopy], length: int) -> None:
    """A block holds two episodes of 1,024 steps, and one of 1,025."""
    parameters: dict[str, Any] = {"framing": "many_to_one", "output_length": 2, "encoding": "discrete"}
    problem = problem_class(length=length, **parameters)
    data = seq_envs.sample(problem, 5, seed=3)
    assert data.targets.flags.writeable
    assert data.targets[:, -1].tolist() == data.observations[:, :2].tolist()
    env = seq_envs.SequenceEnv(problem)
    envs = seq_envs.SequenceVectorEnv(problem, num_envs=3, autoreset_mode="SameStep")
    envs.reset(seed=1)
    streams = [seq_envs.sample(problem, 5, seed=1 + lane) for lane in range(3)]
    for episode in range(5):
        env.reset(seed=3 if episode == 0 else None)
        for step in range(length):
            answers = np.array([stream.targets[episode, step] for stream in streams])
            rewards, rewards_of_all = env.step(data.targets[episode, step])[1], envs.step(answers)[1]
        assert rewards == 1.0
        assert rewards_of_all.tolist() == [1.0] * 3


# Levels.


def brute_force_reach(problem: seq_envs.SeqNext) -> list[int]:
    """For each target, the number of targets from it on that one answer is right for, found by trying all distances."""
    values = problem.as_answers(np.arange(problem.length))
    reach = [1] * problem.length
    for first in range(problem.length):
        for last in range(first, problem.length):
            middle = (values[first] + values[last]) / 2
            tried = (middle, np.nextafter(middle, values[first]), np.nextafter(middle, values[last]))
            ends = values[[first, last]]
            if any((problem.grade(answer, ends) == 1).all() for answer in tried):
                reach[first] = last - first + 1
    return reach


@pytest.mark.parametrize("length", [2, 3, 8, 10, 33, 60])
@pytest.mark.parametrize("halves", [0.01, 1, 2, 3, 4.999, 5, 7, 40])
def test_reach_of_an_answer(length: int, halves: float) -> None:
    problem = seq_envs.SeqNext(length=length, tolerance=min(0.5 * halves / length, 0.99))
    reach, answers = next_levels.NextLevels(problem)._reach
    assert reach.tolist() == brute_force_reach(problem)
    values = problem.as_answers(np.arange(length))
    for first, count in enumerate(reach.tolist()):
        assert (problem.grade(answers[first], values[first : first + count]) == 1).all()


NEAR_EXACT: list[tuple[Any, seq_envs.Problem]] = [
    (classify_levels, seq_envs.SeqClassify(length=200)),
    (classify_levels, seq_envs.SeqClassify(length=60, threshold=0.1)),
    (classify_levels, seq_envs.SeqClassify(length=60, framing="many_to_one")),
    (next_levels, seq_envs.SeqNext(length=101, max_step=3)),
    (next_levels, seq_envs.SeqNext(length=101, max_step=20, tolerance=0.03)),
    (next_levels, seq_envs.SeqNext(length=101, max_step=4, encoding="discrete", framing="many_to_one")),
]


@pytest.mark.parametrize(("module", "problem"), NEAR_EXACT, ids=str)
def test_estimates_of_long_problems_agree_with_exact_levels(
    module: Any, problem: seq_envs.Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = problem.known_levels()
    monkeypatch.setattr(module, "LONGEST_EXACT", 1)
    estimated = problem.known_levels()
    assert exact is not None
    assert estimated is not None
    assert estimated.memoryless.accuracy_error > 0
    assert estimated.optimal == Level(1.0, 1.0)
    for found, true in ((estimated.chance, exact.chance), (estimated.memoryless, exact.memoryless)):
        assert found.accuracy == pytest.approx(true.accuracy, abs=5 * found.accuracy_error + 1e-12)
        errors = found.exact_match_error + true.exact_match_error
        assert found.exact_match == pytest.approx(true.exact_match, abs=5 * errors + 1e-12)


@pytest.mark.parametrize(
    "problem",
    [
        seq_envs.SeqClassify(length=classify_levels.LONGEST_EXACT + 1),
        seq_envs.SeqNext(length=next_levels.LONGEST_EXACT + 1, max_step=2),
    ],
    ids=str,
)
def test_levels_beyond_the_exact_ones_have_errors(problem: seq_envs.Problem) -> None:
    levels = seq_envs.levels(problem)
    assert levels.memoryless.accuracy_error > 0
    assert not levels.control  # A small gap with an error is still a gap.


@pytest.mark.slow
def test_levels_take_no_memory_of_length_squared() -> None:
    """At the greatest exact length."""
    for problem in (
        seq_envs.SeqClassify(length=5000, framing="many_to_one"),
        seq_envs.SeqNext(length=4000, max_step=9),
    ):
        assert peak_of(problem.known_levels) < 50_000_000


@pytest.mark.slow
def test_levels_of_very_long_episodes() -> None:
    for problem in (
        seq_envs.SeqNext(length=50_000, max_step=2),
        seq_envs.SeqNext(length=200_000, tolerance=0.3),
        seq_envs.SeqClassify(length=200_000),
    ):
        levels = seq_envs.levels(problem)
        assert 0 < levels.chance.accuracy < levels.memoryless.accuracy <= 1


def test_vector_and_scalar_env_agree_on_a_long_answer() -> None:
    parameters: dict[str, Any] = {"length": 1100, "framing": "many_to_one", "encoding": "discrete"}
    envs = gymnasium.make_vec("SeqCopy-v0", 2, **parameters)
    env = gymnasium.make("SeqCopy-v0", **parameters)
    envs.reset(seed=4)
    env.reset(seed=5)
    target = seq_envs.sample("SeqCopy-v0", 1, seed=5, **parameters).targets[0, -1]
    for _ in range(1100):
        rewards = envs.step(np.stack([target, target]))[1]
        reward = env.step(target)[1]
    assert reward == rewards[1] == 1.0
    assert rewards[0] < 1.0
