"""Which observations are told apart, when answers to them are learned from data."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from seq_envs.encodings import Array

_BINS = 50
"""Into how many bins a real observation in [0, 1] is put."""
_FEWER_BINS = (12, 4, 2)
"""For observations of several places, whose combinations soon outnumber the episodes."""
_MOST_PLACES = 64
"""Places of an observation that are looked at alone."""
_PER_KIND = 2
"""Observations of one kind, on average, without which nothing is learned of them."""
_PER_NUMBER = 20
"""The same, if real numbers are told apart to the last digit, which mostly tells nothing."""


@dataclass(frozen=True)
class View:
    """A way to look at raw observations: what it does not tell apart is of one kind."""

    bins: int | None = _BINS
    """For real numbers; None: to the last digit."""
    place: int | None = None
    """The one place that is looked at, if not all are."""

    @property
    def per_kind(self) -> int:
        """Observations of one kind, on average, that it takes to learn from this view."""
        return _PER_KIND if self.bins else _PER_NUMBER

    def kinds(self, observations: Array) -> Array:
        """(B,) opaque: one for each of raw observations (B, ...), equal for those of one kind."""
        flat = observations.reshape(len(observations), -1)
        if self.place is not None:
            flat = flat[:, [self.place]]
        if flat.dtype.kind == "f":
            flat = flat.astype(np.float64)
            flat = flat.view(np.int64) if self.bins is None else np.floor(flat * self.bins + 1e-3)
        # However a problem stores its symbols, and however they are decoded.
        flat = np.ascontiguousarray(flat, np.int64)
        if flat.shape[1] > 1:
            flat = flat.view(np.dtype((np.void, flat.itemsize * flat.shape[1])))
        return flat[:, 0]


WHOLE = View()
"""All of an observation, and real numbers in bins."""


def views(observations: Array) -> list[View]:
    """The ways to look at raw observations (B, ...) that are worth a try: which is best depends on what they tell."""
    places, real = int(np.prod(observations.shape[1:])), observations.dtype.kind == "f"
    found = [WHOLE]
    if places > 1:
        found += [View(bins) for bins in _FEWER_BINS if real]
        found += [View(place=place) for place in range(min(places, _MOST_PLACES))]
    if real:
        found += [replace(view, bins=None) for view in found if view.bins == _BINS]
    if len(found) == 1:
        return found
    kept = [view for view in found if len(np.unique(view.kinds(observations))) * view.per_kind <= len(observations)]
    return kept or [WHOLE]
