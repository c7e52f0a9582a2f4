"""SB3's own `DummyVecEnv` as the oracle for the native vector env under SB3."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import gymnasium
import numpy as np
from spaces_of_settings import Ragged
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import (
    DummyVecEnv,
    VecEnv,
)

import seq_envs

# One id for each combination of spaces, and a problem with episodes of different lengths.
EVERY_KIND: list[tuple[str | seq_envs.Problem, dict[str, Any]]] = [
    ("SeqNext-v0", {}),  # Box observations, Box answers.
    ("SeqEcho-v0", {}),  # Box, Discrete.
    ("SeqMemorize-v0", {"encoding": "discrete"}),  # Discrete, Discrete.
    (
        "SeqCopy-v0",
        {"framing": "many_to_one", "output_length": 3},
    ),  # Box, MultiDiscrete; returns that `Monitor` rounds.
    (Ragged(), {}),
]


def dummy(id: str | seq_envs.Problem, n_envs: int, seed: int | None = None, **settings: Any) -> DummyVecEnv:
    """The oracle: what `make_vec_env` must equal."""

    def make() -> gymnasium.Env[Any, Any]:
        made = gymnasium.make(id, **settings) if isinstance(id, str) else seq_envs.SequenceEnv(id, **settings)
        return Monitor(made)

    env = DummyVecEnv([make] * n_envs)
    env.seed(seed)
    return env


def some_actions(env: VecEnv) -> np.ndarray[Any, Any]:
    return np.array([env.action_space.sample() for _ in range(env.num_envs)])


def assert_same(ours: Any, theirs: Any) -> None:
    """Equal in value and in type, to the last leaf."""
    theirs = dict(theirs) if isinstance(theirs, OrderedDict) else theirs  # SB3's dicts of observations are ordered.
    assert type(ours) is type(theirs)
    if isinstance(ours, dict):
        assert ours.keys() == theirs.keys()
        for key in ours:
            assert_same(ours[key], theirs[key])
    elif isinstance(ours, (list, tuple)):
        assert len(ours) == len(theirs)
        for our_part, their_part in zip(ours, theirs, strict=True):
            assert_same(our_part, their_part)
    elif isinstance(ours, np.ndarray):
        assert ours.dtype == theirs.dtype
        assert np.array_equal(ours, theirs)
    else:
        assert ours == theirs


def without_clock(info: dict[str, Any]) -> dict[str, Any]:
    """An info without the seconds of its episode."""
    if "episode" not in info:
        return info
    assert 0 < info["episode"]["t"] < 600
    return {**info, "episode": {key: value for key, value in info["episode"].items() if key != "t"}}


def assert_same_step(ours: Any, theirs: Any) -> None:
    assert_same(ours[:3], theirs[:3])
    assert_same([without_clock(info) for info in ours[3]], [without_clock(info) for info in theirs[3]])


def begin(ours: VecEnv, theirs: VecEnv) -> None:
    assert_same(ours.reset(), theirs.reset())


def assert_same_game(ours: VecEnv, theirs: VecEnv, steps: int) -> None:
    """Take the same random actions in both and compare every step."""
    for _ in range(steps):
        actions = some_actions(theirs)
        assert_same_step(ours.step(actions), theirs.step(actions))
