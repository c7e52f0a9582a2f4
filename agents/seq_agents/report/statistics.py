"""The statistics of a benchmark: few runs, so interquartile means with stratified bootstrap intervals.

After R. Agarwal et al. (2021), "Deep Reinforcement Learning at the Edge of the Statistical Precipice", NeurIPS,
section 4: resampling goes over the seeds of each problem by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import trim_mean

Array = NDArray[Any]

_RESAMPLES = 2000
SOLVED = 0.99
"""Episodes without a mistake, as a share, in each of so many evaluations in a row: then a problem is solved."""
IN_A_ROW = 3
THRESHOLDS = np.linspace(0.0, 1.0, 101)
"""The scores at which a performance profile is taken."""


class Estimate(NamedTuple):
    """A figure with its 95% interval."""

    value: float
    low: float
    high: float


def interquartile_mean(scores: Any) -> Any:
    """The mean of the middle half along the last axis, with a quarter cut from each end; of fewer than 4, the mean."""
    return trim_mean(scores, 0.25, axis=-1)


def interquartile(strata: Sequence[Sequence[float]]) -> Estimate:
    """The interquartile mean of all runs.

    Args:
        strata: the scores of the seeds, problem by problem.

    A single seed of each problem has no spread to resample: then the interval is the value alone.
    """
    resampled = interquartile_mean(_resamples(strata))
    value = float(interquartile_mean(np.concatenate([np.asarray(one, np.float64) for one in strata])))
    low, high = np.percentile(resampled, [2.5, 97.5])
    return Estimate(value, min(value, float(low)), max(value, float(high)))


def performance_profile(strata: Sequence[Sequence[float]]) -> Array:
    """(3, thresholds): the share of runs with a score of at least each of `THRESHOLDS`, and its 95% interval."""
    scores = np.concatenate([np.asarray(one, np.float64) for one in strata])
    share = (scores[:, None] >= THRESHOLDS).mean(axis=0)
    resampled = _resamples(strata)
    shares = np.stack([(resampled >= threshold).mean(axis=-1) for threshold in THRESHOLDS], axis=-1)
    low, high = np.percentile(shares, [2.5, 97.5], axis=0)
    profile: Array = np.stack([share, np.minimum(share, low), np.maximum(share, high)])
    return profile


def _resamples(strata: Sequence[Sequence[float]]) -> Array:
    """(resamples, runs): each problem's seeds drawn anew with replacement; the same draws whenever it is asked."""
    rng = np.random.default_rng(0)
    drawn = []
    for one in strata:
        scores = np.asarray(one, np.float64)
        drawn.append(scores[rng.integers(len(scores), size=(_RESAMPLES, len(scores)))])
    return np.concatenate(drawn, axis=1)


def solved_from(exact_matches: Sequence[float]) -> int | None:
    """The first of three evaluations in a row that were solved, as an index; None if there is none."""
    row = 0
    for index, exact_match in enumerate(exact_matches):
        row = row + 1 if exact_match >= SOLVED else 0
        if row == IN_A_ROW:
            return index - IN_A_ROW + 1
    return None


def middle(values: Sequence[float | None]) -> float:
    """The median where None is more than any number: infinite if half of them or more are None."""
    return float(np.median([np.inf if value is None else value for value in values])) if values else float("nan")


def area_under(steps: Sequence[float], scores: Sequence[float]) -> float:
    """The mean height of a learning curve over its steps, from 0 at step 0, straight lines between evaluations."""
    x, y = np.array([0.0, *steps]), np.array([0.0, *scores])
    return float(((y[1:] + y[:-1]) / 2 * np.diff(x)).sum() / x[-1]) if x[-1] > 0 else float(y[-1])
