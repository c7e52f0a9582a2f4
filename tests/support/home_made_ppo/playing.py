"""Plays rollouts and keeps the state of every lane from one to the next."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from home_made_ppo.network import Network, State, begun


class Rollout(NamedTuple):
    """What happened between two updates; arrays are (T, lanes, ...)."""

    observations: Tensor
    starts: Tensor
    """Whether the state is fresh before the observation."""
    actions: Tensor
    log_probs: Tensor
    values: Tensor
    rewards: Tensor
    over: Tensor
    """Whether the episode ends with the reward."""
    played: Tensor
    """Whether the env took the action; with autoreset "NextStep" it ignores the one after an episode."""
    first: State
    """The state before the first observation."""
    last: Tensor
    """(lanes,) the values of the observations after the rollout."""
    beyond: Tensor
    """The values of the observations that truncated episodes end with, 0 elsewhere."""


class Player:
    """Vector envs under way.

    Args:
        envs: with autoreset `autoreset`.
        network: acts.
        seed: of the envs.
        autoreset: "SameStep" or "NextStep".
        fault: a name of `FAULTS`, or empty.
    """

    def __init__(self, envs: Any, network: Network, seed: int, autoreset: str, fault: str) -> None:
        self._envs, self._network, self._fault = envs, network, fault
        self._has_reset_steps = autoreset == "NextStep" and fault != "NextStep as SameStep"
        seen, _ = envs.reset(seed=seed)
        lanes = len(seen)
        self._observation = torch.as_tensor(seen)
        self._start = torch.ones(lanes, dtype=torch.bool)
        self._started_before = self._cut = torch.zeros(lanes, dtype=torch.bool)
        self._played = torch.ones(lanes, dtype=torch.bool)
        self._state = self._earlier = network.start(lanes)

    def play(self, steps: int) -> Rollout:
        """Play the next rollout."""
        rows: list[tuple[Tensor, ...]] = []
        first = self._state
        for step in range(steps):
            if step == 0 and self._fault == "fresh state at every rollout":
                self._state = self._network.start(len(self._start))
            reset = self._resets()
            with torch.no_grad():
                self._state = self._network.step(self._observation, begun(self._state, reset))
                log_probs, value = self._network.heads(self._state[0])
            if step == 0 and self._fault == "states stored one step late":
                first = self._state
            action = torch.multinomial(log_probs.exp(), 1)[:, 0]
            log_prob = log_probs.gather(-1, action[:, None])[:, 0]
            seen, reward, terminated, truncated, infos = self._envs.step(action.numpy())
            over, self._cut = torch.as_tensor(terminated | truncated), torch.as_tensor(truncated)
            beyond = self._values_beyond(infos.get("final_obs", seen), truncated)
            earned = torch.as_tensor(reward).float()
            rows.append((self._observation, reset, action, log_prob, value, earned, over, self._played, beyond))
            self._observation, self._started_before = torch.as_tensor(seen), self._start
            if self._has_reset_steps:
                self._start, self._played = ~self._played, ~over
            else:
                self._start = over
        columns = [torch.stack(column) for column in zip(*rows, strict=True)]
        if self._fault == "actions one late":
            columns[2], columns[3] = columns[2].roll(1, 0), columns[3].roll(1, 0)
        if self._fault == "state after the padding":
            with torch.no_grad():
                _, self._state = self._network.read(columns[0], columns[1], first)
        if self._fault == "stale states":
            first, self._earlier = self._earlier, first
        *columns, beyond = columns
        last = self._values(self._observation, begun(self._state, self._start))
        return Rollout(*columns, first, last, beyond)

    def _resets(self) -> Tensor:
        """The lanes (lanes,) whose state is reset before this step."""
        faulty = {
            "state reset at every step": torch.ones_like(self._start),
            "one end resets all": self._start.any().expand(len(self._start)),
            "reset one late": self._started_before,
            "no reset": torch.zeros_like(self._start),
            "no reset after a truncation": self._start & ~self._cut,
        }
        return faulty.get(self._fault, self._start)

    def _values_beyond(self, ended: Any, truncated: Any) -> Tensor:
        """(lanes,) the values of the observations that truncated episodes end with, 0 in other lanes.

        With autoreset "SameStep" they are in the infos, as an array of arrays; in other modes the step returns them.
        """
        beyond = torch.zeros(len(truncated))
        if truncated.any():
            hidden, cell = (part[truncated] for part in self._state)
            beyond[truncated] = self._values(torch.as_tensor(np.stack(list(ended[truncated]))), (hidden, cell))
        return beyond

    def _values(self, observations: Tensor, state: State) -> Tensor:
        """The values of observations (lanes, inputs) that are read in this state."""
        with torch.no_grad():
            hidden, _ = self._network.step(observations, state)
            values: Tensor = self._network.heads(hidden)[1]
        return values
