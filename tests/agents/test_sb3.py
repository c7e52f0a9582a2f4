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
from stable_baselines3.common.logger import configure
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.utils import set_random_seed
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
    (
        "SeqCopy-v0",
        {"framing": "many_to_one", "output_length": 3},
    ),  # Box, MultiDiscrete; returns that `Monitor` rounds.
    (Ragged(), {}),
]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


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
        assert 0 < info["episode"]["t"] < 600
        rest["episode"] = {key: value for key, value in info["episode"].items() if key != "t"}
    return rest


def assert_same_step(ours: Any, theirs: Any) -> None:
    assert_same(ours[:3], theirs[:3])
    assert_same([without_clock(info) for info in ours[3]], [without_clock(info) for info in theirs[3]])


def begin(ours: VecEnv, theirs: VecEnv) -> None:
    assert_same(ours.reset(), theirs.reset())


def assert_same_game(ours: VecEnv, theirs: VecEnv, steps: int) -> None:
    """Equal from here on, for as many steps."""
    for _ in range(steps):
        actions = some_actions(theirs)
        assert_same_step(ours.step(actions), theirs.step(actions))


# Playing.


@pytest.mark.parametrize("reveal", [False, True])
@pytest.mark.parametrize(("id", "choice"), [*EVERY_CHOICE, *EVERY_KIND[3:]], ids=name)
def test_equals_dummy_vec_env(id: Any, choice: dict[str, Any], reveal: bool) -> None:
    ours, theirs = make_vec_env(id, 3, 4, reveal=reveal, **choice), dummy(id, 3, 4, reveal=reveal, **choice)
    assert (ours.observation_space, ours.action_space) == (theirs.observation_space, theirs.action_space)
    begin(ours, theirs)
    assert_same(ours.reset_infos, theirs.reset_infos)
    steps = ours.envs.problem.steps
    assert_same_game(ours, theirs, 3 * steps + 2 if steps <= 10 else steps + 2)
    begin(ours, theirs)  # In the middle of an episode.
    assert_same_game(ours, theirs, steps)


def test_actions_may_be_a_list() -> None:
    ours, theirs = make_vec_env("SeqEcho-v0", 3, 0), dummy("SeqEcho-v0", 3, 0)
    begin(ours, theirs)
    assert_same_step(ours.step([0, 1, 2]), theirs.step([0, 1, 2]))


@pytest.mark.parametrize(("id", "choice"), EVERY_KIND, ids=name)
@pytest.mark.parametrize("spoil", [lambda right: right[:-1], lambda right: right[..., None], lambda right: right[0]])
def test_actions_of_a_wrong_shape_are_refused_and_change_nothing(
    id: Any, choice: dict[str, Any], spoil: Callable[[Any], Any]
) -> None:
    ours, twin = make_vec_env(id, 3, 0, **choice), make_vec_env(id, 3, 0, **choice)
    begin(ours, twin)
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
    spoiled, kept = (make_vec_env(id, 3, 0, reveal=reveal, **choice) for _ in range(2))
    first = kept.reset()
    history = [(first, copy.deepcopy(first))]
    scribble(spoiled.reset())
    for _ in range(20):
        actions = some_actions(kept)
        step, spoiled_actions = kept.step(actions), actions.copy()
        spoiled_step = spoiled.step(spoiled_actions)
        assert_same_step(spoiled_step, step)
        scribble([spoiled_actions, *spoiled_step[:3], spoiled_step[3][1]])
        for lane in (0, 2):  # What is written into one lane's info is in no other's.
            assert_same(without_clock(spoiled_step[3][lane]), without_clock(step[3][lane]))
        scribble(spoiled_step[3])
        history.append((step, copy.deepcopy(step)))
    for handed_out, at_that_time in history:
        assert_same(handed_out, at_that_time)


def scribble(what: Any) -> None:
    """Write over every array and into every dict."""
    if isinstance(what, np.ndarray):
        what[...] = 1 - what
    elif isinstance(what, dict):
        scribble(list(what.values()))
        what["scribble"] = True
    elif isinstance(what, (list, tuple)):
        for value in what:
            scribble(value)


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda env: cloudpickle.loads(cloudpickle.dumps(env))])
@pytest.mark.parametrize(("id", "choice"), EVERY_KIND, ids=name)
def test_a_copy_goes_on_alike_and_alone(id: Any, choice: dict[str, Any], clone: Callable[[Any], Any]) -> None:
    env = make_vec_env(id, 3, 0, reveal=True, render_mode="ansi", **choice)
    twin = clone(env)  # With seeds that wait for the first reset.
    begin(env, twin)
    for _ in range(2):
        actions = [some_actions(env) for _ in range(13)]
        played = [(env.step(action), env.env_method("render")) for action in actions]
        for action, (step, shown) in zip(actions, played, strict=True):
            assert_same_step(twin.step(action), step)
            assert_same(twin.env_method("render"), shown)
        twin = clone(env)  # In the middle of an episode.


# Seeds and options.


def test_seeds_are_those_of_sb3() -> None:
    ours, theirs = make_vec_env("SeqEcho-v0", 3, seed=5), env_util.make_vec_env("SeqEcho-v0", 3, seed=5)
    assert [ours.action_space.sample() for _ in range(9)] == [theirs.action_space.sample() for _ in range(9)]
    begin(ours, theirs)
    begin(ours, theirs)  # A seed is for one reset only.
    for seed in (7, 1 << 40):
        assert ours.seed(seed) == theirs.seed(seed) == [seed, seed + 1, seed + 2]
        assert_same_game(ours, theirs, 3)  # It waits for the reset.
        begin(ours, theirs)
    assert ours.seed(np.int64(8)) == [8, 9, 10]


def test_without_a_seed_numpys_global_generator_draws_one() -> None:
    envs = []
    for make in (make_vec_env, env_util.make_vec_env):
        set_random_seed(3)
        env = make("SeqEcho-v0", 3)
        seeds = env.seed(None)
        envs.append((seeds, env))
    (our_seeds, ours), (their_seeds, theirs) = envs
    assert our_seeds == their_seeds
    begin(ours, theirs)
    assert not np.array_equal(make_vec_env("SeqEcho-v0", 20).reset(), make_vec_env("SeqEcho-v0", 20).reset())


def test_envs_that_nobody_has_seeded_differ() -> None:
    envs = [SequenceVecEnv(seq_envs.SequenceVectorEnv("SeqEcho-v0", num_envs=20, autoreset_mode="SameStep"))]
    envs += copy.deepcopy(envs)
    assert not np.array_equal(envs[0].reset(), envs[1].reset())


@pytest.mark.parametrize("seed", [-1, 1.5, "1", True, np.nan, [1, 2]])
def test_bad_seeds_are_refused_at_once(seed: Any) -> None:
    env = make_vec_env("SeqEcho-v0", 2, seed=0)
    with pytest.raises(ValueError, match=r"seed must be an integer >= 0, got"):
        env.seed(seed)
    with pytest.raises(ValueError, match=r"seed must be an integer >= 0, got"):
        make_vec_env("SeqEcho-v0", 2, seed)
    with pytest.raises(ValueError, match=r"seed must be an integer >= 0, got"):
        env.env_method("reset", seed=seed)
    assert_same(env.reset(), make_vec_env("SeqEcho-v0", 2, seed=0).reset())  # The good seed is still there.


@pytest.mark.parametrize("n_envs", [0, -1, 2.0, "2", None, True])
def test_bad_numbers_of_lanes_are_refused(n_envs: Any) -> None:
    with pytest.raises(ValueError, match=r"n_envs must be an integer >= 1, got"):
        make_vec_env("SeqEcho-v0", n_envs)


def test_options_have_no_effect() -> None:
    ours, theirs = make_vec_env("SeqEcho-v0", 2, 0), dummy("SeqEcho-v0", 2, 0)
    for options in ({"reset_mask": np.array([True, False])}, [{}, {"anything": 1}], None):
        ours.set_options(options)
        theirs.set_options(options)
        begin(ours, theirs)
        assert_same_game(ours, theirs, 3)
        assert ours.env_method("reset", options={"anything": 1})[0][1] == {}
        theirs.env_method("reset")


# What SB3 asks of single envs.

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
def test_attributes_are_those_of_single_envs(indices: Callable[[], Any]) -> None:
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
def test_lanes_that_are_not_there(indices: Any) -> None:
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


def test_attributes_that_are_not_there() -> None:
    env = make_vec_env("SeqEcho-v0", 3)
    for attribute in ("nonsense", "lag", "np_random", "np_random_seed"):  # The envs' own generator plays no lane.
        assert not env.has_attr(attribute)
        with pytest.raises(AttributeError, match=rf"a lane has problem, .*; got '{attribute}'"):
            env.get_attr(attribute)
    env.set_attr("note", 1, indices=0)
    assert env.get_attr("note", 0) == [1]
    assert not env.has_attr("note")  # Not in every lane.


@pytest.mark.parametrize("attribute", ["reveal", "problem", "lag", "render_mode", "observation_space", "num_envs"])
def test_what_the_envs_are_cannot_be_set(attribute: str) -> None:
    env = make_vec_env("SeqEcho-v0", 3)
    for indices in (None, 0):
        with pytest.raises(AttributeError, match=f"{attribute} cannot be set to 5: it is fixed when"):
            env.set_attr(attribute, 5, indices)


@pytest.mark.parametrize(("id", "choice"), EVERY_KIND, ids=name)
def test_single_lanes_can_be_reset(id: Any, choice: dict[str, Any]) -> None:
    ours, theirs = make_vec_env(id, 3, 0, **choice), dummy(id, 3, 0, **choice)
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="in the first reset: every lane needs an episode"):
        ours.env_method("reset", indices=[0])
    assert_same(ours.env_method("reset", seed=9), theirs.env_method("reset", seed=9))
    assert_same_game(ours, theirs, 2)
    begin(ours, theirs)  # With the seed that has waited.
    for _ in range(30):
        lanes = np.flatnonzero(rng.random(3) < 0.4).tolist()
        seed = None if rng.random() < 0.7 else int(rng.integers(100))
        assert_same(
            ours.env_method("reset", seed=seed, indices=lanes), theirs.env_method("reset", seed=seed, indices=lanes)
        )
        assert_same_game(ours, theirs, int(rng.integers(6)))


@pytest.mark.parametrize("method", ["step", "close", "nonsense"])
def test_methods_that_a_lane_does_not_have(method: str) -> None:
    env = make_vec_env("SeqEcho-v0", 2)
    env.reset()
    with pytest.raises(AttributeError, match=f"a single lane has the methods reset and render, got '{method}'"):
        env.env_method(method, 0)


def test_close_twice() -> None:
    env = make_vec_env("SeqEcho-v0", 2)
    env.close()
    env.close()
    assert env.envs.closed


def test_envs_made_by_gymnasium() -> None:
    envs = gymnasium.make_vec("SeqEcho-v0", num_envs=3, autoreset_mode="SameStep", lag=2)
    ours, theirs = SequenceVecEnv(envs), dummy("SeqEcho-v0", 3, 6, lag=2)
    ours.seed(6)
    assert [spec.id for spec in ours.get_attr("spec")] == [spec.id for spec in theirs.get_attr("spec")]
    begin(ours, theirs)
    assert_same_game(ours, theirs, 12)


def test_other_autoreset_modes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"SameStep.*NEXT_STEP"):
        SequenceVecEnv(seq_envs.SequenceVectorEnv(seq_envs.SeqEcho()))


# Pictures.


@pytest.mark.parametrize(("id", "choice"), EVERY_KIND, ids=name)
def test_rendering_is_that_of_single_envs(id: Any, choice: dict[str, Any]) -> None:
    for mode in ("ansi", "rgb_array"):
        settings = {"render_mode": mode, **choice}
        ours, theirs = make_vec_env(id, 3, 0, **settings), dummy(id, 3, 0, **settings)
        with pytest.raises(ResetNeeded):
            ours.env_method("render")
        begin(ours, theirs)
        for _ in range(3):
            assert_same_game(ours, theirs, 2)
            assert_same(ours.env_method("render"), theirs.env_method("render"))
            assert_same(ours.render(), theirs.render())
            assert_same(ours.render(mode), theirs.render(mode))
            with pytest.warns(UserWarning, match="has to be the same as the environment render mode"):
                assert ours.render("something else") is None
        if mode == "rgb_array":
            assert_same(ours.get_images(), theirs.get_images())
        else:
            with pytest.warns(UserWarning, match="pictures need render_mode=\"rgb_array\", got 'ansi'"):
                assert ours.get_images() == [None] * 3


def test_without_a_render_mode_there_are_no_pictures() -> None:
    env = make_vec_env("SeqEcho-v0", 2)
    env.reset()
    with pytest.warns(UserWarning, match='pictures need render_mode="rgb_array", got None'):
        assert env.get_images() == [None, None]
    with pytest.warns(UserWarning, match="no `render_mode` was passed"):
        assert env.render() is None
    with pytest.warns(UserWarning, match="shows nothing without a render_mode"):
        assert env.env_method("render") == [None, None]


def test_video(tmp_path: Path) -> None:
    pytest.importorskip("moviepy")
    env = make_vec_env("SeqEcho-v0", 2, 0, render_mode="rgb_array")
    recorder = VecVideoRecorder(env, str(tmp_path), lambda step: step == 0, video_length=5)
    assert recorder.frames_per_sec == env.envs.metadata["render_fps"]
    recorder.reset()
    for _ in range(6):
        recorder.step(some_actions(env))
    recorder.close()
    assert [path.suffix for path in tmp_path.iterdir()] == [".mp4"]


# SB3's wrappers.


@pytest.mark.parametrize(
    "wrap",
    [
        VecNormalize,
        lambda env: VecFrameStack(env, 4),
        VecCheckNan,
        lambda env: VecNormalize(VecFrameStack(VecCheckNan(env), 2), gamma=0.5),
    ],
)
@pytest.mark.parametrize(("id", "choice"), [*EVERY_KIND[:2], EVERY_KIND[3]], ids=name)
def test_wrappers(id: str, choice: dict[str, Any], wrap: Callable[[VecEnv], VecEnv]) -> None:
    ours, theirs = wrap(make_vec_env(id, 3, 0, **choice)), wrap(dummy(id, 3, 0, **choice))
    assert ours.observation_space == theirs.observation_space
    begin(ours, theirs)
    assert_same_game(ours, theirs, 25)
    assert ours.env_is_wrapped(Monitor, [0]) == [True]
    assert ours.get_attr("problem", 0) == theirs.get_attr("problem", 0)


def test_vec_monitor(tmp_path: Path) -> None:
    rows = []
    for env in (make_vec_env(Ragged(), 3, 0), dummy(Ragged(), 3, 0)):
        path = tmp_path / f"{type(env).__name__}.monitor.csv"
        with pytest.warns(UserWarning, match="already wrapped with a `Monitor`"):
            monitor = VecMonitor(env, str(path), info_keywords=("is_success", "accuracy"))
        monitor.reset()
        monitor.action_space.seed(0)
        for _ in range(40):
            monitor.step(some_actions(monitor))
        monitor.close()
        with path.open() as lines:
            next(lines)
            rows.append([{**row, "t": ""} for row in csv.DictReader(lines)])
    assert len(rows[0]) > 20
    assert rows[0] == rows[1]


def test_attributes_are_found_through_wrappers() -> None:
    env = make_vec_env("SeqEcho-v0", 2)
    wrapped = VecNormalize(VecFrameStack(env, 2))
    assert wrapped.envs is env.envs
    assert wrapped.unwrapped is env
    for attribute in ("envs", "close"):
        assert env.getattr_depth_check(attribute, True).endswith(".SequenceVecEnv")
        assert env.getattr_depth_check(attribute, False) is None
    assert env.getattr_depth_check("nonsense", True) is None
    with pytest.raises(AttributeError):
        _ = wrapped.nonsense
    wrapped.envs = "another"
    with pytest.raises(AttributeError, match=r"ambiguous and hides attribute from .*SequenceVecEnv"):
        _ = VecCheckNan(wrapped).envs


# Learning.


def assert_same_model(ours: BaseAlgorithm, theirs: BaseAlgorithm) -> None:
    """The same weights, the same episodes and the same successes."""
    for key, weights in ours.policy.state_dict().items():
        assert torch.equal(weights, theirs.policy.state_dict()[key]), key
    assert ours.num_timesteps == theirs.num_timesteps
    assert ours.ep_info_buffer
    assert theirs.ep_info_buffer
    episodes = [[(one["r"], one["l"]) for one in model.ep_info_buffer or ()] for model in (ours, theirs)]
    assert episodes[0] == episodes[1]
    assert ours.ep_success_buffer == theirs.ep_success_buffer


ON_POLICY = {"n_steps": 16, "seed": 0, "device": "cpu"}
OFF_POLICY = {"learning_starts": 20, "batch_size": 8, "buffer_size": 200, "seed": 0, "device": "cpu"}
SETTINGS: dict[type[BaseAlgorithm], dict[str, Any]] = {
    A2C: ON_POLICY,
    PPO: {**ON_POLICY, "batch_size": 24, "n_epochs": 2},
    RecurrentPPO: {**ON_POLICY, "batch_size": 24, "n_epochs": 1},
    DQN: OFF_POLICY,
    SAC: OFF_POLICY,
}


@pytest.mark.parametrize(("id", "choice"), EVERY_BASE_CHOICE, ids=name)
def test_ppo_learns_the_same(id: str, choice: dict[str, Any]) -> None:
    ours, theirs = (
        PPO("MlpPolicy", make(id, 3, **choice), **SETTINGS[PPO]).learn(90) for make in (make_vec_env, dummy)
    )
    assert_same_model(ours, theirs)


@pytest.mark.parametrize(
    ("algorithm", "id", "choice"),
    [(algorithm, *kind) for algorithm in (A2C, RecurrentPPO) for kind in EVERY_KIND]
    + [(DQN, *EVERY_KIND[1]), (DQN, *EVERY_KIND[2]), (SAC, *EVERY_KIND[0])],
    ids=lambda value: getattr(value, "__name__", None) or name(value),
)
def test_every_algorithm_learns_the_same(algorithm: Any, id: Any, choice: dict[str, Any]) -> None:
    policy = "MlpLstmPolicy" if algorithm is RecurrentPPO else "MlpPolicy"
    ours, theirs = (
        algorithm(policy, make(id, 3, **choice), **SETTINGS[algorithm]).learn(60) for make in (make_vec_env, dummy)
    )
    assert_same_model(ours, theirs)


def test_saved_loaded_resumed_and_moved_models_learn_the_same(tmp_path: Path) -> None:
    models = []
    for make in (make_vec_env, dummy):
        path = tmp_path / make.__name__
        model = RecurrentPPO("MlpLstmPolicy", make("SeqEcho-v0", 3), n_steps=7, batch_size=21, seed=0, device="cpu")
        model.learn(21).learn(21, reset_num_timesteps=False)  # On in the middle of an episode.
        model.save(path)
        model = RecurrentPPO.load(path, env=make("SeqEcho-v0", 3, 4), device="cpu")
        model.learn(21, reset_num_timesteps=False)
        model.set_env(make("SeqEcho-v0", 3, 9))
        model.learn(21, reset_num_timesteps=False)
        assert model.num_timesteps == 84
        models.append(model)
    assert_same_model(*models)


def test_callbacks_and_logs(tmp_path: Path) -> None:
    env = VecNormalize(make_vec_env("SeqEcho-v0", 4, 0))
    eval_env = VecNormalize(make_vec_env("SeqEcho-v0", 4, 1), training=False, norm_reward=False)
    stop = StopTrainingOnRewardThreshold(reward_threshold=-1.0)
    evaluation = EvalCallback(
        eval_env,
        callback_on_new_best=stop,
        eval_freq=20,
        n_eval_episodes=8,
        log_path=str(tmp_path),
        verbose=0,
        best_model_save_path=str(tmp_path),
    )
    checkpoints = CheckpointCallback(8, str(tmp_path), save_vecnormalize=True)
    model = PPO("MlpPolicy", env, n_steps=16, batch_size=64, device="cpu")
    model.set_logger(configure(str(tmp_path), ["csv"]))
    model.learn(4000, [checkpoints, evaluation])
    model.logger.close()
    assert model.num_timesteps == 80  # Stopped by the first evaluation, at the 20th step of 4 lanes.
    assert {path.name for path in tmp_path.iterdir()} >= {
        "best_model.zip",
        "rl_model_32_steps.zip",
        "rl_model_64_steps.zip",
        "rl_model_vecnormalize_64_steps.pkl",
    }
    evaluations = np.load(tmp_path / "evaluations.npz")
    assert evaluations["ep_lengths"].tolist() == [[10] * 8]
    assert evaluations["successes"].shape == (1, 8)
    loaded = VecNormalize.load(str(tmp_path / "rl_model_vecnormalize_64_steps.pkl"), make_vec_env("SeqEcho-v0", 4, 0))
    PPO.load(tmp_path / "best_model.zip", env=loaded, device="cpu").learn(64)
    with (tmp_path / "progress.csv").open() as lines:
        logged = next(csv.DictReader(lines))
    assert logged["rollout/ep_len_mean"] == "10.0"
    assert logged["rollout/success_rate"] == "0.0"


def test_tensorboard(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    env = make_vec_env("SeqEcho-v0", 4, 0)
    PPO("MlpPolicy", env, n_steps=16, batch_size=64, tensorboard_log=str(tmp_path), device="cpu").learn(64)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("events*"))
    assert b"rollout/ep_rew_mean" in written
    assert b"rollout/success_rate" in written


@pytest.mark.filterwarnings("ignore:rich is experimental")  # Says tqdm.
def test_progress_bar(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tqdm")
    env = make_vec_env("SeqEcho-v0", 4, 0)
    PPO("MlpPolicy", env, n_steps=16, batch_size=64, device="cpu").learn(64, progress_bar=True)
    assert "64/64" in capsys.readouterr().out


@pytest.mark.parametrize(("id", "choice"), EVERY_KIND, ids=name)
def test_evaluate_policy_of_sb3(id: Any, choice: dict[str, Any]) -> None:
    model = RecurrentPPO("MlpLstmPolicy", make_vec_env(id, 3, **choice), **ON_POLICY)
    ours, theirs = (
        evaluate_policy(model, make(id, 3, 1, **choice), n_eval_episodes=20, return_episode_rewards=True)
        for make in (make_vec_env, dummy)
    )
    assert len(ours[0]) == 20
    assert ours == theirs


# Policies.


@pytest.mark.parametrize(("id", "choice"), EVERY_BASE_CHOICE, ids=name)
def test_a_recurrent_model_is_a_policy(id: str, choice: dict[str, Any]) -> None:
    model = RecurrentPPO("MlpLstmPolicy", make_vec_env(id, 2, **choice), n_steps=8, batch_size=16, device="cpu")
    result = seq_envs.evaluate(Sb3Policy(model), id, episodes=20, **choice)
    assert 0 <= result.accuracy <= 1


def test_evaluate_policy_of_sb3_agrees_with_ours() -> None:
    model = RecurrentPPO("MlpLstmPolicy", make_vec_env("SeqMemorize-v0", n_envs=4, seed=0), n_steps=8, device="cpu")
    mean_return, _ = evaluate_policy(model, make_vec_env("SeqMemorize-v0", n_envs=4, seed=1), n_eval_episodes=400)
    ours = seq_envs.evaluate(Sb3Policy(model), "SeqMemorize-v0", episodes=400)
    assert mean_return == pytest.approx(ours.mean_return, abs=0.3)


def test_normalised_training_is_evaluated_normalised() -> None:
    env = VecNormalize(make_vec_env("SeqEcho-v0", n_envs=2, seed=0), norm_reward=False)
    model = RecurrentPPO("MlpLstmPolicy", env, n_steps=20, batch_size=40, device="cpu").learn(400)
    observations = env.venv.reset()
    policy = Sb3Policy(model)
    _, (memory, _) = policy.act(observations, policy.initial_state(2))
    start = np.ones(2, bool)
    _, expected = model.predict(env.normalize_obs(observations), None, start, deterministic=True)
    assert np.array_equal(memory[0], expected[0])


def test_the_policy_carries_its_state_and_starts_fresh() -> None:
    env = make_vec_env("SeqEcho-v0", n_envs=2, seed=0)
    model = RecurrentPPO("MlpLstmPolicy", env, n_steps=8, batch_size=16, seed=0, device="cpu")
    policy = Sb3Policy(model)
    observations = env.reset()
    first, state = policy.act(observations, policy.initial_state(2))
    _, later = policy.act(observations, state)
    assert not np.array_equal(state[0][0], later[0][0])
    again, fresh = policy.act(observations, policy.initial_state(2))
    assert np.array_equal(first, again)
    assert np.array_equal(state[0][0], fresh[0][0])


def test_the_fused_policy_learns_the_same_weights() -> None:
    weights = []
    for policy in (MlpLstmPolicy, FusedLstmPolicy):
        env = make_vec_env("SeqEcho-v0", n_envs=4, seed=0, length=6)
        # 15 steps a rollout and odd minibatches: sequences that begin in the middle of an episode, and padding.
        model = RecurrentPPO(policy, env, n_steps=15, batch_size=17, n_epochs=2, seed=0, device="cpu")
        model.learn(240)
        weights.append(model.policy.state_dict())
    for key, stock in weights[0].items():
        assert torch.allclose(stock, weights[1][key], atol=1e-5), key


def test_the_fused_policy_falls_back_where_an_episode_starts_within() -> None:
    torch.manual_seed(0)
    lstm = torch.nn.LSTM(3, 5)
    features, states = torch.randn(8, 3), (torch.randn(1, 2, 5), torch.randn(1, 2, 5))
    for starts in ([1, 0, 0, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0, 0], [1, 0, 0, 0, 1, 0, 0, 0]):
        start = torch.tensor(starts, dtype=torch.float32)
        ours = FusedLstmPolicy._process_sequence(features, states, start, lstm)
        theirs = MlpLstmPolicy._process_sequence(features, states, start, lstm)
        assert torch.allclose(ours[0], theirs[0], atol=1e-6)
        assert torch.allclose(ours[1][0], theirs[1][0], atol=1e-6)
