"""PPO on a feed-forward network: without memory, or with the latest observations as its input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from stable_baselines3 import PPO
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.vec_env import VecEnv

import seq_envs
from seq_agents.learners.sb3_learner import Sb3Learner
from seq_agents.sb3.binned_answers import BinnedPolicy
from seq_agents.sb3.frames import Frames, FramesPolicy, FramesVecEnv
from seq_agents.sb3.policy import Sb3Policy
from seq_envs.policies import Policy


class Ppo(Sb3Learner):
    """SB3's PPO on the latest observations side by side; its core says how many."""

    refuses: ClassVar[Mapping[str, str]] = {
        "feedback": "it lays observations side by side: recurrent-ppo-stock-none and recurrent-ppo-stock-window take it"
    }

    def _frames(self) -> Frames:
        return Frames(self.problem, self.settings.frames(self.problem), clock=self.settings.clock, bins=self.bins)

    def env_of(self, problem: seq_envs.Problem, settings: Any) -> VecEnv:
        return FramesVecEnv(super().env_of(problem, settings), self._frames())

    def model_of(self, **common: Any) -> OnPolicyAlgorithm:
        network = {"net_arch": [self.settings.hidden], "bins": self.bins, **self.common_to_policies()}
        model = PPO(BinnedPolicy, policy_kwargs=network, **common)
        model.policy.mlp_extractor.requires_grad_(not self.settings.frozen)
        return model

    def policy(self) -> Policy:
        return FramesPolicy(Sb3Policy(self.model), self._frames())
