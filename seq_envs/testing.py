"""The contract that any problem must pass, yours too."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from seq_envs import policies
from seq_envs.dataset import raw_episodes, sample
from seq_envs.encodings import Array
from seq_envs.env import SequenceEnv
from seq_envs.estimation import levels
from seq_envs.evaluation import evaluate
from seq_envs.parameters import Integer
from seq_envs.problem import Episodes, Problem
from seq_envs.registration import make_problem
from seq_envs.vector_env import SequenceVectorEnv


class ContractError(AssertionError):
    """A problem breaks the contract; the message says how."""


def check_problem(problem: str | Problem, episodes: int = 2000) -> None:
    """Check what a problem promises: shapes and spaces, seeds, solvability, levels, and that all views agree.

    Raises:
        ContractError: with a sentence that names the cause.
    """
    problem = make_problem(problem)
    episodes = Integer(1).check("episodes", episodes)
    _check_episodes(problem, raw_episodes(problem, min(episodes, 200), seed=0))
    _check_seeds(problem)
    _check_views(problem)
    _check_levels(problem, episodes)


def _require(condition: object, sentence: str) -> None:
    if not condition:
        raise ContractError(sentence)


def _check_episodes(problem: Problem, raw: Episodes) -> None:
    batch, steps = raw.observations.shape[:2]
    shape = problem.action_space.shape or ()
    _require(steps == problem.steps, f"sample() drew episodes of {steps} steps, but steps says {problem.steps}")
    _require(
        raw.targets.shape == (batch, steps, *shape),
        f"targets must have shape (B, T, *action_space.shape) = {(batch, steps, *shape)}, got {raw.targets.shape}",
    )
    _require(
        raw.scored.shape == (batch, steps) and raw.scored.dtype == np.bool_,
        f"scored must be bool of shape (B, T) = {(batch, steps)}, got {raw.scored.dtype} of {raw.scored.shape}",
    )
    _require(
        raw.lengths.shape == (batch,) and np.all((raw.lengths >= 1) & (raw.lengths <= steps)),
        f"lengths must have shape (B,) = {(batch,)} and lie in 1 ... {steps}",
    )
    inside = np.arange(steps) < raw.lengths[:, None]
    _require(not raw.scored[~inside].any(), "a step after the end of its episode is scored")
    _require(raw.scored.any(axis=1).all(), "an episode has no scored step: nothing can be earned in it")
    encoded = problem.code.encode(raw.observations)
    _check_in(problem.observation_space, encoded[inside], "observation")
    targets = raw.targets.astype(problem.action_space.dtype)
    _check_in(problem.action_space, targets[raw.scored], "target")
    grades = problem.grade(targets, raw.targets)[raw.scored]
    _require(np.all(grades == 1), "the right answer is not graded as right")
    _require(np.array_equal(problem.code.decode(encoded), raw.observations), "decode() does not undo encode()")


def _check_in(space: spaces.Space[Any], members: Array, name: str) -> None:
    if members not in batch_space(space, len(members)):
        outside = next(member for member in members if member not in space)
        raise ContractError(f"{name} {outside} is not in its space {space}")


def _check_seeds(problem: Problem) -> None:
    before, legacy = random.getstate(), _legacy_state()
    first, again, other = (sample(problem, 50, seed=seed) for seed in (7, 7, 8))
    _require(
        random.getstate() == before and legacy == _legacy_state(),
        "sample() touches a global random state: draw with the generator it is given",
    )
    _require(
        all(np.array_equal(a, b) for a, b in zip(first, again, strict=True)),
        "the same seed drew other episodes: draw with the generator that sample() is given",
    )
    alike = all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))
    _require(not alike or _constant(first.observations), "two seeds drew the same episodes: the generator is not used")


def _legacy_state() -> str:
    return repr(np.random.get_state(legacy=False))  # noqa: NPY002 - it must not be touched, so it is looked at.


def _constant(observations: Array) -> bool:
    return bool((observations == observations[:1]).all())


def _check_views(problem: Problem) -> None:
    """The scalar env, both lanes of a vector env and the data set play the same episodes."""
    episodes = 3
    data = [sample(problem, episodes, seed=seed) for seed in (0, 1)]
    env = SequenceEnv(problem, reveal=True)
    for episode in range(episodes):
        observation, _ = env.reset(seed=0 if episode == 0 else None)
        for step in range(data[0].lengths[episode]):
            _require(
                np.array_equal(observation, data[0].observations[episode, step]),
                f"the env shows another observation than sample() at step {step} of episode {episode}",
            )
            target = data[0].targets[episode, step]
            answer = target if data[0].scored[episode, step] else env.action_space.sample()
            observation, reward, over, _, info = env.step(answer)
            _require(
                reward == float(data[0].scored[episode, step]),
                f"the right answer earns {reward} at step {step} of episode {episode}",
            )
        _require(over and info["is_success"], f"episode {episode} ends at another step than sample() says")
    envs = SequenceVectorEnv(problem, num_envs=2, autoreset_mode=AutoresetMode.DISABLED)
    for episode in range(episodes):
        shown, _ = envs.reset(seed=0 if episode == 0 else None)
        lengths = [int(lane.lengths[episode]) for lane in data]
        for step in range(min(lengths)):
            for lane in range(2):
                _require(
                    np.array_equal(shown[lane], data[lane].observations[episode, step]),
                    f"lane {lane} of the vector env shows another observation than sample() at step {step}",
                )
            shown, *_ = envs.step(envs.action_space.sample())


def _check_levels(problem: Problem, episodes: int) -> None:
    stated = levels(problem)
    ordered = stated.chance.accuracy - 5 * stated.chance.accuracy_error <= stated.memoryless.accuracy + 1e-9
    _require(ordered, f"chance ({stated.chance}) is above memoryless ({stated.memoryless})")
    for name in ("optimal", "memoryless"):
        level = getattr(stated, name)
        got = evaluate(getattr(policies, name)(problem), problem, episodes)
        for metric in ("accuracy", "exact_match"):
            low, high = getattr(got, f"{metric}_interval")
            # Three times the 95% interval: one false alarm in 10^8.
            slack = 2 * (high - low) + 5 * getattr(level, f"{metric}_error")
            _require(
                low - slack <= getattr(level, metric) <= high + slack,
                f"the {name} player gets {metric} {getattr(got, metric):.4f} ({low:.4f} to {high:.4f}), "
                f"but its level says {getattr(level, metric):.4f}",
            )
