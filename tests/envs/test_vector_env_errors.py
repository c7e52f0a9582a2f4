"""The errors of the vector env: each names the parameter, the value and what is allowed, and changes no lane."""

from __future__ import annotations

import copy
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import data_equivalence

import seq_envs


@pytest.mark.parametrize(
    ("seed", "error"),
    [
        (-1, ValueError),
        (True, ValueError),
        (1.5, ValueError),
        ([1], ValueError),
        ([1, -2], ValueError),
        ("ab", ValueError),
    ],
)
def test_wrong_seeds(seed: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="seed must be"):
        gymnasium.make_vec("SeqEcho-v0", 2).reset(seed=seed)


@pytest.mark.parametrize(
    ("mask", "error"),
    [
        ([True, False], TypeError),
        (np.array([1, 0]), TypeError),
        (np.array([True]), ValueError),
        (np.array([False, False]), ValueError),
    ],
)
def test_wrong_masks(mask: Any, error: type[Exception]) -> None:
    envs = gymnasium.make_vec("SeqEcho-v0", 2)
    envs.reset(seed=0)
    with pytest.raises(error, match="reset_mask"):
        envs.reset(options={"reset_mask": mask})


def test_the_first_reset_must_be_of_all_lanes() -> None:
    with pytest.raises(ValueError, match="every lane needs an episode"):
        gymnasium.make_vec("SeqEcho-v0", 2).reset(options={"reset_mask": np.array([True, False])})


def test_step_before_reset_and_after_the_end() -> None:
    envs = gymnasium.make_vec("SeqEcho-v0", 2, length=2, autoreset_mode="Disabled")
    with pytest.raises(ResetNeeded, match=r"call reset\(\)"):
        envs.step(envs.action_space.sample())
    envs.reset(seed=0)
    envs.step(envs.action_space.sample())
    envs.reset(options={"reset_mask": np.array([True, False])})
    envs.step(envs.action_space.sample())
    with pytest.raises(ResetNeeded, match=r"lanes \[1\] are over"):
        envs.step(envs.action_space.sample())


NAN = float("nan")
WRONG_ACTIONS = [
    ("SeqEcho-v0", {}, [0, 10]),
    ("SeqEcho-v0", {}, [0, -1]),
    ("SeqEcho-v0", {}, [0.0, 1.0]),
    ("SeqEcho-v0", {}, [True, False]),
    ("SeqEcho-v0", {}, [0]),
    ("SeqEcho-v0", {}, 0),
    ("SeqEcho-v0", {}, [[0], [1]]),
    ("SeqEcho-v0", {}, [[0], [1, 2]]),
    ("SeqEcho-v0", {}, None),
    ("SeqEcho-v0", {}, "01"),
    ("SeqCopy-v0", {"framing": "many_to_one", "output_length": 2}, [[0, 1], [0, 10]]),
    ("SeqCopy-v0", {"framing": "many_to_one", "output_length": 2}, [0, 1]),
    ("SeqNext-v0", {}, [[0.5], [NAN]]),
    ("SeqNext-v0", {}, [[0.5], [1.5]]),
    ("SeqNext-v0", {}, [[0.5], [-0.1]]),
    ("SeqNext-v0", {}, [[0.5], [float("inf")]]),
    ("SeqNext-v0", {}, [[0.5], [1e300]]),
    ("SeqNext-v0", {}, [0.5, 0.5]),
    ("SeqNext-v0", {}, [[True], [False]]),
    ("SeqNext-v0", {}, [["a"], ["b"]]),
]


@pytest.mark.parametrize(("id", "parameters", "actions"), WRONG_ACTIONS)
def test_wrong_actions(id: str, parameters: dict[str, Any], actions: Any) -> None:
    envs = gymnasium.make_vec(id, 2, **parameters)
    twin = copy.deepcopy(envs)
    envs.reset(seed=0)
    twin.reset(seed=0)
    with pytest.raises(seq_envs.ActionError, match="actions must be"):
        envs.step(actions)
    actions = twin.action_space.sample()
    assert data_equivalence(
        envs.step(actions), twin.step(actions), exact=True
    )  # The refused action has changed nothing.


def test_a_wrong_action_is_named_by_its_lane() -> None:
    envs = gymnasium.make_vec("SeqEcho-v0", 3)
    envs.reset(seed=0)
    with pytest.raises(seq_envs.ActionError, match=r"integers in 0 \.\.\. 9, got 12 in lane 1"):
        envs.step([0, 12, 0])


@pytest.mark.parametrize("id", ["SeqNext-v0", "SeqEcho-v0"])
def test_an_ignored_action_may_be_anything(id: str) -> None:
    envs = gymnasium.make_vec(id, 2, length=2, **({"lag": 1} if id == "SeqEcho-v0" else {}))
    envs.reset(seed=0)
    wrong = [[NAN], [NAN]] if id == "SeqNext-v0" else [-5, 99]
    over = np.zeros(2, bool)
    while not over.any():
        _, _, over, _, _ = envs.step(envs.action_space.sample())
    _, rewards, over, _, _ = envs.step(wrong)
    assert rewards.tolist() == [0.0, 0.0]
    assert not over.any()


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"num_envs": 0}, "num_envs must be an integer >= 1, got 0"),
        ({"num_envs": 2.0}, "num_envs must be"),
        ({"autoreset_mode": "Never"}, "autoreset_mode must be .*'NextStep', 'SameStep', 'Disabled'.*'Never'"),
        ({"render_mode": "human"}, "render_mode must be one of 'ansi', 'rgb_array', got 'human'"),
        ({"lag": 10}, "lag must be in 0 ... length-1 = 9, got 10"),
    ],
)
def test_wrong_options(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gymnasium.make_vec("SeqEcho-v0", **({"num_envs": 2} | keywords))
