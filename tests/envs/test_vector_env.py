"""The native vector env equals `SyncVectorEnv` of the scalar env, byte for byte."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.vector import AsyncVectorEnv, AutoresetMode, SyncVectorEnv
from hypothesis import given
from hypothesis import strategies as st
from spaces_of_settings import IDS, NIGHTLY_BASE_CHOICE, Ragged, any_problem, name

import seq_envs
from seq_envs import SequenceEnv, SequenceVectorEnv

MODES = list(AutoresetMode)


def assert_same(native: Any, sync: Any, where: str = "") -> None:
    """Equal in value, type, dtype and shape, all the way down."""
    assert type(native) is type(sync), f"{where}: {type(native)} is not {type(sync)}"
    if isinstance(native, dict):
        assert native.keys() == sync.keys(), f"{where}: {sorted(native)} is not {sorted(sync)}"
        for key in native:
            assert_same(native[key], sync[key], f"{where}[{key!r}]")
    elif isinstance(native, tuple) or (isinstance(native, np.ndarray) and native.dtype == object):
        for i, (native_item, sync_item) in enumerate(zip(native, sync, strict=True)):
            assert_same(native_item, sync_item, f"{where}[{i}]")
    elif isinstance(native, np.ndarray):
        assert native.dtype == sync.dtype, f"{where}: {native.dtype} is not {sync.dtype}"
        assert native.shape == sync.shape, f"{where}: {native.shape} is not {sync.shape}"
        assert native.tobytes() == sync.tobytes(), f"{where}: {native} is not {sync}"
    else:
        assert native == sync, f"{where}: {native} is not {sync}"


def pair(
    problem: seq_envs.Problem, lanes: int, mode: AutoresetMode, reveal: bool, limit: int | None = None
) -> tuple[Any, Any]:
    def single() -> gymnasium.Env[Any, Any]:
        env = SequenceEnv(problem, reveal=reveal)
        return env if limit is None else gymnasium.wrappers.TimeLimit(env, limit)

    options = {"num_envs": lanes, "autoreset_mode": mode, "reveal": reveal, "max_episode_steps": limit}
    return SequenceVectorEnv(problem, **options), SyncVectorEnv([single] * lanes, autoreset_mode=mode)


def actions_for(envs: Any, rng: np.random.Generator) -> Any:
    """Random answers, most of which are right."""
    actions = envs.action_space.sample()
    targets = envs._lanes.targets[envs._lanes.here].astype(actions.dtype)
    right = rng.random(envs.num_envs) < 0.6
    actions[right] = targets[right]
    return actions


@given(
    problem=st.one_of(any_problem, st.just(Ragged())),
    lanes=st.integers(1, 5),
    mode=st.sampled_from(MODES),
    reveal=st.booleans(),
    limit=st.one_of(st.none(), st.integers(1, 12)),
    seed=st.integers(0, 2**40),
    data=st.data(),
)
def test_equals_sync_vector_env(
    problem: seq_envs.Problem,
    lanes: int,
    mode: AutoresetMode,
    reveal: bool,
    limit: int | None,
    seed: int,
    data: st.DataObject,
) -> None:
    native, sync = pair(problem, lanes, mode, reveal, limit)
    native.action_space.seed(seed)
    rng = np.random.default_rng(seed)
    assert native.observation_space == sync.observation_space
    assert native.action_space == sync.action_space
    assert_same(native.reset(seed=seed), sync.reset(seed=seed), "reset")
    over = np.zeros(lanes, bool)
    masks = st.lists(st.booleans(), min_size=lanes, max_size=lanes).map(np.array)
    seeds = st.one_of(st.none(), st.integers(0, 99), st.lists(st.integers(0, 99), min_size=lanes, max_size=lanes))
    for step in range(3 * problem.steps + 5):
        if mode is AutoresetMode.DISABLED and over.any():
            options: dict[str, Any] | None = {"reset_mask": over.copy()} if data.draw(st.booleans()) else None
            assert_same(native.reset(options=options), sync.reset(options=copy.copy(options)), f"reset at {step}")
        elif rng.random() < 0.1:
            mask = data.draw(masks)
            options = {"reset_mask": mask} if mask.any() and data.draw(st.booleans()) else None
            again = data.draw(seeds)
            native_result = native.reset(seed=again, options=options)
            assert options is None or options["reset_mask"] is mask
            assert_same(native_result, sync.reset(seed=again, options=options), f"reset at {step}")
        actions = actions_for(native, rng)
        ours, theirs = native.step(actions), sync.step(actions)
        assert_same(ours, theirs, f"step {step}")
        over = ours[2] | ours[3]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("id", "choice"), NIGHTLY_BASE_CHOICE, ids=name)
def test_every_problem_over_several_blocks(id: str, choice: dict[str, Any], mode: AutoresetMode) -> None:
    """Long enough for every lane to draw a second block of episodes."""
    problem = seq_envs.make_problem(id, **choice)
    native, sync = pair(problem, 2, mode, reveal=False)
    assert_same(native.reset(seed=3), sync.reset(seed=3), "reset")
    actions = native.action_space.sample()
    for step in range(2200):
        ours, theirs = native.step(actions), sync.step(actions)
        if step % 7 == 0 or ours[2].any():
            assert_same(ours, theirs, f"step {step}")
        if mode is AutoresetMode.DISABLED and ours[2].any():
            mask = {"reset_mask": ours[2]}
            assert_same(native.reset(options=mask), sync.reset(options=dict(mask)), f"reset at {step}")


@pytest.mark.parametrize("mode", MODES)
def test_ragged_episodes_over_several_blocks(mode: AutoresetMode) -> None:
    native, sync = pair(Ragged(), 3, mode, reveal=True)
    assert_same(native.reset(seed=3), sync.reset(seed=3), "reset")
    for step in range(3000):
        actions = native.action_space.sample()
        ours, theirs = native.step(actions), sync.step(actions)
        assert_same(ours, theirs, f"step {step}")
        if mode is AutoresetMode.DISABLED and ours[2].any():
            mask = {"reset_mask": ours[2]}
            assert_same(native.reset(options=mask), sync.reset(options=dict(mask)), f"reset at {step}")


def test_equals_async_vector_env() -> None:
    native = gymnasium.make_vec("SeqCopy-v0", num_envs=2, autoreset_mode="SameStep")
    workers = AsyncVectorEnv([lambda: SequenceEnv(seq_envs.SeqCopy())] * 2, autoreset_mode="SameStep")
    try:
        assert_same(native.reset(seed=1), workers.reset(seed=1))
        for _ in range(25):
            actions = native.action_space.sample()
            assert_same(native.step(actions), workers.step(actions))
    finally:
        workers.close()


@pytest.mark.parametrize("mode", MODES)
def test_make_vec_takes_the_mode_as_enum_or_value(mode: AutoresetMode) -> None:
    for given_mode in (mode, mode.value):
        envs = gymnasium.make_vec("SeqEcho-v0", num_envs=2, autoreset_mode=given_mode)
        assert isinstance(envs, SequenceVectorEnv)
        assert envs.metadata["autoreset_mode"] is mode
    assert gymnasium.make_vec("SeqEcho-v0", num_envs=2).metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP


@pytest.mark.parametrize("id", IDS)
def test_spec_survives_json_and_makes_the_same_envs(id: str) -> None:
    envs = gymnasium.make_vec(id, num_envs=3, autoreset_mode="SameStep")
    again = gymnasium.make_vec(gymnasium.envs.registration.EnvSpec.from_json(envs.spec.to_json()))
    assert (again.num_envs, again.problem, again.autoreset_mode) == (3, envs.problem, AutoresetMode.SAME_STEP)


@pytest.mark.parametrize("reveal", [False, True])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("encoding", ["one_hot", "discrete", "normalized"])
def test_returned_arrays_do_not_change_later(mode: AutoresetMode, encoding: str, reveal: bool) -> None:
    envs = gymnasium.make_vec("SeqCopy-v0", 3, autoreset_mode=mode, encoding=encoding, reveal=reveal)
    returned = [envs.reset(seed=0)]
    frozen = [copy.deepcopy(returned[0])]
    for _ in range(40):
        returned.append(envs.step(envs.action_space.sample()))
        frozen.append(copy.deepcopy(returned[-1]))
        if mode is AutoresetMode.DISABLED and returned[-1][2].any():
            returned.append(envs.reset(options={"reset_mask": returned[-1][2]}))
            frozen.append(copy.deepcopy(returned[-1]))
    assert_same(tuple(returned), tuple(frozen))
    # Writing to the returned arrays does not change later results.
    again = gymnasium.make_vec("SeqCopy-v0", 3, autoreset_mode=mode, encoding=encoding, reveal=reveal)
    twin = copy.deepcopy(again)
    again.reset(seed=0)
    twin.reset(seed=0)
    actions = again.action_space.sample()
    for _ in range(10):
        spoiled = again.step(actions)
        assert_same(spoiled, twin.step(actions))
        for array in spoiled[:4]:
            array[:] = 1
        for value in spoiled[4].values():
            if isinstance(value, np.ndarray) and value.dtype != object:
                value[:] = 1
        if mode is AutoresetMode.DISABLED and twin._waiting.any():
            again.reset()
            twin.reset()


@pytest.mark.parametrize("copier", [copy.deepcopy, lambda envs: pickle.loads(pickle.dumps(envs))])
@pytest.mark.parametrize("mode", MODES)
def test_a_copy_in_mid_episode_continues_identically(copier: Any, mode: AutoresetMode) -> None:
    envs = gymnasium.make_vec("SeqEcho-v0", 4, autoreset_mode=mode, lag=2)
    envs.reset(seed=5)
    for _ in range(4):
        envs.step(envs.action_space.sample())
    twin = copier(envs)
    for _ in range(5):
        actions = envs.action_space.sample()
        assert_same(envs.step(actions), twin.step(actions))
    for _ in range(300):
        assert_same(envs.reset(), twin.reset())


@pytest.mark.parametrize("mode", MODES)
def test_record_episode_statistics(mode: AutoresetMode) -> None:
    envs = gymnasium.make_vec("SeqEcho-v0", 4, autoreset_mode=mode, lag=2)
    envs = gymnasium.wrappers.vector.RecordEpisodeStatistics(envs)
    envs.reset(seed=0)
    optimal = seq_envs.policies.optimal(envs.unwrapped.problem)
    observations, _ = envs.reset(seed=0)
    state = optimal.initial_state(4)
    for _ in range(10):
        actions, state = optimal.act(observations, state)
        observations, _, _, _, infos = envs.step(actions)
    assert infos["episode"]["r"].tolist() == [8.0] * 4
    assert infos["episode"]["l"].tolist() == [10] * 4
    if mode is AutoresetMode.DISABLED:
        options = {"reset_mask": np.array([True, False, True, False])}
        envs.reset(options=options)  # SyncVectorEnv removes the mask from the dict, and then this wrapper fails.


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_stock_vector_wrappers(mode: AutoresetMode) -> None:
    wrappers = gymnasium.wrappers.vector
    envs = gymnasium.make_vec("SeqEcho-v0", 4, autoreset_mode=mode)
    envs = wrappers.DictInfoToList(wrappers.ClipReward(wrappers.RecordEpisodeStatistics(envs), 0.0, 0.5))
    envs.reset(seed=0)
    for _ in range(25):
        _, rewards, _, _, infos = envs.step(envs.action_space.sample())
        assert rewards.max() <= 0.5
        assert len(infos) == 4
    if mode is AutoresetMode.NEXT_STEP:
        envs = gymnasium.make_vec("SeqEcho-v0", 4, autoreset_mode=mode)
        envs = wrappers.NormalizeObservation(wrappers.FlattenObservation(envs))
        envs = wrappers.NormalizeReward(envs)
        envs.reset(seed=0)
        for _ in range(25):
            observations, *_ = envs.step(envs.action_space.sample())
        assert observations.shape == (4, 10)


def test_seeds_as_int_list_or_none() -> None:
    envs = gymnasium.make_vec("SeqEcho-v0", 3, encoding="discrete")
    by_int, _ = envs.reset(seed=7)
    by_list, _ = envs.reset(seed=[7, 8, 9])
    by_array, _ = envs.reset(seed=np.array([7, 8, 9]))
    assert by_int.tolist() == by_list.tolist() == by_array.tolist()
    second = envs.reset()[0]
    partly, _ = envs.reset(seed=[7, None, 9])
    assert partly[[0, 2]].tolist() == by_int[[0, 2]].tolist()
    expected = seq_envs.sample("SeqEcho-v0", 3, seed=8, encoding="discrete").observations
    assert second[1] == expected[1, 0]
    assert partly[1] == expected[2, 0]
    first, other = (gymnasium.make_vec("SeqEcho-v0", 50, n_values=100).reset()[0] for _ in range(2))
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("mode", MODES)
def test_render_equals_that_of_the_scalar_env(mode: AutoresetMode) -> None:
    for render_mode in ("ansi", "rgb_array"):
        envs = SequenceVectorEnv(
            "seq_envs.problems.copy:SeqCopy", num_envs=2, autoreset_mode=mode, render_mode=render_mode
        )
        sync = SyncVectorEnv(
            [lambda m=render_mode: SequenceEnv(seq_envs.SeqCopy(), render_mode=m)] * 2, autoreset_mode=mode
        )
        with pytest.raises(ResetNeeded, match="call reset"):
            envs.render()
        envs.reset(seed=0)
        sync.reset(seed=0)
        for _ in range(13):
            assert_same(envs.render(), sync.render())
            actions = envs.action_space.sample()
            over = envs.step(actions)[2]
            sync.step(actions)
            if mode is AutoresetMode.DISABLED and over.any():
                assert_same(envs.render(), sync.render())
                envs.reset()
                sync.reset()


def test_many_lanes_and_long_episodes() -> None:
    envs = gymnasium.make_vec("SeqEcho-v0", 3000, encoding="discrete", autoreset_mode="SameStep")
    envs.reset(seed=0)
    last = gymnasium.make("SeqEcho-v0", encoding="discrete").unwrapped
    observation, _ = last.reset(seed=2999)
    for _ in range(30):
        observations, *_ = envs.step(np.zeros(3000, int))
        observation, _, over, _, _ = last.step(0)
        if over:
            observation, _ = last.reset()
        assert observations[2999] == observation
    envs = gymnasium.make_vec("SeqEcho-v0", 2, length=100_000, lag=99_999, encoding="discrete")
    envs.reset(seed=0)
    for _ in range(10):
        envs.step([0, 0])
