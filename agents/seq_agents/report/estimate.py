"""A figure and its interval, without the libraries that compute them."""

from __future__ import annotations

import math
from typing import NamedTuple


class Estimate(NamedTuple):
    """A figure and its 95% interval."""

    value: float
    low: float
    """NaN if there is no interval."""
    high: float
    """NaN if there is no interval."""
    seeds: int
    """The fewest seeds of a problem."""

    @property
    def has_interval(self) -> bool:
        """Whether there are enough seeds for an interval."""
        return not math.isnan(self.low)
