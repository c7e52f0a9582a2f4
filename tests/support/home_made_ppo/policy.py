"""The policy that a training returns."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from home_made_ppo.network import Network, State, read_without_time


class Greedy:
    """Answers with the most probable action."""

    def __init__(self, network: Network, fault: str = "") -> None:
        self.network = network
        self.fault = fault

    def initial_state(self, batch: int) -> State:
        return self.network.start(batch)

    @torch.no_grad()
    def act(self, observations: Any, state: State) -> tuple[Any, State]:
        state = self.network.step(torch.as_tensor(observations), state)
        return self.network.heads(state[0])[0].argmax(-1).numpy(), state


class Reading(Greedy):
    """A policy that reads rollouts as the update does, for the probes."""

    def log_probs(self, observations: Any, starts: Any) -> Tensor:
        seen, begins = torch.as_tensor(observations), torch.as_tensor(starts)
        if self.fault == "statistics over the rollout":
            seen = seen - seen.mean(0, keepdim=True)
        first = self.network.start(begins.shape[1])
        if self.fault.startswith("gradient cut"):
            hidden = read_without_time(self.network, seen, begins, first)
        else:
            hidden, _ = self.network.read(seen, begins, first)
        found: Tensor = self.network.heads(hidden)[0]
        return found
