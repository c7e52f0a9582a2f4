"""Binnings: which observations count as the same when answers to them are learned from data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seq_envs.encodings import Array

_BINS = 50
"""Bins for the real numbers in one place of an observation."""
_FEWER_BINS = (12, 4, 2)
"""Further choices for observations of several places: combinations of 50 bins soon outnumber the episodes."""
_MOST_PLACES = 64
"""The most places of an observation that are tried alone."""
_PER_BIN = 2
"""Minimum mean count of observations per bin."""
_PER_EXACT_NUMBER = 20
"""The same minimum if each real number is its own bin: exact numbers rarely predict a target."""


@dataclass(frozen=True, eq=False)
class Binning:
    """A map from raw observations to bins. Each integer has its own bin; real numbers are grouped."""

    edges: tuple[Array, ...] | None
    """For each place of an observation, the edges between the bins of its real numbers; None: each number is a bin."""
    place: int | None = None
    """The only place that counts; None: all places do."""

    def bins(self, observations: Array) -> Array:
        """(B,) opaque labels, one for each of raw observations (B, ...), that are equal within a bin."""
        flat = observations.reshape(len(observations), -1)
        places = range(flat.shape[1]) if self.place is None else [self.place]
        flat = np.stack([self._bins_of_place(flat[:, place], place) for place in places], axis=1)
        if flat.shape[1] > 1:
            flat = flat.view(np.dtype((np.void, flat.itemsize * flat.shape[1])))
        return flat[:, 0]

    def _bins_of_place(self, numbers: Array, place: int) -> Array:
        """(B,) int64, whatever dtype the numbers (B,) have: encoding and decoding may change it."""
        if numbers.dtype.kind != "f":
            return numbers.astype(np.int64)
        if self.edges is None:
            return numbers.astype(np.float64).view(np.int64)
        return np.searchsorted(self.edges[place], numbers, side="right")


def default_binning(observations: Array) -> Binning:
    """All places of an observation, with edges that suit raw observations like these (n, ...)."""
    return _binning(observations, _BINS)


def _binning(observations: Array, bins: int) -> Binning:
    flat = observations.reshape(len(observations), -1)
    return Binning(tuple(_edges(place, bins) for place in flat.T) if flat.dtype.kind == "f" else None)


def _edges(numbers: Array, bins: int) -> Array:
    """(edges,): evenly spaced if the numbers (n,) fill [0, 1], otherwise quantiles of the numbers.

    A number that equals an edge belongs to the bin above it.
    """
    finite = numbers[np.isfinite(numbers)]  # Padding after the end of an episode may hold any number.
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    if 0 <= low < high - 0.5 <= 0.5:
        # Thresholds are often round numbers k/bins. The edge is a little below, because float32 may round k/bins down.
        edges: Array = (np.arange(1, bins + 1) - 1e-3) / bins
        return edges
    return np.quantile(finite, np.arange(1, bins) / bins, method="nearest")


def binnings(observations: Array) -> list[Binning]:
    """The binnings of raw observations (B, ...) that are worth a try, at least one."""
    places, real = int(np.prod(observations.shape[1:])), observations.dtype.kind == "f"
    everything = default_binning(observations)
    if places == 1 and not real:
        return [everything]
    found = [everything]
    if places > 1:
        found += [_binning(observations, bins) for bins in _FEWER_BINS if real]
        found += [Binning(everything.edges, place) for place in range(min(places, _MOST_PLACES))]
    kept = [binning for binning in found if _has_enough(binning, observations, _PER_BIN)]
    if real:
        exact = [Binning(None, place) for place in {binning.place: None for binning in found}]
        kept += [binning for binning in exact if _has_enough(binning, observations, _PER_EXACT_NUMBER)]
    return kept or [everything]


def _has_enough(binning: Binning, observations: Array, per_bin: int) -> bool:
    return len(np.unique(binning.bins(observations))) * per_bin <= len(observations)
