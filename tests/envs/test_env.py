"""The scalar env: Gymnasium's contract, info, errors, and the same episodes as `sample`."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import warnings
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env, data_equivalence
from gymnasium.vector import AutoresetMode
from hypothesis import given
from hypothesis import strategies as st
from spaces_of_settings import EVERY_CHOICE, IDS, Ragged, any_problem, name

import seq_envs
from seq_envs import SequenceEnv


@pytest.mark.parametrize(("id", "choice"), EVERY_CHOICE, ids=name)
def test_gymnasium_check_env(id: str, choice: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gymnasium.make(id, **choice).unwrapped)


@pytest.mark.parametrize(("id", "choice"), EVERY_CHOICE, ids=name)
def test_sb3_check_env(id: str, choice: dict[str, Any]) -> None:
    checker = pytest.importorskip("stable_baselines3.common.env_checker")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # The definition of SeqNext requires this space; the recommendation is for Gaussian policies.
        warnings.filterwarnings("ignore", "We recommend you to use a symmetric and normalized Box action space")
        checker.check_env(gymnasium.make(id, **choice), warn=True)


def test_make_by_module_and_by_import() -> None:
    for id in ("SeqEcho-v0", "seq_envs:SeqEcho-v0"):
        env = gymnasium.make(id, lag=3, framing="many_to_one", encoding="discrete")
        assert env.unwrapped.problem == seq_envs.SeqEcho(lag=3, framing="many_to_one", encoding="discrete")
    gymnasium.register_envs(seq_envs)


@pytest.mark.parametrize(("id", "choice"), EVERY_CHOICE, ids=name)
def test_spec_survives_json(id: str, choice: dict[str, Any]) -> None:
    env = gymnasium.make(id, **choice)
    spec = EnvSpec.from_json(env.spec.to_json())
    again = gymnasium.make(spec)
    assert again.unwrapped.problem == env.unwrapped.problem
    assert data_equivalence(again.reset(seed=1), env.reset(seed=1), exact=True)


@pytest.mark.parametrize("copier", [copy.deepcopy, lambda env: pickle.loads(pickle.dumps(env))])
@pytest.mark.parametrize("id", IDS)
def test_a_copy_in_mid_episode_continues_identically(id: str, copier: Any) -> None:
    env = gymnasium.make(id, reveal=True, render_mode="ansi")
    env.action_space.seed(0)
    env.reset(seed=4)
    env.step(env.action_space.sample())
    twin = copier(env)
    assert twin.render() == env.render()
    for _ in range(400):
        action = env.action_space.sample()
        ours, theirs = env.step(action), twin.step(action)
        assert data_equivalence(ours, theirs, exact=True)
        if ours[2]:
            assert data_equivalence(env.reset(), twin.reset(), exact=True)


@given(problem=st.one_of(any_problem, st.just(Ragged())), seed=st.integers(0, 2**70))
def test_sample_returns_the_episodes_that_the_env_plays(problem: seq_envs.Problem, seed: int) -> None:
    observations, targets, scored, lengths = seq_envs.sample(problem, episodes=4, seed=seed)
    env = SequenceEnv(problem, reveal=True)
    for episode in range(4):
        observation, info = env.reset(seed=seed if episode == 0 else None)
        assert not any(np.any(value) for value in info.values())
        for step in range(lengths[episode]):
            assert np.array_equal(observation, observations[episode, step])
            observation, _, over, truncated, info = env.step(env.action_space.sample())
            assert over == (step == lengths[episode] - 1)
            assert truncated is False
            assert info["scored"] == scored[episode, step]
            if scored[episode, step]:
                assert np.array_equal(info["target"], targets[episode, step])
        blank = problem.code.blank
        assert np.array_equal(observation, blank)
        assert (observations[episode, lengths[episode] :] == blank).all()


@given(problem=any_problem, seed=st.integers(0, 999))
def test_rewards_and_information(problem: seq_envs.Problem, seed: int) -> None:
    env = SequenceEnv(problem, reveal=True)
    plain = SequenceEnv(problem)
    env.action_space.seed(seed)
    rng = np.random.default_rng(seed)
    data = seq_envs.sample(problem, 2, seed=seed)
    env.reset(seed=seed)
    plain.reset(seed=seed)
    for episode in range(2):
        grades = []
        for step in range(problem.steps):
            action = data.targets[episode, step] if rng.random() < 0.7 else env.action_space.sample()
            _, reward, over, _, info = env.step(action)
            _, _, _, _, plain_info = plain.step(action)
            assert type(reward) is float
            assert type(over) is bool
            if data.scored[episode, step]:
                grades.append(float(problem.grade(action, data.targets[episode, step])))
                assert reward == grades[-1] == info["correct"]
            else:
                assert reward == 0.0 == info["correct"]
                assert not np.any(info["target"])
            assert type(info["scored"]) is bool
            assert type(info["correct"]) is float
            assert info["accuracy"] == pytest.approx(np.mean(grades) if grades else 0.0)
            assert over or info["is_success"] is False
        ending = {"is_success": all(grade == 1 for grade in grades), "accuracy": pytest.approx(np.mean(grades))}
        assert plain_info == ending
        assert type(plain_info["is_success"]) is bool
        assert type(plain_info["accuracy"]) is float
        assert {key: info[key] for key in ending} == ending
        env.reset()
        plain.reset()


def test_information_of_every_other_step_is_empty() -> None:
    env = gymnasium.make("SeqEcho-v0")
    assert env.reset(seed=0)[1] == {}
    infos = [env.step(0)[4] for _ in range(10)]
    assert infos[:9] == [{}] * 9
    assert set(infos[9]) == {"is_success", "accuracy"}


def test_revealed_targets_are_copies() -> None:
    env = gymnasium.make("SeqCopy-v0", framing="many_to_one", reveal=True).unwrapped
    env.reset(seed=0)
    for _ in range(5):
        _, _, _, _, info = env.step(np.zeros(5, int))
    before = info["target"].copy()
    info["target"][:] = 9
    env.reset(seed=0)
    for _ in range(5):
        _, _, _, _, info = env.step(np.zeros(5, int))
    assert np.array_equal(info["target"], before)


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP], ids=lambda mode: mode.name)
def test_what_a_vector_env_reveals_is_copied(mode: AutoresetMode) -> None:
    """Writing into observations and information changes no later step."""

    def played(writes: bool) -> list[Any]:
        envs = seq_envs.SequenceVectorEnv(
            "SeqCopy-v0", num_envs=3, length=4, framing="many_to_one", reveal=True, autoreset_mode=mode
        )
        observations, info = envs.reset(seed=0)
        steps = []
        for _ in range(14):
            steps.append(copy.deepcopy((observations, info)))
            if writes:
                observations[...] = 7
                for fact in info.values():
                    if isinstance(fact, np.ndarray) and fact.dtype != object:
                        fact[...] = 1
            observations, _, _, _, info = envs.step(np.zeros((3, 4), int))
        return steps

    assert repr(played(True)) == repr(played(False))


def test_writing_into_the_revealed_target_of_a_step_leaves_zero_targets() -> None:
    env = SequenceEnv("SeqCopy-v0", framing="many_to_one", reveal=True)
    _, info = env.reset(seed=0)
    info["target"][:] = 9
    assert not env.reset(seed=0)[1]["target"].any()
    assert not env.step(np.zeros(5, int))[4]["target"].any()


@pytest.mark.parametrize("id", IDS)
def test_actions_change_nothing_but_rewards(id: str) -> None:
    first, other = gymnasium.make(id), gymnasium.make(id)
    assert np.array_equal(first.reset(seed=2)[0], other.reset(seed=2)[0])
    for _ in range(60):
        ours, theirs = first.step(first.action_space.sample()), other.step(other.action_space.sample())
        assert np.array_equal(ours[0], theirs[0])
        assert ours[2:4] == theirs[2:4]
        if ours[2]:
            first.reset()
            other.reset()


def test_an_episode_longer_than_the_prepared_rows() -> None:
    env = gymnasium.make("SeqEcho-v0", length=1000, encoding="discrete")
    observation, _ = env.reset(seed=0)
    seen = [observation]
    over = False
    while not over:
        observation, _, over, _, _ = env.step(0)
        seen.append(observation)
    assert seen[:-1] == seq_envs.sample("SeqEcho-v0", 1, 0, length=1000, encoding="discrete").observations[0].tolist()


def test_other_draws_do_not_change_the_stream() -> None:
    """Random wrappers draw from `np_random`, which has no effect on the episodes of the seed."""
    env = gymnasium.wrappers.StickyAction(gymnasium.make("SeqEcho-v0", encoding="discrete"), 0.5)
    episodes = 420  # More than two blocks.
    data = seq_envs.sample("SeqEcho-v0", episodes=episodes, seed=0, encoding="discrete")
    for episode in range(episodes):
        observation, _ = env.reset(seed=0 if episode == 0 else None)
        assert observation == data.observations[episode, 0]
        while not env.step(0)[2]:
            pass
    env.unwrapped.np_random = np.random.default_rng(5)
    observation, _ = env.reset()
    assert (
        observation
        == SequenceEnv(seq_envs.SeqEcho(encoding="discrete")).problem.sample(np.random.default_rng(5), 204)[0][0, 0]
    )


def test_a_kept_observation_keeps_little_memory() -> None:
    env = gymnasium.make("SeqEcho-v0", n_values=10_000).unwrapped
    observation, _ = env.reset(seed=0)
    assert observation.base is None or observation.base.nbytes <= 1 << 20


def test_numpy_and_builtin_actions_are_equal() -> None:
    env = gymnasium.make("SeqEcho-v0", lag=0, encoding="discrete").unwrapped
    for convert in (int, np.int32, np.uint8, np.array, lambda x: x):
        observation, _ = env.reset(seed=0)
        assert env.step(convert(observation))[1] == 1.0
    env = gymnasium.make("SeqNext-v0").unwrapped
    for convert in (list, tuple, np.float32, np.float64, np.asarray):
        env.reset(seed=0)
        assert env.step(convert([0.1]))[1] == 1.0
    env.reset(seed=0)
    assert env.step([0])[1] == 0.0


NAN = float("nan")
ECHO, NEXT, COPY = ("SeqEcho-v0", {}), ("SeqNext-v0", {}), ("SeqCopy-v0", {"framing": "many_to_one"})


@pytest.mark.parametrize(
    ("made", "action"),
    [
        *(
            (ECHO, action)
            for action in (10, -1, 1.0, True, np.True_, None, "1", [1], np.array([1]), np.float64(1), NAN)
        ),
        *(
            (NEXT, action)
            for action in ([NAN], [1.1], [-0.1], [np.inf], [1e300], 0.5, [0.5, 0.5], [[0.5]], ["x"], None, [True])
        ),
        *((COPY, action) for action in ([0] * 4, [0, 0, 0, 0, 10], [0, 0, 0, 0, -1], [0.0] * 5, 3, [[0] * 5], None)),
    ],
    ids=str,
)
def test_wrong_actions(made: tuple[str, dict[str, Any]], action: Any) -> None:
    env = gymnasium.make(made[0], **made[1]).unwrapped
    env.reset(seed=0)
    with pytest.raises(seq_envs.ActionError, match=r"action must be .*got"):
        env.step(action)
    with pytest.raises(ValueError, match="action must be"):
        env.step(action)
    with pytest.raises(gymnasium.error.InvalidAction):
        env.step(action)
    steps = 1
    while not env.step(env.action_space.sample())[2]:
        steps += 1
    assert steps == env.problem.steps  # The refused actions have changed nothing.


def test_step_before_reset_and_after_the_end() -> None:
    for env in (gymnasium.make("SeqEcho-v0", length=2), gymnasium.make("SeqEcho-v0", length=2).unwrapped):
        with pytest.raises(ResetNeeded):
            env.step(0)
        env.reset(seed=0)
        env.step(0)
        assert env.step(0)[2]
        for _ in range(2):
            with pytest.raises(ResetNeeded, match=r"call reset\(\)"):
                env.step(0)
        env.reset()
        env.step(0)


def test_a_problem_of_a_user() -> None:
    seq_envs.register("Ragged-v0", Ragged)
    try:
        assert "Ragged-v0" in seq_envs.ids()
        env = gymnasium.make("Ragged-v0")
        env.reset(seed=0)
        assert gymnasium.make_vec("Ragged-v0", 3).problem == Ragged() == seq_envs.make_problem("Ragged-v0")
        assert SequenceEnv(Ragged).problem == SequenceEnv(Ragged()).problem
        seq_envs.testing.check_problem(seq_envs.make_problem("Ragged-v0"))
    finally:
        del gymnasium.registry["Ragged-v0"]


class Outer:
    class Inner(Ragged):
        pass


def test_register_refuses() -> None:
    class Local(Ragged):
        pass

    with pytest.raises(ValueError, match="within a function"):
        seq_envs.register("Local-v0", Local)
    with pytest.raises(TypeError, match="must be a class of problems, got"):
        seq_envs.register("Instance-v0", Ragged())
    with pytest.raises(TypeError, match="unexpected keyword argument 'lagg'"):
        seq_envs.register("Typo-v0", seq_envs.SeqEcho, lagg=3)
    seq_envs.register("Inner-v0", Outer.Inner)
    try:
        assert type(gymnasium.make("Inner-v0").unwrapped.problem) is Outer.Inner
    finally:
        del gymnasium.registry["Inner-v0"]


def test_ways_to_name_a_problem() -> None:
    assert SequenceEnv("SeqEcho-v0", lag=2).problem == SequenceEnv(seq_envs.SeqEcho, lag=2).problem
    for call in (seq_envs.policies.optimal, seq_envs.policies.memoryless, seq_envs.policies.random):
        assert seq_envs.evaluate(call("SeqEcho-v0"), "SeqEcho-v0", episodes=10).episodes == 10
    with pytest.raises(TypeError, match="must be declared with parameter"):
        dataclasses.make_dataclass("Plain", [("extra", int, 3)], bases=(Ragged,), frozen=True, kw_only=True)()


def test_reveal_is_true_or_false() -> None:
    for make in (gymnasium.make, gymnasium.make_vec):
        with pytest.raises(ValueError, match="reveal must be True or False, got 'no'"):
            make("SeqEcho-v0", reveal="no")


def test_the_global_random_state_is_left_alone() -> None:
    before = np.random.get_state(legacy=False)["state"]["key"].copy()  # noqa: NPY002 - reads the state only.
    env = gymnasium.make("SeqEcho-v0")
    env.reset()
    for _ in range(10):
        env.step(0)
    assert np.array_equal(np.random.get_state(legacy=False)["state"]["key"], before)  # noqa: NPY002 - reads the state only.
