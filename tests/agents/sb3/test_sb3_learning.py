"""Stable-Baselines3's wrappers and algorithms on the native vector env do what they do on `DummyVecEnv`; policies."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sb3_contrib import RecurrentPPO
from sb3_contrib.ppo_recurrent import MlpLstmPolicy
from sb3_oracle import (
    EVERY_KIND,
    assert_same_game,
    begin,
    dummy,
    some_actions,
)
from seq_agents.sb3.fused_lstm import FusedLstmPolicy
from seq_agents.sb3.policy import Sb3Policy
from seq_agents.sb3.vec_env import make_vec_env
from spaces_of_settings import EVERY_BASE_CHOICE, Ragged, name
from stable_baselines3 import A2C, DQN, PPO, SAC
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import CheckpointCallback, EvalCallback, StopTrainingOnRewardThreshold
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.logger import configure
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import (
    VecCheckNan,
    VecEnv,
    VecFrameStack,
    VecMonitor,
    VecNormalize,
)

import seq_envs


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


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
