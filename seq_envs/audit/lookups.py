"""Memories that hold an earlier observation, of which the current one asks for one place."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from seq_envs.audit.best_actions import Kind, table_values
from seq_envs.audit.keys import earlier, joined
from seq_envs.audit.samples import Samples
from seq_envs.encodings import Array

_MOST_EARLIER = 8
"""The most lags, and the most time steps, that are tried as the one that is remembered."""
_MOST_PLACES = 64
"""The most places of an observation that are tried for each current observation."""
_WEIGHT = 8.0
"""How many visits the mean of all steps with the same current observation counts for."""


def lookups(samples: Samples) -> Iterator[Kind]:
    """The kinds, for observations with several places."""
    if not 1 < samples.places.shape[2] <= _MOST_PLACES:
        return
    earliest = min(samples.labels.shape[1] - 1, _MOST_EARLIER)
    asked = "the place that the current observation asks for, of the observation of"
    for step in range(earliest):
        yield Kind(f"{asked} step {step}", values=partial(_values, at=step))
    for lag in range(1, earliest + 1):
        yield Kind(f"{asked} {lag} step{'' if lag == 1 else 's'} ago", values=partial(_values, lag=lag))


def _values(samples: Samples, learned: Array, lag: int | None = None, at: int | None = None) -> Array:
    """(M, A): the estimated rewards by the best place for each current observation, as learned (M,) bool."""
    places = earlier(samples, samples.places, lag, at)
    values = np.empty(samples.rewards.shape)
    earned_most = np.full(int(samples.label.max()) + 1, -np.inf)
    for place in range(places.shape[1]):
        remembered = joined(samples.label, places[:, place])
        estimate = table_values([samples.label, remembered], samples.rewards, learned, _WEIGHT)
        reward = np.take_along_axis(samples.rewards, estimate.argmax(axis=1)[:, None], axis=1)[:, 0]
        earned = np.bincount(samples.label, reward * learned, len(earned_most))
        better = (earned > earned_most)[samples.label]
        values[better] = estimate[better]
        earned_most = np.maximum(earned, earned_most)
    return values
