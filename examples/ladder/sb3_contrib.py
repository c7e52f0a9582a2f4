"""The ladder for sb3-contrib's RecurrentPPO with its own MlpLstmPolicy.

Install it in a virtual environment of its own, and let it climb from the folder of this repository:

    pip install -c constraints.txt ".[agents]"
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

PACKAGES = ("sb3-contrib", "stable-baselines3", "torch")
LANES = 32


class Reading(Sb3Policy):
    # The greedy policy, and what an update reads in rollouts.
    def log_probs(self, observations: Any, starts: Any) -> Any:
        policy, (steps, lanes) = self._model.policy, starts.shape
        layers, _, hidden = policy.lstm_hidden_state_shape
        states = (torch.zeros(layers, lanes, hidden), torch.zeros(layers, lanes, hidden))
        flat, first = (torch.as_tensor(part).transpose(0, 1).flatten(0, 1) for part in (observations, starts))
        distribution, _ = policy.get_distribution(flat, states, first.float())
        return distribution.distribution.logits.unflatten(0, (lanes, steps)).transpose(0, 1)


def train(make_envs: MakeEnvs, budget: int, policy: Any = "MlpLstmPolicy", rate: float = 5e-3, **net: Any) -> Reading:
    class Watch(BaseCallback):
        def _on_step(self) -> bool:
            return not make_envs.solved

        @torch.no_grad()
        def _on_rollout_end(self) -> None:
            it, rollout, policy = self.model, self.model.rollout_buffer, self.model.policy
            starts = torch.as_tensor(it._last_episode_starts).float()
            after = policy.predict_values(torch.as_tensor(it._last_obs), it._last_lstm_states.vf, starts)[:, 0]
            how = {"gamma": it.gamma, "gae_lambda": it.gae_lambda}
            make_envs.compare_advantages(rollout.advantages, rollout.values, after, **how)
            for read in rollout.get(LANES * it.n_steps):
                what = (read.observations, read.actions[:, 0], read.lstm_states, read.episode_starts)
                acted, updated = read.old_log_prob, policy.evaluate_actions(*what)[1]
                make_envs.compare_log_probs(acted[read.mask > 0], updated[read.mask > 0])

    # gamma and gae_lambda are those of SB3, 0.99 and 0.95.
    model = RecurrentPPO(
        policy, SequenceVecEnv(make_envs(LANES)), learning_rate=lambda left: rate * left, n_steps=make_envs.rollout,
        batch_size=LANES * make_envs.rollout // 4, n_epochs=4, ent_coef=0.02, seed=make_envs.seed, device="cpu",
        policy_kwargs={"net_arch": [], **(net or {"lstm_hidden_size": 64})},
    )  # fmt: skip
    return Reading(model.learn(budget, Watch()))
