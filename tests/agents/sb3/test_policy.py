"""Trained SB3 models as policies for `seq_envs.evaluate`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from sb3_contrib import RecurrentPPO
from seq_agents.sb3.policy import Sb3Policy
from seq_agents.sb3.vec_env import make_vec_env
from spaces_of_settings import EVERY_BASE_CHOICE, name
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.vec_env import VecNormalize

import seq_envs

torch.set_num_threads(1)


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


@pytest.mark.slow
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
