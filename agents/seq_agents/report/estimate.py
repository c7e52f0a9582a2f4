"""A figure and its interval, in a module without the libraries that compute them."""

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
    """The number of seeds of the problem with the fewest."""

    @property
    def has_interval(self) -> bool:
        """Whether there are enough seeds for an interval."""
        return not math.isnan(self.low)
