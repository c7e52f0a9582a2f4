"""A rollout buffer of whole episodes."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

import numpy as np
import torch
from sb3_contrib.common.recurrent.type_aliases import RecurrentRolloutBufferSamples, RNNStates
from stable_baselines3.common.buffers import RolloutBuffer
from torch import Tensor

from seq_envs.dataset import Dataset
from seq_envs.encodings import Array

ArrayOrTensor = TypeVar("ArrayOrTensor", Array, Tensor)


def by_episode(array: ArrayOrTensor) -> ArrayOrTensor:
    """(E, T, lanes, ...) to (E * lanes, T, ...)."""
    return array.swapaxes(1, 2).reshape(-1, array.shape[1], *array.shape[3:])


def by_step(array: ArrayOrTensor, lanes: int) -> ArrayOrTensor:
    """(E * lanes, T, ...) to (E * T, lanes, ...)."""
    apart = array.reshape(-1, lanes, *array.shape[1:]).swapaxes(1, 2)
    return apart.reshape(-1, lanes, *array.shape[2:])


class EpisodeBuffer(RolloutBuffer):
    """A rollout of E whole episodes in each lane, laid out (n_steps, lanes, ...) as in SB3, where n_steps is E * T.

    Minibatches consist of whole episodes. Episodes that are shorter than T, the longest, are padded, and the mask of a
    minibatch excludes the padding from the loss.

    Args:
        *args, **kwargs: as for SB3's `RolloutBuffer`.
        memory_shape: (layers, units) of the LSTM, or of what stands in its place.
        mark_starts: whether the policy needs a mark where an episode starts; if not, it gets a state of zeros there.
    """

    def __init__(self, *args: Any, memory_shape: tuple[int, int], mark_starts: bool, **kwargs: Any) -> None:
        self._memory_shape = memory_shape
        self._mark_starts = mark_starts
        super().__init__(*args, **kwargs)

    def initial_states(self, episodes: int) -> RNNStates:
        """The states before the first step of `episodes` episodes: zeros."""
        layers, units = self._memory_shape
        zeros = torch.zeros(layers, episodes, units, device=self.device)
        return RNNStates((zeros, zeros), (zeros, zeros))

    def starts(self, episodes: int, steps: int) -> Tensor:
        """(episodes, steps): 1 at the first step of each episode, if starts are marked."""
        starts = torch.zeros(episodes, steps, device=self.device)
        starts[:, 0] = float(self._mark_starts)
        return starts

    def fill(self, played: Dataset, actions: Array, values: Array, log_probs: Array, rewards: Array) -> None:
        """Store a rollout.

        Args:
            played: the episodes, with arrays (E, T, lanes, ...).
            actions: (n_steps, lanes, *action shape).
            values, log_probs, rewards: (n_steps, lanes).
        """
        self._episodes, self._steps, lanes = played.scored.shape
        rows = self.buffer_size
        self.reset()
        self.observations = played.observations.reshape(rows, lanes, *self.obs_shape)
        self.actions = actions.reshape(rows, lanes, self.action_dim)
        self.values, self.log_probs = values, log_probs
        self.rewards = rewards.astype(np.float32)
        time_steps = np.arange(self._steps)[:, None]
        self._played = (time_steps < played.lengths[:, None]).reshape(rows, lanes)
        # Every step of padding counts as a start of an episode, so that no return flows from it into an episode.
        self.episode_starts = (~self._played | (np.arange(rows)[:, None] % self._steps == 0)).astype(np.float32)

    def finish(self) -> None:
        """Compute returns and advantages from the rewards, after which `get` yields minibatches."""
        lanes = self.n_envs
        self.compute_returns_and_advantage(torch.zeros(lanes), np.ones(lanes, np.bool_))
        self.full = True

    def get(self, batch_size: int | None = None) -> Generator[RecurrentRolloutBufferSamples, None, None]:  # type: ignore[override]  # sb3-contrib's buffer yields these samples too.
        """Minibatches of whole episodes in random order: as many as fit into `batch_size` time steps, at least one."""
        arrays = (self.observations, self.actions, self.values, self.log_probs, self.advantages, self.returns)
        shape = (self._episodes, self._steps, self.n_envs)
        *whole, played = (
            self.to_torch(by_episode(array.reshape(*shape, *array.shape[2:]))) for array in (*arrays, self._played)
        )
        count = self._episodes * self.n_envs
        size = count if batch_size is None else max(1, batch_size // self._steps)
        order = torch.as_tensor(np.random.permutation(count), device=self.device)  # noqa: NPY002 - SB3 seeds it.
        for first in range(0, count, size):
            chosen = order[first : first + size]
            observations, actions, values, log_probs, advantages, returns = (
                array[chosen].flatten(0, 1) for array in whole
            )
            yield RecurrentRolloutBufferSamples(
                observations=observations,
                actions=actions,
                old_values=values,
                old_log_prob=log_probs,
                advantages=advantages,
                returns=returns,
                lstm_states=self.initial_states(len(chosen)),
                episode_starts=self.starts(len(chosen), self._steps).flatten(),
                mask=played[chosen].flatten().float(),
            )
