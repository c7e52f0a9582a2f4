"""`FusedLstmPolicy` computes what sb3-contrib's `MlpLstmPolicy` computes."""

from __future__ import annotations

import pytest
import torch
from sb3_contrib import RecurrentPPO
from sb3_contrib.ppo_recurrent import MlpLstmPolicy
from seq_agents.sb3.fused_lstm import FusedLstmPolicy
from seq_agents.sb3.vec_env import make_vec_env

torch.set_num_threads(1)


@pytest.mark.slow
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
