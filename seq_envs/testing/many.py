"""Large batches and many lanes: what holds for a few episodes must hold for thousands."""

from __future__ import annotations

import numpy as np

from seq_envs.dataset import sample
from seq_envs.estimation.judging import affordable
from seq_envs.problem import Problem
from seq_envs.testing.contract import require
from seq_envs.vector_env import SequenceVectorEnv

_MOST_EPISODES = 5000
_MOST_STEPS = 200_000
_LANES = 130
_SEED = 70


def check_many(problem: Problem, env_class: type[SequenceVectorEnv] = SequenceVectorEnv) -> None:
    """`solve` answers a large batch, and many lanes play their own streams."""
    if problem.block_steps is None:  # Otherwise episodes are too expensive for this.
        _check_large_batch(problem)
        if problem.steps <= _MOST_STEPS // _LANES:
            _check_many_lanes(problem, env_class)


def _check_large_batch(problem: Problem) -> None:
    count = max(1, min(_MOST_EPISODES, affordable(problem, _MOST_STEPS, 4_000_000)))
    episodes = problem.sample(np.random.default_rng(_SEED), count)
    lengths = [len(array) for array in episodes]
    require(lengths == [count] * 4, f"sample() must return batch={count} episodes, got {lengths}")
    if not problem.certain:
        return
    step = int(np.flatnonzero(episodes.scored.any(axis=0))[-1])
    scored = episodes.scored[:, step]
    answers = problem.solve(episodes.observations[:, : step + 1].copy())
    right = problem.grade(answers[scored], episodes.targets[:, step][scored])
    require(
        bool((right == 1.0).all()),
        f"in a batch of {count} episodes, solve() is wrong in {np.count_nonzero(right != 1.0)} of them at step {step}",
    )


def _check_many_lanes(problem: Problem, env_class: type[SequenceVectorEnv]) -> None:
    envs = env_class(problem, num_envs=_LANES)
    first, _ = envs.reset(seed=_SEED)
    for lane in (*range(0, _LANES, 16), _LANES - 1):
        expected = sample(problem, 1, _SEED + lane)
        require(
            np.array_equal(first[lane], expected.observations[0, 0]),
            f"with {_LANES} lanes, the first observation of lane {lane} is {first[lane]}, but must be "
            f"{expected.observations[0, 0]}",
        )
