"""The time steps of many episodes side by side, as tables of best actions learn from them and are judged by them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from seq_envs.encodings import Array
from seq_envs.estimation.observation_bins import default_binning


@dataclass(frozen=True)
class Samples:
    """M time steps of N episodes of up to T steps, in order.

    Args:
        labels: (N, T) int64: equal observations have equal labels, 0, 1, ...
        places: (N, T, P) int64: the same for each place of an observation.
        rewards: (M, A): of each action.
        playing: (N, T) bool: which are the M steps.
    """

    labels: Array
    places: Array
    rewards: Array
    playing: Array

    @cached_property
    def episode(self) -> Array:
        """(M,) the number of the episode."""
        return np.nonzero(self.playing)[0]

    @cached_property
    def step(self) -> Array:
        """(M,) the time step."""
        return np.nonzero(self.playing)[1]

    @cached_property
    def label(self) -> Array:
        """(M,) of the observation."""
        return self.labels[self.playing]

    def first(self, steps: int) -> Samples:
        """The first episodes that have together about this many steps, at least 8 of them."""
        count = max(8, int(np.searchsorted(self.playing.sum(axis=1).cumsum(), steps)))
        part = self.episode < count
        return Samples(self.labels[:count], self.places[:count], self.rewards[part], self.playing[:count])

    def returns(self, chosen: Array) -> Array:
        """(N,) the returns of the episodes if these actions (M,) are played."""
        earned = self.rewards[np.arange(len(chosen)), chosen]
        returns: Array = np.bincount(self.episode, earned, len(self.labels))
        return returns


def samples(observations: Array, rewards: Array, playing: Array) -> Samples:
    """The samples of observations (N, T, places) and rewards (N, T, A) at the steps `playing` (N, T).

    Real numbers are grouped into bins; whole numbers are labels of their own.
    """
    rows = observations[playing]
    if not (rows == np.rint(rows)).all():
        rows = _binned(rows)
    labels = np.zeros(playing.shape, np.int64)
    _, inverse = np.unique(rows, axis=0, return_inverse=True)
    labels[playing] = inverse.reshape(-1)
    places = np.zeros(observations.shape, np.int64)
    for place, numbers in enumerate(rows.T):
        places[..., place][playing] = np.unique(numbers, return_inverse=True)[1]
    return Samples(labels, places, rewards[playing], playing)


def _binned(rows: Array) -> Array:
    """(M, places) int64: the bins of real numbers; a place with at most 50 numbers keeps them apart."""
    binned = np.empty(rows.shape, np.int64)
    for place, numbers in enumerate(rows.T):
        values, inverse = np.unique(numbers, return_inverse=True)
        if len(values) > 50:
            inverse = default_binning(numbers[:, None]).bins(numbers[:, None])
        binned[:, place] = inverse
    return binned
