"""The statistics of a benchmark with few runs: interquartile means and stratified bootstrap intervals.

After R. Agarwal et al. (2021), "Deep Reinforcement Learning at the Edge of the Statistical Precipice", NeurIPS,
section 4: the seeds of each problem are resampled separately.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import trim_mean

from seq_agents.report.estimate import Estimate

Array = NDArray[Any]

_RESAMPLES = 2000
FEWEST_SEEDS = 3
"""With fewer seeds of a problem there is no interval: a bootstrap of one or two values is far too narrow."""
THRESHOLDS = np.linspace(0.0, 1.0, 101)
"""The scores at which a performance profile is taken."""


def interquartile_mean(scores: Any) -> Any:
    """The mean of the middle half along the last axis, without a quarter at each end; the mean of fewer than 4."""
    return trim_mean(scores, 0.25, axis=-1)


def interquartile(strata: Sequence[Sequence[float]]) -> Estimate:
    """The interquartile mean of all runs, with an interval if every problem has at least `FEWEST_SEEDS` seeds.

    Args:
        strata: the scores of the seeds of each problem.
    """
    value = float(interquartile_mean(np.concatenate([np.asarray(scores, np.float64) for scores in strata])))
    fewest = min(map(len, strata))
    if fewest < FEWEST_SEEDS or math.isnan(value):
        return Estimate(value, math.nan, math.nan, fewest)
    low, high = np.percentile(interquartile_mean(_resamples(strata)), [2.5, 97.5])
    return Estimate(value, min(value, float(low)), max(value, float(high)), fewest)


def performance_profile(strata: Sequence[Sequence[float]]) -> Array:
    """(3, thresholds): the share of runs with a score of at least each of `THRESHOLDS`, and its 95% interval.

    The interval is NaN if a problem has fewer than `FEWEST_SEEDS` seeds.
    """
    scores = np.concatenate([np.asarray(seeds, np.float64) for seeds in strata])
    share = (scores[:, None] >= THRESHOLDS).mean(axis=0)
    if min(map(len, strata)) < FEWEST_SEEDS:
        return np.stack([share, np.full_like(share, np.nan), np.full_like(share, np.nan)])
    resampled = _resamples(strata)
    shares = np.stack([(resampled >= threshold).mean(axis=-1) for threshold in THRESHOLDS], axis=-1)
    low, high = np.percentile(shares, [2.5, 97.5], axis=0)
    profile: Array = np.stack([share, np.minimum(share, low), np.maximum(share, high)])
    return profile


def _resamples(strata: Sequence[Sequence[float]]) -> Array:
    """(resamples, runs): the seeds of each problem drawn with replacement; the draws are the same at each call."""
    rng = np.random.default_rng(0)
    drawn = []
    for seeds in strata:
        scores = np.asarray(seeds, np.float64)
        drawn.append(scores[rng.integers(len(scores), size=(_RESAMPLES, len(scores)))])
    return np.concatenate(drawn, axis=1)


def middle(values: Sequence[float | None]) -> float:
    """The median, where None counts as infinite; NaN for no values."""
    return float(np.median([np.inf if value is None else value for value in values])) if values else float("nan")


def area_under(steps: Sequence[float], scores: Sequence[float], end: float | None = None) -> float:
    """The mean height of a learning curve over its steps, with straight lines from 0 at step 0 through its points.

    Args:
        steps, scores: the points.
        end: steps up to which the last score holds; None: the last step.
    """
    x, y = np.array([0.0, *steps]), np.array([0.0, *scores])
    if end is not None and end > x[-1]:
        x, y = np.append(x, end), np.append(y, y[-1])
    return float(((y[1:] + y[:-1]) / 2 * np.diff(x)).sum() / x[-1]) if x[-1] > 0 else float(y[-1])
