"""RecurrentPPO as an agent: the one of this package, which reads whole episodes, and that of sb3-contrib."""

from __future__ import annotations

from typing import Any

from sb3_contrib import RecurrentPPO
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv

import seq_envs
from seq_agents.learners.sb3_learner import Sb3Learner
from seq_agents.sb3.recurrent_ppo import FastRecurrentPPO


class FastRecurrentPpo(Sb3Learner):
    """`FastRecurrentPPO`, with a memory that actor and critic share."""

    resumes_ragged = True

    def model_of(self, **common: Any) -> OnPolicyAlgorithm:
        chosen = self.settings
        network = {
            "lstm_hidden_size": chosen.hidden,
            "log_std_init": chosen.log_std,
            "lstm_start": chosen.lstm_start,
            "lstm_rate": chosen.lstm_rate,
        }
        return FastRecurrentPPO("MlpLstmPolicy", policy_kwargs=network, **common)


class StockRecurrentPpo(Sb3Learner):
    """sb3-contrib's RecurrentPPO and policy on SB3's own DummyVecEnv, with the same network."""

    def env_of(self, problem: seq_envs.Problem, settings: Any) -> VecEnv:
        return DummyVecEnv([lambda: Monitor(seq_envs.SequenceEnv(problem))] * settings.lanes)

    def model_of(self, **common: Any) -> OnPolicyAlgorithm:
        chosen = self.settings
        if chosen.lstm_rate != 1.0:
            raise ValueError(f"lstm_rate must be 1.0, since sb3-contrib has one learning rate, got {chosen.lstm_rate}")
        network = {
            "lstm_hidden_size": chosen.hidden,
            "log_std_init": chosen.log_std,
            "shared_lstm": True,
            "enable_critic_lstm": False,
            "net_arch": {"pi": [], "vf": []},
        }
        model = RecurrentPPO("MlpLstmPolicy", policy_kwargs=network, **common)
        chosen.lstm_start.apply(model.policy.lstm_actor)
        return model
