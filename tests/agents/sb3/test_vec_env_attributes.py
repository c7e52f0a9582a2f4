"""Every public attribute of a lane and of the `VecEnv` equals that of `DummyVecEnv` of single envs in a `Monitor`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
import pytest
from sb3_oracle import EVERY_KIND, assert_same, assert_same_game, begin, dummy
from seq_agents.sb3.vec_env import SequenceVecEnv, make_vec_env
from spaces_of_settings import Ragged, name
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import VecEnv

NOT_OF_A_LANE = {
    *("env", "unwrapped", "class_name", "wrapper_spec"),  # A lane is no object.
    *("get_wrapper_attr", "has_wrapper_attr", "set_wrapper_attr"),  # Nor is it a stack of wrappers.
    *("step", "close"),  # Lanes step and close together.
    # What Gymnasium's wrappers note about their own checks.
    *("checked_data_reuse", "checked_render", "checked_reset", "checked_step", "close_called", "has_reset"),
    # `Monitor`'s arguments and its file, which lanes do not have.
    *("EXT", "allow_early_resets", "current_reset_info", "info_keywords", "reset_keywords", "results_writer"),
    # `Monitor`'s lists of all past episodes, which grow without end, and its counts of the current one.
    *("episode_lengths", "episode_returns", "episode_times", "needs_reset", "rewards", "t_start", "total_steps"),
    *("get_episode_lengths", "get_episode_rewards", "get_episode_times", "get_total_steps"),
    "refuse_to_change",  # A lane refuses in `set_attr`.
}
"""Public names of single envs, Gymnasium's wrappers and `Monitor` that a lane does not have, with the reasons."""
METHODS = {"reset", "render"}
NOT_OF_THE_VEC_ENV = {"buf_dones", "buf_infos", "buf_obs", "buf_rews", "keys"}
"""`DummyVecEnv`'s buffers for the results of single envs."""
DIFFERENT_OBJECTS = {"envs"}
WITH_OPTIONS = [
    ("SeqEcho-v0", {"max_episode_steps": 4}),
    ("SeqEcho-v0", {"pay": "at_end", "feedback": ("action", "reward"), "max_episode_steps": 4}),
]
"""The native vector env here, a list of single envs there."""


def public_names(env: Any) -> set[str]:
    """The public attributes of an env and of all that it wraps."""
    names = {attribute for attribute in dir(env) if not attribute.startswith("_")}
    return names | (public_names(env.env) if hasattr(env, "env") else set())


def lane_attributes(env: VecEnv, names: set[str]) -> dict[str, Any]:
    values = {attribute: env.get_attr(attribute) for attribute in sorted(names)}
    if "np_random" in values:
        values["np_random"] = [generator.bit_generator.state for generator in values["np_random"]]
    return values


def vec_env_attributes(env: VecEnv, names: set[str]) -> dict[str, Any]:
    return {attribute: value for attribute in sorted(names) if not callable(value := getattr(env, attribute))}


CALLS: dict[str, Callable[[VecEnv], Any]] = {
    "num_envs": lambda env: env.num_envs,
    "seed": lambda env: env.seed(3),
    "reset": lambda env: env.reset(),
    "step": lambda env: env.step(np.array([env.get_attr("action_space")[0].sample() * 0] * env.num_envs))[:3],
    "step to the end": lambda env: [env.step(np.array([env.action_space.sample() * 0] * 3))[:3] for _ in range(45)],
    "render of lanes": lambda env: env.env_method("render"),
    "render of a lane": lambda env: env.get_attr("render")[1](),
    "reset of lanes": lambda env: env.env_method("reset", indices=[0, 2]),
    "reset of a lane": lambda env: env.get_attr("reset", 1)[0](seed=8),
    "new attribute": lambda env: env.set_attr("note", 5, [1]),
    "set_options": lambda env: env.set_options({"anything": 1}),
    "second reset": lambda env: env.reset(),
    "close": lambda env: env.close(),
}
"""Calls in the order in which they are made, after each of which everything is compared."""


@pytest.mark.parametrize(
    "options", [{}, {"reveal": True, "render_mode": "ansi"}, {"render_mode": "rgb_array"}], ids=str
)
@pytest.mark.parametrize(("id", "choice"), [*EVERY_KIND, *WITH_OPTIONS], ids=name)
@pytest.mark.filterwarnings("ignore:.*render:UserWarning")  # That nothing is rendered without a mode.
def test_every_public_attribute_after_each_call(id: Any, choice: dict[str, Any], options: dict[str, Any]) -> None:
    ours, theirs = make_vec_env(id, 3, 0, **options, **choice), dummy(id, 3, 0, **options, **choice)
    single = public_names(theirs.envs[0])
    of_lanes = single - NOT_OF_A_LANE - METHODS
    of_vec_env = {attribute for attribute in dir(theirs) if not attribute.startswith("_")} - NOT_OF_THE_VEC_ENV
    assert of_lanes >= {"spec", "metadata", "problem", "reveal", "render_mode", "action_space", "observation_space"}
    assert of_vec_env <= set(dir(ours))
    unseeded = {"np_random", "np_random_seed"}  # Random before the first reset.
    for call_name, call in CALLS.items():
        assert_same(call(ours), call(theirs))
        if call_name in {"reset", "second reset"}:
            unseeded = set()
        assert_same(lane_attributes(ours, of_lanes - unseeded), lane_attributes(theirs, of_lanes - unseeded))
        compared = of_vec_env - DIFFERENT_OBJECTS - {"unwrapped"}
        assert_same(vec_env_attributes(ours, compared), vec_env_attributes(theirs, compared))
        assert ours.unwrapped is ours
        for attribute in single | of_vec_env | {"note", "nonsense", "action_masks"}:
            assert ours.has_attr(attribute) == (attribute not in NOT_OF_A_LANE and theirs.has_attr(attribute)), (
                attribute
            )
        for attribute in of_vec_env | {"nonsense"}:
            for already_found in (False, True):
                found, theirs_found = (env.getattr_depth_check(attribute, already_found) for env in (ours, theirs))
                assert (found is None) == (theirs_found is None)
        for wrapper in (Monitor, gymnasium.Wrapper, gymnasium.wrappers.TimeLimit):
            assert ours.env_is_wrapped(wrapper) == theirs.env_is_wrapped(wrapper)


def test_the_spec_names_what_gymnasium_makes() -> None:
    env = make_vec_env("SeqEcho-v0", 2, lag=3, render_mode="ansi")
    first, second = env.get_attr("spec")
    assert (first.id, first.kwargs["lag"], first.kwargs["render_mode"]) == ("SeqEcho-v0", 3, "ansi")
    first.kwargs["lag"] = 4
    assert second.kwargs["lag"] == 3, "each lane has its own spec"
    assert make_vec_env(Ragged(), 2).get_attr("spec") == [None, None]
    assert make_vec_env("seq_envs:SeqEcho-v0").get_attr("spec")[0].id == "SeqEcho-v0"


def test_another_packages_id_is_refused() -> None:
    with pytest.raises(ValueError, match=r"id must be one of .*got 'CartPole-v1'"):
        make_vec_env("CartPole-v1", 2)


EVERY_INDICES: list[Callable[[], Any]] = [
    lambda: None,
    lambda: 1,
    lambda: -1,
    lambda: [0, 2],
    lambda: (2, 0, -1),
    lambda: range(1, 3),
    lambda: (lane for lane in (1, 2)),
    lambda: np.array([2, 1]),
    lambda: [],
]


@pytest.mark.parametrize("indices", EVERY_INDICES)
def test_lanes_are_chosen_by_indices(indices: Callable[[], Any]) -> None:
    settings = {"reveal": True, "render_mode": "ansi", "lag": 2}
    ours, theirs = make_vec_env("SeqEcho-v0", 3, 0, **settings), dummy("SeqEcho-v0", 3, 0, **settings)
    for attribute in ("problem", "reveal", "render_mode", "metadata", "action_space", "observation_space"):
        assert ours.get_attr(attribute, indices()) == theirs.get_attr(attribute, indices())
    for wrapper in (Monitor, gymnasium.Wrapper, gymnasium.wrappers.TimeLimit):
        assert ours.env_is_wrapped(wrapper, indices()) == theirs.env_is_wrapped(wrapper, indices())
    begin(ours, theirs)
    assert ours.env_method("render", indices=indices()) == theirs.env_method("render", indices=indices())
    for attribute in ("note", "current_step"):
        assert not ours.has_attr(attribute)
        ours.set_attr(attribute, 0)
        theirs.set_attr(attribute, 0)
        ours.set_attr(attribute, 1, indices())
        theirs.set_attr(attribute, 1, indices())
        assert ours.get_attr(attribute) == theirs.get_attr(attribute)
    assert ours.metadata == theirs.metadata
    assert ours.render_mode == theirs.render_mode


@pytest.mark.parametrize("indices", [3, -4, [0, 3]])
def test_missing_lanes_are_refused(indices: Any) -> None:
    env = make_vec_env("SeqEcho-v0", 3)
    env.reset()
    for ask in (
        lambda: env.get_attr("problem", indices),
        lambda: env.set_attr("note", 1, indices),
        lambda: env.env_method("reset", indices=indices),
        lambda: env.env_is_wrapped(Monitor, indices),
    ):
        with pytest.raises(IndexError):
            ask()


def test_missing_attributes_are_refused() -> None:
    env = make_vec_env("SeqEcho-v0", 3)
    for attribute in ("nonsense", "lag", "env", "step"):
        assert not env.has_attr(attribute)
        with pytest.raises(AttributeError, match=rf"a lane has the attributes problem, .*; got '{attribute}'"):
            env.get_attr(attribute)
    env.set_attr("note", 1, indices=0)
    assert env.get_attr("note", 0) == [1]
    assert not env.has_attr("note")  # Not in every lane.


@pytest.mark.parametrize("attribute", ["reveal", "problem", "lag", "render_mode", "observation_space", "num_envs"])
def test_settings_of_the_envs_cannot_be_set(attribute: str) -> None:
    env = make_vec_env("SeqEcho-v0", 3)
    for indices in (None, 0):
        with pytest.raises(AttributeError, match=f"{attribute} cannot be set to 5: it is fixed when"):
            env.set_attr(attribute, 5, indices)


@pytest.mark.parametrize("method", ["step", "close", "nonsense"])
def test_methods_that_a_lane_does_not_have(method: str) -> None:
    env = make_vec_env("SeqEcho-v0", 2)
    env.reset()
    with pytest.raises(AttributeError, match=f"a lane has the methods reset and render, got '{method}'"):
        env.env_method(method, 0)


def test_envs_made_by_gymnasium() -> None:
    envs = gymnasium.make_vec("SeqEcho-v0", num_envs=3, autoreset_mode="SameStep", lag=2)
    ours, theirs = SequenceVecEnv(envs), dummy("SeqEcho-v0", 3, 6, lag=2)
    ours.seed(6)
    assert ours.get_attr("spec") == theirs.get_attr("spec")
    begin(ours, theirs)
    assert_same_game(ours, theirs, 12)
