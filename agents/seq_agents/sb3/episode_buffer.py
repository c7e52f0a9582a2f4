"""A rollout buffer of whole episodes."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import torch
from sb3_contrib.common.recurrent.type_aliases import RecurrentRolloutBufferSamples, RNNStates
from stable_baselines3.common.buffers import RolloutBuffer
from torch import Tensor

from seq_envs.dataset import Dataset
from seq_envs.encodings import Array


class EpisodeBuffer(RolloutBuffer):
    """A rollout of whole episodes, laid out (n_steps, lanes, ...) as in SB3, learned from episode by episode.

    Rows past the end of an episode that is shorter than the longest are padding: they are not learned from.

    Args:
        *args, **kwargs: as for SB3's RolloutBuffer.
        memory_shape: (layers, units) of the LSTM.
    """

    def __init__(self, *args: Any, memory_shape: tuple[int, int], **kwargs: Any) -> None:
        self._memory_shape = memory_shape
        super().__init__(*args, **kwargs)

    def beginnings(self, batch: int, steps: int) -> tuple[RNNStates, Tensor]:
        """The states before `batch` episodes, zeros, and the flags (batch * steps,) of no other start within them."""
        layers, units = self._memory_shape
        zeros = torch.zeros(layers, batch, units, device=self.device)
        return RNNStates((zeros, zeros), (zeros, zeros)), torch.zeros(batch * steps, device=self.device)

    def fill(self, played: Dataset, actions: Array, values: Array, log_probs: Array, rewards: Array) -> None:
        """Take a rollout in: what was seen (E, T, lanes, ...), and what was answered, (E * lanes, T, ...) each."""
        self._episodes, self._steps, lanes = played.scored.shape
        self.reset()
        rows = self.buffer_size
        self.observations = played.observations.reshape(rows, lanes, *self.obs_shape)
        by_step = (self._by_step(array) for array in (actions, values, log_probs, rewards))
        actions, self.values, self.log_probs, self.rewards = by_step
        self.actions = actions.reshape(rows, lanes, self.action_dim)
        self.rewards = self.rewards.astype(np.float32)
        at = np.arange(self._steps)[:, None]
        self._played = (at < played.lengths[:, None]).reshape(rows, lanes)
        # Padding is cut off like a new episode, so that nothing flows from it into returns.
        self.episode_starts = (~self._played | (np.arange(rows)[:, None] % self._steps == 0)).astype(np.float32)
        self.compute_returns_and_advantage(torch.zeros(lanes), np.ones(lanes, np.bool_))
        self.full = True

    def _by_step(self, array: Array) -> Array:
        """(E * lanes, T, ...) to (E * T, lanes, ...)."""
        apart = array.reshape(self._episodes, self.n_envs, *array.shape[1:]).swapaxes(1, 2)
        return apart.reshape(self.buffer_size, self.n_envs, *array.shape[2:])

    def get(self, batch_size: int | None = None) -> Generator[RecurrentRolloutBufferSamples, None, None]:  # type: ignore[override]  # As sb3-contrib's.
        """Minibatches of whole episodes in random order, as near to `batch_size` time steps as they come."""
        arrays = (self.observations, self.actions, self.values, self.log_probs, self.advantages, self.returns)
        shape = (self._episodes, self._steps, self.n_envs)
        *whole, played = (
            self.to_torch(by_episode(array.reshape(*shape, *array.shape[2:]))) for array in (*arrays, self._played)
        )
        count = self._episodes * self.n_envs
        size = count if batch_size is None else max(1, batch_size // self._steps)
        order = torch.as_tensor(np.random.permutation(count), device=self.device)  # noqa: NPY002 - seeded by SB3.
        for first in range(0, count, size):
            chosen = order[first : first + size]
            observations, actions, values, log_probs, advantages, returns = (
                array[chosen].flatten(0, 1) for array in whole
            )
            begun = self.beginnings(len(chosen), self._steps)
            yield RecurrentRolloutBufferSamples(
                observations, actions, values, log_probs, advantages, returns, *begun, played[chosen].flatten().float()
            )


def by_episode(array: Array) -> Array:
    """(E, T, lanes, ...) to (E * lanes, T, ...)."""
    return array.swapaxes(1, 2).reshape(-1, array.shape[1], *array.shape[3:])
