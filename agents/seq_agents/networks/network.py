"""Networks from observations to the scores of answers. They are causal: no answer depends on later observations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

import seq_envs
from seq_agents.cores.core import Activity
from seq_agents.networks.head import Head
from seq_agents.networks.reader import Reader
from seq_agents.networks.view import NetworkView, OneLstm, Reading
from seq_envs.encodings import Array


class Network(nn.Module, ABC):
    """A reader, a memory and a head.

    Args:
        problem: the problem that the network answers.
        features: the number of features that the head reads.
        bins: see `Head` and `Reader`.
    """

    def __init__(self, problem: seq_envs.Problem, features: int, bins: int = 0) -> None:
        super().__init__()
        self.reader = Reader(problem, bins)
        self.head = Head(problem, features, bins)

    @abstractmethod
    def memory(self) -> list[nn.Module]:
        """The parts whose weights decide what is remembered."""

    def core_parts(self) -> list[nn.Module]:
        """The parts that remember, or that stand in their place: those whose weights count as a core's."""
        return self.memory()

    def forward(self, observations: Tensor) -> Tensor:
        """Whole episodes (B, T, ...) to scores (B, T, ...)."""
        return self.scores(self.reader(observations))

    @abstractmethod
    def scores(self, features: Tensor) -> Tensor:
        """The features of whole episodes (B, T, size), as the reader returns them, to scores (B, T, ...)."""

    def states(self, features: Tensor, steps: Sequence[int]) -> Activity | None:
        """As `NetworkView.states`. A network that keeps a state overrides this."""
        return None

    def one_lstm(self) -> OneLstm | None:
        """As `NetworkView.one_lstm`."""
        return None

    def initial_state(self, batch: int) -> Any:
        """The state before the first step of `batch` episodes."""
        return None

    def step(self, observations: Tensor, state: Any) -> tuple[Tensor, Any]:
        """Observations (B, ...) of one step and the state before it to scores (B, ...) and the state after it.

        Here the state is every observation so far, and all of them are read again. A network with a smaller state
        overrides this.
        """
        seen = torch.cat([*([] if state is None else [state]), observations[:, None]], dim=1)
        scores: Tensor = self(seen)
        return scores[:, -1], seen

    def current_names(self, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The weights of a checkpoint of any version, by their names in this version."""
        return dict(weights)

    def loss(self, observations: Tensor, targets: Tensor, scored: Tensor) -> tuple[Tensor, Tensor]:
        """The loss on the scored steps of episodes (B, T, ...), and the scores (n, ...) there."""
        scores: Tensor = self(observations)[scored]
        return self.head.loss(scores, targets[scored]), scores


class NetworkPolicy:
    """The greedy policy of a network."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def __repr__(self) -> str:
        weights = sum(weight.numel() for weight in self._network.parameters())
        return f"<{type(self).__name__}: {type(self._network).__name__} with {weights:,} weights>"

    def initial_state(self, batch_size: int) -> Any:
        return self._network.initial_state(batch_size)

    @torch.no_grad()
    def act(self, observations: Array, state: Any) -> tuple[Array, Any]:
        device = self._network.reader.like.device
        scores, state = self._network.step(torch.as_tensor(observations, device=device), state)
        return self._network.head.answers(scores), state

    def network_view(self) -> NetworkView:
        """The network, to be looked at."""
        return _View(self._network)


class _View(NetworkView):
    """A view of a `Network`."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.real = network.head.real
        self._one_place = not self.real and len(network.head.shape) == 1

    @torch.no_grad()
    def features(self, observations: Array) -> Tensor:
        reader = self._network.reader
        read: Tensor = reader(torch.as_tensor(observations, device=reader.like.device))
        return read

    def read(self, features: Tensor) -> Reading:
        scores = self._network.scores(features)
        return Reading(scores.unsqueeze(-2) if self._one_place else scores, None)

    def choices(self, scores: Tensor) -> Tensor:
        return self._network.head.choices(scores)

    def answers(self, scores: Tensor) -> Array:
        return self._network.head.answers(scores.squeeze(-2) if self._one_place else scores)

    def states(self, features: Tensor, steps: Sequence[int]) -> Activity | None:
        return self._network.states(features, steps)

    def one_lstm(self) -> OneLstm | None:
        return self._network.one_lstm()
