"""REINFORCE on the networks of supervised learning, to compare learning from rewards with learning from examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.distributions import Categorical, Normal

import seq_envs
from seq_agents.learners.learner import READS_WHOLE_EPISODES
from seq_agents.learners.supervised import Supervised, SupervisedSettings
from seq_agents.settings import POSITIVE, Settings
from seq_envs.dataset import Dataset
from seq_envs.encodings import Array
from seq_envs.env_options import NO_OPTIONS, EnvOptions
from seq_envs.parameters import parameter


@dataclass(frozen=True, kw_only=True)
class ReinforceSettings(SupervisedSettings):
    """How a network learns from rewards alone, without a critic."""

    learning_rate: float = parameter(1e-2, POSITIVE, "learning rate of Adam at the start; it falls linearly to 0")
    noise: float = parameter(0.05, POSITIVE, "standard deviation of real answers without bins while learning")


class Reinforce(Supervised):
    """REINFORCE (Williams 1992) with the mean reward of each time step in the batch as baseline.

    An answer has no consequences but its own reward, so each answer is credited with its own reward only; with
    `pay="at_end"`, with the reward at the end of its episode. The learner does not know which steps are scored: where
    no answer counts, the reward is 0.
    """

    settings_type: ClassVar[type[Settings]] = ReinforceSettings
    refuses = READS_WHOLE_EPISODES

    def __init__(
        self,
        problem: seq_envs.Problem,
        settings: Any,
        seed: int,
        bins: int | None = None,
        *,
        options: EnvOptions = NO_OPTIONS,
    ) -> None:
        if settings.batch < 2:
            raise ValueError(f"batch must be at least 2, since its mean is the baseline, got {settings.batch}")
        super().__init__(problem, settings, seed, bins, options=options)
        self._noise = _generator(self.device, seed)  # Draws the answers.

    def state(self) -> dict[str, Tensor]:
        return {**super().state(), "random.torch": self._noise.get_state()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        super().restore(state)
        drawn = state["random.torch"]
        if drawn.shape == self._noise.get_state().shape:  # Not if the training began on another kind of device.
            self._noise.set_state(drawn)

    def _update(self, data: Dataset) -> float:
        scores: Tensor = self.network(torch.as_tensor(data.observations, device=self.device))
        actions, log_probs = self._draw_answers(scores)
        answers = (
            self.network.head.allowed(actions) if self.network.head.real else self.network.head.answers_of(actions)
        )
        grades = self.problem.grade(answers.cpu().numpy(), data.targets) * data.scored
        played = np.arange(self.problem.steps) < data.lengths[:, None]
        credited = grades
        if self.options.pays_at_end:  # Every answer comes before the only reward of its episode.
            credited = self.options.rewards(grades, data.lengths).sum(axis=1, keepdims=True) * played
        advantages = torch.as_tensor(advantages_of(credited, played)[played], dtype=scores.dtype, device=self.device)
        spread = advantages.std() + 1e-8
        loss = -(advantages / spread * log_probs[torch.as_tensor(played, device=self.device)]).mean()
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch does not annotate it.
        nn.utils.clip_grad_norm_(self.network.parameters(), self.settings.gradient_norm)
        self.optimizer.step()
        return float(grades[data.scored].mean()) if data.scored.any() else float(np.nan)

    def _draw_answers(self, scores: Tensor) -> tuple[Tensor, Tensor]:
        """Draw answers (B, T, *shape) with the probabilities of their scores; also returns log-probabilities (B, T)."""
        drawn: Any
        with torch.no_grad():
            if self.network.head.real:
                drawn = Normal(scores, self.settings.noise)
                actions = torch.normal(drawn.mean, drawn.stddev, generator=self._noise)
            else:
                drawn = Categorical(logits=scores)
                flat = drawn.probs.flatten(0, -2)
                actions = torch.multinomial(flat, 1, generator=self._noise).reshape(scores.shape[:-1])
        drawn = Normal(scores, self.settings.noise) if self.network.head.real else Categorical(logits=scores)
        log_probs: Tensor = drawn.log_prob(actions)
        return actions, log_probs if log_probs.ndim == 2 else log_probs.flatten(2).sum(-1)


def _generator(device: torch.device, seed: int) -> torch.Generator:
    """A generator on a device. On the CPU it continues from the global generator, after the weights were drawn."""
    generator = torch.Generator(device)
    if device.type == "cpu":
        return generator.set_state(torch.get_rng_state())
    return generator.manual_seed(seed)


def advantages_of(rewards: Array, played: Array) -> Array:
    """(B, T): rewards (B, T) minus the mean over the episodes that are still played (B, T) at their time step."""
    baseline = rewards.sum(axis=0) / np.maximum(played.sum(axis=0), 1)
    advantages: Array = rewards - baseline
    return advantages
