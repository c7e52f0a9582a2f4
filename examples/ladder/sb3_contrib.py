"""The ladder for sb3-contrib's RecurrentPPO with its own MlpLstmPolicy.

Install it in a virtual environment of its own, and let it climb from the folder of this repository:

    pip install -c examples/ladder/sb3-contrib-constraints.txt ".[agents]"
    seq-envs ladder examples.ladder.sb3_contrib:train

sb3-contrib does everything but make the environments: it plays, keeps the states, and computes the loss and the update.
"""

from __future__ import annotations

from typing import Any

import torch
from sb3_contrib import RecurrentPPO
from seq_agents.ladder import MakeEnvs
from seq_agents.sb3 import Sb3Policy
from seq_agents.sb3.vec_env import SequenceVecEnv
from stable_baselines3.common.callbacks import BaseCallback
from torch import Tensor

PACKAGES = ("sb3-contrib", "stable-baselines3", "torch")
LANES = 32
NETWORK = {"lstm_hidden_size": 64, "net_arch": []}


class Reading(Sb3Policy):
    """The greedy policy, and what an update reads in rollouts."""

    @torch.no_grad()
    def log_probs(self, observations: Any, starts: Any) -> Tensor:
        policy, (steps, lanes) = self._model.policy, starts.shape
        layers, _, hidden = policy.lstm_hidden_state_shape
        states = (torch.zeros(layers, lanes, hidden), torch.zeros(layers, lanes, hidden))
        flat, first = (torch.as_tensor(part).transpose(0, 1).flatten(0, 1) for part in (observations, starts))
        distribution, _ = policy.get_distribution(flat, states, first.float())
        return distribution.distribution.logits.unflatten(0, (lanes, steps)).transpose(0, 1)


def train(make_envs: MakeEnvs, budget: int, policy: Any = "MlpLstmPolicy", network: Any = NETWORK) -> Reading:
    class Watch(BaseCallback):
        def _on_step(self) -> bool:
            return not make_envs.solved

        @torch.no_grad()
        def _on_rollout_end(self) -> None:
            buffer, read_by = self.model.rollout_buffer, self.model.policy.evaluate_actions
            for read in buffer.get(buffer.buffer_size * LANES):
                updated = read_by(read.observations, read.actions[:, 0], read.lstm_states, read.episode_starts)[1]
                make_envs.compare_log_probs(*(part[read.mask > 0] for part in (read.old_log_prob, updated)))

    # gamma and gae_lambda are those of SB3, 0.99 and 0.95.
    model = RecurrentPPO(
        policy, SequenceVecEnv(make_envs(LANES)), learning_rate=lambda left: 5e-3 * left, n_steps=make_envs.rollout,
        batch_size=LANES * make_envs.rollout // 4, n_epochs=4, ent_coef=0.02, policy_kwargs=network,
        seed=make_envs.seed, device="cpu",
    )  # fmt: skip
    return Reading(model.learn(budget, Watch()))
