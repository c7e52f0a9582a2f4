"""A network whose memory is a core."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

import seq_envs
from seq_agents.cores.core import Activity, Core, State
from seq_agents.cores.lstm import Lstm
from seq_agents.networks.network import Network
from seq_agents.networks.reader import Reader
from seq_agents.networks.view import OneLstm, states_of_core


class CoreNetwork(Network):
    """A reader, a core and a head. Any core works that has the contract `seq_agents.cores.core.Core`.

    Args:
        problem: the problem that the network answers.
        core_of: makes a core, given the number of its input features.
        bins: see `Head`.
    """

    def __init__(self, problem: seq_envs.Problem, core_of: Callable[[int], Core], bins: int = 0) -> None:
        inputs = Reader(problem, bins).size
        # The head's weights are drawn before the core's, so that a seed gives the same weights in every version.
        # The number of features that the head reads comes from a core that is thrown away.
        with torch.random.fork_rng(devices=[]):
            features = core_of(inputs).outputs
        super().__init__(problem, features, bins)
        self.core = core_of(inputs)

    def memory(self) -> list[nn.Module]:
        return [self.core] if self.core.learns_memory else []

    def core_parts(self) -> list[nn.Module]:
        return [self.core]

    def current_names(self, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
        # Version 0.1.0 had no cores: its checkpoints name a core's weights without the prefix.
        parts = ("core.", "head.")
        return {name if name.startswith(parts) else f"core.{name}": tensor for name, tensor in weights.items()}

    def scores(self, features: Tensor) -> Tensor:
        outputs, _ = self.core(features, self.core.initial_state(len(features)))
        scores: Tensor = self.head(outputs)
        return scores

    def states(self, features: Tensor, steps: Sequence[int]) -> Activity | None:
        return states_of_core(self.core, features, steps)

    def one_lstm(self) -> OneLstm | None:
        return OneLstm(self.core.lstm, self.head.linear) if type(self.core) is Lstm else None

    def initial_state(self, batch: int) -> State:
        return self.core.initial_state(batch)

    def step(self, observations: Tensor, state: Any) -> tuple[Tensor, State]:
        features, state = self.core(self.reader(observations[:, None]), state)
        return self.head(features[:, 0]), state
