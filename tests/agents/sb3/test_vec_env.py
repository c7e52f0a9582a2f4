"""The native vector env as an SB3 `VecEnv` does what SB3's `DummyVecEnv` of single envs does."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from sb3_oracle import (
    EVERY_KIND,
    assert_same,
    assert_same_game,
    assert_same_step,
    begin,
    dummy,
    some_actions,
    without_clock,
)
from seq_agents.sb3.vec_env import SequenceVecEnv, make_vec_env
from spaces_of_settings import EVERY_CHOICE, name
from stable_baselines3.common import env_util
from stable_baselines3.common.utils import set_random_seed
from stable_baselines3.common.vec_env import (
    VecVideoRecorder,
)

import seq_envs

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


@pytest.mark.parametrize("reveal", [False, True])
@pytest.mark.parametrize("limit", [1, 4, 10, 11])
@pytest.mark.parametrize(("id", "choice"), EVERY_KIND[:4], ids=name)
def test_episodes_that_are_cut_off(id: str, choice: dict[str, Any], limit: int, reveal: bool) -> None:
    settings = {"max_episode_steps": limit, "reveal": reveal, **choice}
    ours, theirs = make_vec_env(id, 3, 4, **settings), dummy(id, 3, 4, **settings)
    begin(ours, theirs)
    assert_same_game(ours, theirs, 25)


@pytest.mark.parametrize("feedback", [(), ("reward",), ("action", "reward")])
@pytest.mark.parametrize(("id", "choice"), EVERY_KIND, ids=name)
def test_pay_and_feedback(id: Any, choice: dict[str, Any], feedback: tuple[str, ...]) -> None:
    settings = {"pay": "at_end", "feedback": feedback, **choice}
    ours, theirs = make_vec_env(id, 3, 4, **settings), dummy(id, 3, 4, **settings)
    assert ours.observation_space == theirs.observation_space
    begin(ours, theirs)
    assert_same_game(ours, theirs, 25)


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
def test_the_caller_may_change_every_result(id: Any, choice: dict[str, Any], reveal: bool) -> None:
    """SB3 keeps results, and its wrappers write into them."""
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
        for lane in (0, 2):  # Lane 1's info is changed, the others are not.
            assert_same(without_clock(spoiled_step[3][lane]), without_clock(step[3][lane]))
        scribble(spoiled_step[3])
        history.append((step, copy.deepcopy(step)))
    for result, copy_of_then in history:
        assert_same(result, copy_of_then)


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
def test_a_copy_plays_the_same_episodes_independently(
    id: Any, choice: dict[str, Any], clone: Callable[[Any], Any]
) -> None:
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


def test_envs_without_a_seed_differ() -> None:
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


def test_close_twice() -> None:
    env = make_vec_env("SeqEcho-v0", 2)
    env.close()
    env.close()
    assert env.envs.closed


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
