"""The native vector env under Stable-Baselines3, whose own `DummyVecEnv` is the oracle, and its policies."""

from __future__ import annotations

import copy
import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cloudpickle
import gymnasium
import numpy as np
import pytest
import torch
from gymnasium.error import ResetNeeded
from sb3_contrib import RecurrentPPO
from sb3_contrib.ppo_recurrent import MlpLstmPolicy
from seq_agents.fused_lstm import FusedLstmPolicy
from seq_agents.sb3 import Sb3Policy, SequenceVecEnv, make_vec_env
from spaces_of_settings import EVERY_BASE_CHOICE, EVERY_CHOICE, Ragged, name
from stable_baselines3 import A2C, DQN, PPO, SAC
from stable_baselines3.common import env_util
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import CheckpointCallback, EvalCallback, StopTrainingOnRewardThreshold
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import (
    DummyVecEnv,
    VecCheckNan,
    VecEnv,
    VecFrameStack,
    VecMonitor,
    VecNormalize,
    VecVideoRecorder,
)

import seq_envs

# One id or problem for each kind of space, and one whose lanes do not end together.
EVERY_KIND: list[tuple[str | seq_envs.Problem, dict[str, Any]]] = [
    ("SeqNext-v0", {}),  # Box observations, Box answers.
    ("SeqEcho-v0", {}),  # Box, Discrete.
    ("SeqMemorize-v0", {"encoding": "discrete"}),  # Discrete, Discrete.
    ("SeqCopy-v0", {"framing": "many_to_one"}),  # Box, MultiDiscrete.
    (Ragged(), {}),
]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def dummy(
    id: str | seq_envs.Problem, n_envs: int, seed: int | None = None, *, monitored: bool = True, **settings: Any
) -> DummyVecEnv:
    """The oracle: what `make_vec_env` must equal."""

    def make() -> gymnasium.Env[Any, Any]:
        if isinstance(id, str):
            env: gymnasium.Env[Any, Any] = gymnasium.make(id, **settings)
        else:
            env = seq_envs.SequenceEnv(id, **settings)
        return Monitor(env) if monitored else env

    env = DummyVecEnv([make] * n_envs)
    env.seed(seed)
    return env


def some_actions(env: VecEnv) -> np.ndarray[Any, Any]:
    return np.array([env.action_space.sample() for _ in range(env.num_envs)])


def assert_same(ours: Any, theirs: Any) -> None:
    """Equal in value and in type, to the last leaf."""
    assert type(ours) is type(theirs)
    if isinstance(ours, dict):
        assert ours.keys() == theirs.keys()
        for key in ours:
            assert_same(ours[key], theirs[key])
    elif isinstance(ours, (list, tuple)):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            assert_same(one, other)
    elif isinstance(ours, np.ndarray):
        assert ours.dtype == theirs.dtype
        assert np.array_equal(ours, theirs)
    else:
        assert ours == theirs


def without_clock(info: dict[str, Any]) -> dict[str, Any]:
    """An info but for the seconds of its episode; `DummyVecEnv` says of each step that it cut nothing off."""
    rest = dict(info)
    assert rest.pop("TimeLimit.truncated", False) is False
    if "episode" in info:
        assert "TimeLimit.truncated" in info
        assert info["episode"]["t"] >= 0
        rest["episode"] = {key: value for key, value in info["episode"].items() if key != "t"}
    return rest


def assert_same_step(ours: Any, theirs: Any) -> None:
    assert_same(ours[:3], theirs[:3])
    assert_same([without_clock(info) for info in ours[3]], [without_clock(info) for info in theirs[3]])


def assert_same_game(ours: VecEnv, theirs: VecEnv, steps: int) -> None:
    """Equal from here on, for as many steps."""
    for _ in range(steps):
        actions = some_actions(theirs)
        assert_same_step(ours.step(actions), theirs.step(actions))


# Playing.


@pytest.mark.parametrize("reveal", [False, True])
@pytest.mark.parametrize(("id", "choice"), [*EVERY_CHOICE, (Ragged(), {})], ids=name)
def test_equals_dummy_vec_env(id: Any, choice: dict[str, Any], reveal: bool) -> None:
    ours, theirs = make_vec_env(id, 3, 4, reveal=reveal, **choice), dummy(id, 3, 4, reveal=reveal, **choice)
    assert (ours.observation_space, ours.action_space) == (theirs.observation_space, theirs.action_space)
    assert_same(ours.reset(), theirs.reset())
    assert_same(ours.reset_infos, theirs.reset_infos)
    steps = ours.envs.problem.steps
    assert_same_game(ours, theirs, 3 * steps + 2 if steps <= 10 else steps + 2)
    assert_same(ours.reset(), theirs.reset())  # In the middle of an episode.
    assert_same_game(ours, theirs, steps)


def test_actions_may_be_a_list() -> None:
    ours, theirs = make_vec_env("SeqEcho-v0", 3, 0), dummy("SeqEcho-v0", 3, 0)
    ours.reset(), theirs.reset()
    assert_same_step(ours.step([0, 1, 2]), theirs.step([0, 1, 2]))


@pytest.mark.parametrize(("id", "choice"), EVERY_KIND, ids=name)
@pytest.mark.parametrize("spoil", [lambda right: right[:-1], lambda right: right[..., None], lambda right: right[0]])
def test_actions_of_a_wrong_shape_are_refused_and_change_nothing(
    id: Any, choice: dict[str, Any], spoil: Callable[[Any], Any]
) -> None:
    ours, twin = make_vec_env(id, 3, 0, **choice), make_vec_env(id, 3, 0, **choice)
    ours.reset(), twin.reset()
    with pytest.raises(ValueError, match=r"actions must be .* of shape \(3,.*got shape"):
        ours.step(spoil(some_actions(twin)))
    assert_same_game(ours, twin, 12)


def test_a_step_needs_a_reset() -> None:
    with pytest.raises(ResetNeeded):
        make_vec_env("SeqEcho-v0", 2).step(np.zeros(2, int))


@pytest.mark.parametrize("reveal", [False, True])
@pytest.mark.parametrize(("id", "choice"), EVERY_KIND, ids=name)
def test_what_is_handed_out_is_the_callers_own(id: Any, choice: dict[str, Any], reveal: bool) -> None:
    """SB3 keeps what it gets, and its wrappers write into it."""
    env, twin = (make_vec_env(id, 3, 0, reveal=reveal, **choice) for _ in range(2))
    kept = [env.reset()]
    untouched = [twin.reset()]
    copies = [copy.deepcopy(kept[0])]
    for _ in range(20):
        actions = some_actions(twin)
        kept.append(env.step(actions.copy()))
        copies.append(copy.deepcopy(kept[-1]))
        untouched.append(twin.step(actions))
    assert_same(kept, copies)  # No later step has overwritten an earlier one.
    for what in kept[1:]:
        scribble(what)
    for what, expected in zip(untouched, copies, strict=True):
        assert_same(without_clocks(what), without_clocks(expected))
    assert_same_game(env, twin, 20)
    # Within a step no lane's info holds anything of another lane's.
    while not (step := env.step(some_actions(env)))[2].all():
        pass
    before = copy.deepcopy(step[3])
    scribble(step[3][1])
    assert_same([step[3][0], step[3][2]], [before[0], before[2]])


def without_clocks(what: Any) -> Any:
    return (*what[:3], [without_clock(info) for info in what[3]]) if isinstance(what, tuple) else what


def scribble(what: Any) -> None:
    """Write over every array and dict."""
    if isinstance(what, np.ndarray):
        what[...] = 1 - what
    elif isinstance(what, dict):
        for value in what.values():
            scribble(value)
        what["scribble"] = True
    elif isinstance(what, (list, tuple)):
        for value in what:
            scribble(value)


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda env: cloudpickle.loads(cloudpickle.dumps(env))])
@pytest.mark.parametrize(("id", "choice"), EVERY_KIND, ids=name)
def test_a_copy_goes_on_alike_and_alone(id: Any, choice: dict[str, Any], clone: Callable[[Any], Any]) -> None:
    ours, theirs = make_vec_env(id, 3, 0, reveal=True, **choice), dummy(id, 3, 0, reveal=True, **choice)
    twin = clone(ours)  # With the seeds that wait for the first reset.
    assert_same(ours.reset(), theirs.reset())
    assert_same(twin.reset(), theirs.reset_infos and ours.env_method("render") and twin.envs._observe())
    assert_same_game(ours, theirs, 3)
    twin = clone(ours)  # In the middle of an episode.
    spare = clone(ours)
    assert_same_game(ours, theirs, 15)
    assert_same_game(twin, spare, 15)
    assert_same_game(ours, theirs, 15)
