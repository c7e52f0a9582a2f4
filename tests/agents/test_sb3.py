"""The native vector env under Stable-Baselines3, and its policies under `seq_envs.evaluate`."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
import torch
from sb3_contrib import RecurrentPPO
from sb3_contrib.ppo_recurrent import MlpLstmPolicy
from seq_agents.fused_lstm import FusedLstmPolicy
from seq_agents.sb3 import Sb3Policy, SequenceVecEnv, make_vec_env
from spaces_of_settings import EVERY_BASE_CHOICE, name
from stable_baselines3 import PPO
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize

import seq_envs


@pytest.mark.parametrize(("id", "choice"), EVERY_BASE_CHOICE, ids=name)
def test_equals_dummy_vec_env(id: str, choice: dict[str, Any]) -> None:
    ours = make_vec_env(id, n_envs=3, seed=4, **choice)
    theirs = DummyVecEnv([lambda: Monitor(gymnasium.make(id, **choice))] * 3)
    theirs.seed(4)
    ours.action_space.seed(0)
    assert np.array_equal(ours.reset(), theirs.reset())
    for _ in range(3 * ours.envs.problem.steps + 2):
        actions = np.array([ours.action_space.sample() for _ in range(3)])
        (seen, rewards, over, infos), (their_seen, their_rewards, their_over, their_infos) = (
            ours.step(actions),
            theirs.step(actions),
        )
        assert np.array_equal(seen, their_seen)
        assert rewards.dtype == their_rewards.dtype
        assert np.array_equal(rewards, their_rewards)
        assert np.array_equal(over, their_over)
        for info, their_info in zip(infos, their_infos, strict=True):
            assert info.keys() == {key for key in their_info if key != "TimeLimit.truncated" or "episode" in their_info}
            if "episode" in info:
                assert np.array_equal(info["terminal_observation"], their_info["terminal_observation"])
                assert info["episode"]["r"] == pytest.approx(their_info["episode"]["r"], abs=1e-5)
                assert info["episode"]["l"] == their_info["episode"]["l"]
                assert (info["is_success"], info["accuracy"]) == (their_info["is_success"], their_info["accuracy"])


@pytest.mark.parametrize(("id", "choice"), EVERY_BASE_CHOICE, ids=name)
def test_recurrent_ppo_learns_and_is_evaluated(id: str, choice: dict[str, Any]) -> None:
    env = make_vec_env(id, n_envs=2, seed=0, **choice)
    model = RecurrentPPO("MlpLstmPolicy", env, n_steps=8, batch_size=16, n_epochs=1, device="cpu")
    model.learn(32)
    result = seq_envs.evaluate(Sb3Policy(model), id, episodes=20, **choice)
    assert 0 <= result.accuracy <= 1


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


def test_what_sb3_asks_of_a_vec_env() -> None:
    env = make_vec_env("SeqEcho-v0", n_envs=3)
    assert env.get_attr("problem") == [seq_envs.SeqEcho()] * 3
    assert env.get_attr("problem", indices=1) == [seq_envs.SeqEcho()]
    assert env.get_attr("render_mode", indices=[0, 2]) == [None, None]
    assert not env.has_attr("nonsense")
    assert env.get_attr("action_space", 0) == [gymnasium.spaces.Discrete(10)]
    assert env.get_attr("observation_space") == [env.observation_space] * 3
    with pytest.raises(ValueError, match="reset goes to all lanes or none"):
        env.env_method("reset", indices=[0])
    shown = make_vec_env("SeqEcho-v0", n_envs=2, render_mode="rgb_array")
    shown.reset()
    assert [frame.ndim for frame in shown.env_method("render")] == [3, 3]
    assert shown.render().ndim == 3
    env.set_attr("reveal", True)
    assert env.envs.reveal
    with pytest.raises(ValueError, match="indices=0"):
        env.set_attr("reveal", False, indices=0)
    assert env.env_is_wrapped(Monitor) == [True] * 3
    assert env.env_is_wrapped(gymnasium.wrappers.TimeLimit, indices=[0, 1]) == [False] * 2
    model = PPO("MlpPolicy", VecNormalize(env), n_steps=8, batch_size=8, device="cpu")
    model.learn(48)
    env.close()


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


def test_seeding_repeats() -> None:
    env = make_vec_env("SeqEcho-v0", n_envs=2, seed=3)
    first = env.reset()
    second = env.reset()
    env.seed(3)
    assert np.array_equal(env.reset(), first)
    assert np.array_equal(env.reset(), second)


def test_other_autoreset_modes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"SameStep.*NEXT_STEP"):
        SequenceVecEnv(seq_envs.SequenceVectorEnv(seq_envs.SeqEcho()))
