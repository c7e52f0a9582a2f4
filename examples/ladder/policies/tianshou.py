"""One lane as an environment that tianshou can reset, and the greedy policy of a recurrent DQN."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import torch
from seq_agents.ladder import MakeEnvs
from tianshou.data import Batch, VectorReplayBuffer
from torch import Tensor


class Lane(gymnasium.Env[Any, Any]):
    """An environment whose answers are counted."""

    def __init__(self, make_envs: MakeEnvs) -> None:
        self._envs = make_envs(1, autoreset_mode="Disabled")
        self.observation_space, self.action_space = make_envs.problem.observation_space, make_envs.problem.action_space

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        return self._envs.reset(seed=seed, options={"reset_mask": np.ones(1, bool)})[0][0], {}

    def step(self, action: Any) -> Any:
        return (*(part[0] for part in self._envs.step([action])[:4]), {})


class Greedy:
    """The actions of the highest value, and what an update reads in rollouts."""

    def __init__(self, policy: Any, stack_num: int) -> None:
        self._policy, self._stack_num = policy, stack_num

    def initial_state(self, batch_size: int) -> None:
        return None

    @torch.no_grad()
    def act(self, observations: Any, state: Any) -> tuple[Any, Any]:
        result = self._policy(Batch(obs=observations, info=Batch()), state)
        return result.act, result.state

    @torch.no_grad()
    def log_probs(self, observations: Any, starts: Any) -> Tensor:
        """The values of actions: the probes look at what moves, and at the highest."""
        steps, lanes = starts.shape
        buffer = VectorReplayBuffer(starts.size, lanes, stack_num=self._stack_num)
        for row, ends in zip(observations, np.roll(starts, -1, axis=0), strict=True):
            rest = {"act": np.zeros(lanes), "rew": np.zeros(lanes), "truncated": np.zeros(lanes, bool)}
            buffer.add(Batch(obs=row, obs_next=row, terminated=ends, **rest))
        read = buffer.get(np.arange(starts.size), "obs")
        values: Tensor = self._policy(Batch(obs=read, info=Batch())).logits
        return values.reshape(lanes, steps, -1).transpose(0, 1)
