"""Supervised learning: a network learns from the right answers of the episodes that the environments play."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Self

import numpy as np
import torch
from torch import Tensor, nn

import seq_envs
from seq_agents.devices import device_of, device_setting
from seq_agents.learners.adam import beta2_setting
from seq_agents.learners.learner import READS_WHOLE_EPISODES, Learner, Moment, Watch, unwatched
from seq_agents.learners.learning_rates import rate_groups, set_rate
from seq_agents.learners.state import load_network, load_optimizer, optimizer_tensors, prefixed, without_prefix
from seq_agents.networks import make_network
from seq_agents.networks.bins import bins_of, bins_setting
from seq_agents.networks.network import NetworkPolicy
from seq_agents.settings import POSITIVE, Settings
from seq_envs.dataset import Dataset
from seq_envs.encodings import Array
from seq_envs.env_options import NO_OPTIONS, EnvOptions
from seq_envs.parameters import Integer, parameter
from seq_envs.policies import Policy
from seq_envs.seeds import training_stream


@dataclass(frozen=True, kw_only=True)
class SupervisedSettings(Settings):
    """How a network learns from right answers."""

    updates: int = parameter(2500, Integer(1), "updates by the optimizer")
    batch: int = parameter(64, Integer(1), "episodes of an update")
    episodes: int = parameter(0, Integer(0), "episodes of a finite training set; 0: every update has fresh episodes")
    learning_rate: float = parameter(3e-2, POSITIVE, "learning rate of Adam at the start; it falls linearly to 0")
    beta2: float = beta2_setting()
    gradient_norm: float = parameter(1.0, POSITIVE, "longer gradients are scaled down to this norm")
    bins: int = bins_setting()
    device: str = device_setting()

    def within(self, problem: seq_envs.Problem, time_steps: int) -> Self:
        return dataclasses.replace(self, updates=max(1, time_steps // (self.batch * problem.steps)))


@lru_cache(maxsize=2)
def _order(seed: int, epoch: int, size: int) -> Array:
    """(size,): the order of a finite training set in an epoch."""
    return np.random.default_rng([seed, epoch]).permutation(size)


class Supervised(Learner):
    """Adam on the mean loss over scored steps."""

    settings_type: ClassVar[type[Settings]] = SupervisedSettings
    refuses: ClassVar[Mapping[str, str]] = {
        "pay": "it learns from the right answers and receives no rewards",
        **READS_WHOLE_EPISODES,
    }

    def __init__(
        self,
        problem: seq_envs.Problem,
        settings: Any,
        seed: int,
        bins: int | None = None,
        *,
        options: EnvOptions = NO_OPTIONS,
    ) -> None:
        super().__init__(problem, settings, seed, options=options)
        self.bins = bins_of(problem, settings.bins) if bins is None else bins
        self.device = device_of(settings.device)
        torch.manual_seed(seed)
        self.network = make_network(self.core, problem, settings, self.bins).to(self.device)
        groups = rate_groups(self.network, self.network.memory(), getattr(settings, "lstm_rate", 1.0))
        self.optimizer = torch.optim.Adam(groups, settings.learning_rate, betas=(0.9, settings.beta2))
        self.updates = 0
        self._training_set = (
            seq_envs.sample(problem, settings.episodes, seed=training_stream(seed, 0)) if settings.episodes else None
        )

    def learn(self, watch: Watch = unwatched) -> None:
        chosen = self.settings
        while self.updates < chosen.updates:
            set_rate(self.optimizer, chosen.learning_rate * (1 - self.updates / chosen.updates))
            accuracy = self._update(self._episodes(self.updates))
            self.updates += 1
            steps = self.updates * chosen.batch * self.problem.steps
            watch(Moment(self.updates / chosen.updates, steps, accuracy))

    def _episodes(self, update: int) -> Dataset:
        """The episodes of one update. They depend only on the seed and the number of the update."""
        batch = self.settings.batch
        if self._training_set is None:
            return seq_envs.sample(self.problem, batch, seed=training_stream(self.seed, 1 + update))
        size = self.settings.episodes
        epochs, places = np.divmod(np.arange(batch) + update * batch, size)
        chosen = [
            _order(self.seed, epoch, size)[place] for epoch, place in zip(epochs.tolist(), places.tolist(), strict=True)
        ]
        return Dataset(*(array[chosen] for array in self._training_set))

    def _update(self, data: Dataset) -> float:
        """Update the network once; returns the accuracy of its answers before the update."""
        observations, targets, scored = (
            torch.as_tensor(array, device=self.device) for array in (data.observations, data.targets, data.scored)
        )
        loss, scores = self.network.loss(observations, targets, scored)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch does not annotate it.
        nn.utils.clip_grad_norm_(self.network.parameters(), self.settings.gradient_norm)
        self.optimizer.step()
        return float(np.mean(self.problem.grade(self.network.head.answers(scores), data.targets[data.scored])))

    def network_and_core(self) -> tuple[nn.Module, Sequence[nn.Module]]:
        return self.network, self.network.core_parts()

    def untrained_on(self, problem: seq_envs.Problem) -> Self:
        return type(self)(problem, self.settings, self.seed, self.bins, **self.with_options())

    def policy(self) -> Policy:
        return NetworkPolicy(self.network)

    def state(self) -> dict[str, Tensor]:
        return {
            **prefixed("network", self.network.state_dict()),
            **prefixed("optimizer", optimizer_tensors(self.optimizer)),
            "updates": torch.tensor(self.updates),
        }

    def restore(self, state: Mapping[str, Tensor]) -> None:
        load_network(self.network, self.network.current_names(without_prefix("network", state)))
        load_optimizer(self.optimizer, without_prefix("optimizer", state))
        self.updates = int(state["updates"])
