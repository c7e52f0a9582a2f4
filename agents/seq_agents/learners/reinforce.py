"""REINFORCE on the supervised network: what it costs to be told only right or wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.distributions import Categorical, Normal

import seq_envs
from seq_agents.learners.state import load_random, prefixed, random_tensors, without_prefix
from seq_agents.learners.supervised import Supervised, SupervisedLstmSettings
from seq_agents.networks.network import LstmNetwork, Network
from seq_agents.settings import POSITIVE, Settings
from seq_envs.dataset import Dataset
from seq_envs.parameters import parameter


@dataclass(frozen=True, kw_only=True)
class ReinforceSettings(SupervisedLstmSettings):
    """How a network learns from rewards alone, without a critic."""

    noise: float = parameter(0.05, POSITIVE, "standard deviation of real answers while learning")


class Reinforce(Supervised):
    """REINFORCE (Williams 1992) with the mean reward of each time step in the batch as baseline.

    An answer has no consequences but its own reward, so each is credited with that alone. The learner does not know
    which steps are scored: there the reward is always 0.
    """

    settings_type: ClassVar[type[Settings]] = ReinforceSettings

    @staticmethod
    def network_of(problem: seq_envs.Problem, settings: ReinforceSettings) -> Network:
        return LstmNetwork(problem, settings.hidden, settings)

    def __init__(self, problem: seq_envs.Problem, settings: ReinforceSettings, seed: int) -> None:
        if settings.batch < 2:
            raise ValueError(f"batch must be at least 2, to have a baseline from other episodes, got {settings.batch}")
        super().__init__(problem, settings, seed)
        self._random = random_tensors()

    def state(self) -> dict[str, Tensor]:
        return {**super().state(), **prefixed("random", self._random)}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        super().restore(state)
        self._random = without_prefix("random", state)

    def _update(self, data: Dataset) -> float:
        load_random(self._random)  # Others draw from torch's generator too.
        scores: Tensor = self.network(torch.as_tensor(data.observations))
        real = self.network.head.real
        drawn = Normal(scores, self.settings.noise) if real else Categorical(logits=scores)
        actions = drawn.sample()  # type: ignore[no-untyped-call]  # torch's own.
        self._random = random_tensors()
        answers = self.network.head.allowed(actions) if real else actions
        rewards = self.problem.grade(answers.numpy(), data.targets) * data.scored
        log_probs = drawn.log_prob(actions)  # type: ignore[no-untyped-call]  # torch's own.
        if actions.ndim > 2:  # Several answers at once.
            log_probs = log_probs.flatten(2).sum(-1)
        played = np.arange(self.problem.steps) < data.lengths[:, None]
        baseline = rewards.sum(axis=0) / np.maximum(played.sum(axis=0), 1)
        advantages = torch.as_tensor((rewards - baseline)[played], dtype=torch.float32)
        spread = advantages.std() + 1e-8
        loss = -(advantages / spread * log_probs[torch.as_tensor(played)]).mean()
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), self.settings.gradient_norm)
        self.optimizer.step()
        return float(rewards[data.scored].mean()) if data.scored.any() else float(np.nan)
