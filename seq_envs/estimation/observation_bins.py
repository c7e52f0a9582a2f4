"""Which observations are told apart, when answers to them are learned from data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seq_envs.encodings import Array

_BINS = 50
"""Into how many bins real numbers are put."""
_FEWER_BINS = (12, 4, 2)
"""For observations of several places, whose combinations soon outnumber the episodes."""
_MOST_PLACES = 64
"""Places of an observation that are looked at alone."""
_PER_KIND = 2
"""Observations of one kind, on average, without which nothing is learned of them."""
_PER_NUMBER = 20
"""The same, if real numbers are told apart to the last digit, which mostly tells nothing."""


@dataclass(frozen=True, eq=False)
class View:
    """A way to look at raw observations: what it does not tell apart is of one kind."""

    edges: tuple[Array, ...] | None
    """Of the bins of real numbers in each place; None: to the last digit. Whole numbers are always told apart."""
    place: int | None = None
    """The one place that is looked at, if not all are."""

    def kinds(self, observations: Array) -> Array:
        """(B,) opaque: one for each of raw observations (B, ...), equal for those of one kind."""
        flat = observations.reshape(len(observations), -1)
        places = range(flat.shape[1]) if self.place is None else [self.place]
        flat = np.stack([self._column(flat[:, place], place) for place in places], axis=1)
        if flat.shape[1] > 1:
            flat = flat.view(np.dtype((np.void, flat.itemsize * flat.shape[1])))
        return flat[:, 0]

    def _column(self, numbers: Array, place: int) -> Array:
        """(B,) int64, however a problem stores its numbers, and however they are decoded."""
        if numbers.dtype.kind != "f":
            return numbers.astype(np.int64)
        if self.edges is None:
            return numbers.astype(np.float64).view(np.int64)
        return np.searchsorted(self.edges[place], numbers, side="right")


def whole(observations: Array) -> View:
    """All of an observation, with real numbers in bins that suit raw observations like these (n, ...)."""
    return _binned(observations, _BINS)


def _binned(observations: Array, bins: int) -> View:
    flat = observations.reshape(len(observations), -1)
    return View(tuple(_edges(place, bins) for place in flat.T) if flat.dtype.kind == "f" else None)


def _edges(numbers: Array, bins: int) -> Array:
    """(edges,): evenly over [0, 1], if the numbers (n,) fill it, else between bins of as many numbers each."""
    finite = numbers[np.isfinite(numbers)]  # What stands after an episode's end may be anything.
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    if 0 <= low < high - 0.5 <= 0.5:
        # Thresholds are round numbers; what float32 makes of k/bins belongs to the bin that begins there.
        edges: Array = (np.arange(1, bins + 1) - 1e-3) / bins
        return edges
    return np.quantile(finite, np.arange(1, bins) / bins, method="nearest")


def views(observations: Array) -> list[View]:
    """The ways to look at raw observations (B, ...) that are worth a try: which is best depends on what they tell."""
    places, real = int(np.prod(observations.shape[1:])), observations.dtype.kind == "f"
    everything = whole(observations)
    if places == 1 and not real:
        return [everything]
    found = [everything]
    if places > 1:
        found += [_binned(observations, bins) for bins in _FEWER_BINS if real]
        found += [View(everything.edges, place) for place in range(min(places, _MOST_PLACES))]
    kept = [view for view in found if _learnable(view, observations, _PER_KIND)]
    if real:
        exact = [View(None, place) for place in {view.place: None for view in found}]
        kept += [view for view in exact if _learnable(view, observations, _PER_NUMBER)]
    return kept or [everything]


def _learnable(view: View, observations: Array, per_kind: int) -> bool:
    return len(np.unique(view.kinds(observations))) * per_kind <= len(observations)
