"""RecurrentPPO as an agent: the one of this package, which reads whole episodes, and that of sb3-contrib."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gymnasium import spaces
from sb3_contrib import RecurrentPPO
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.torch_layers import FlattenExtractor
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv
from torch import Tensor

import seq_envs
from seq_agents.cores import core_type
from seq_agents.learners.learner import READS_WHOLE_EPISODES
from seq_agents.learners.sb3_learner import Sb3Learner
from seq_agents.sb3.core_policy import ONLY_A_CORE, CorePolicy
from seq_agents.sb3.recurrent_ppo import FastRecurrentPPO

_OLD_NAME = re.compile(r"^lstm_actor\.(?=weight_|bias_)")


class _ByCore(Sb3Learner):
    """A training of a `CorePolicy`."""

    def network_of(self) -> dict[str, Any]:
        """The arguments of the policy."""
        names = core_type(self.core).settings_type.domains()
        of_core = {name: value for name, value in self.settings.as_dict().items() if name in names}
        network = {"core": self.core, "core_kwargs": of_core, "problem": self.problem}
        return ONLY_A_CORE | network | self.common_to_policies() | {"bins": self.bins}


class FastRecurrentPpo(_ByCore):
    """`FastRecurrentPPO`, with a memory that actor and critic share."""

    resumes_ragged = True
    refuses = READS_WHOLE_EPISODES

    def model_of(self, **common: Any) -> OnPolicyAlgorithm:
        return FastRecurrentPPO("CorePolicy", policy_kwargs=self.network_of(), **common)

    def current_names(self, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
        # Version 0.1.0 had no cores: its checkpoints have torch's LSTM in place of one.
        return {_OLD_NAME.sub("lstm_actor.core.lstm.", name): tensor for name, tensor in weights.items()}


class _Flattened(FlattenExtractor):
    """SB3's own extractor, whose features torch can count."""

    def __init__(self, observation_space: spaces.Space[Any]) -> None:
        super().__init__(observation_space)
        # For MultiDiscrete observations SB3 counts in numpy's integers, which torch's LSTM refuses.
        self._features_dim = int(self._features_dim)


class StockRecurrentPpo(_ByCore):
    """sb3-contrib's RecurrentPPO on SB3's own DummyVecEnv, with the same network.

    An LSTM is that of sb3-contrib's policy; other cores, answers in bins and feedback are in a `CorePolicy`.
    """

    def env_of(self, problem: seq_envs.Problem, settings: Any) -> VecEnv:
        options = self.options.chosen()
        return DummyVecEnv([lambda: Monitor(seq_envs.SequenceEnv(problem, **options))] * settings.lanes)

    def model_of(self, **common: Any) -> OnPolicyAlgorithm:
        chosen = self.settings
        rate = getattr(chosen, "lstm_rate", 1.0)
        if rate != 1.0:
            raise ValueError(f"lstm_rate must be 1.0, since sb3-contrib has one learning rate, got {rate}")
        if self.core != "lstm" or self.bins or self.options.feedback:
            return RecurrentPPO(CorePolicy, policy_kwargs=self.network_of(), **common)
        network = ONLY_A_CORE | {"lstm_hidden_size": chosen.hidden} | self.common_to_policies()
        network["features_extractor_class"] = _Flattened
        model = RecurrentPPO("MlpLstmPolicy", policy_kwargs=network, **common)
        lstm: Any = model.policy.lstm_actor
        chosen.lstm_start.apply(lstm)
        lstm.requires_grad_(not chosen.frozen)
        return model
