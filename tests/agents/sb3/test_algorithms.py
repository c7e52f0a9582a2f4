"""SB3's wrappers and algorithms do on the native vector env what they do on `DummyVecEnv`."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sb3_contrib import RecurrentPPO
from sb3_oracle import (
    EVERY_KIND,
    assert_same_game,
    begin,
    dummy,
    some_actions,
)
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

torch.set_num_threads(1)

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
    episodes = [[(info["r"], info["l"]) for info in model.ep_info_buffer or ()] for model in (ours, theirs)]
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


@pytest.mark.slow
def test_saved_loaded_resumed_and_moved_models_learn_the_same(tmp_path: Path) -> None:
    models = []
    for make in (make_vec_env, dummy):
        path = tmp_path / make.__name__
        model = RecurrentPPO("MlpLstmPolicy", make("SeqEcho-v0", 3), n_steps=7, batch_size=21, seed=0, device="cpu")
        model.learn(21).learn(21, reset_num_timesteps=False)  # Continues in the middle of an episode.
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
