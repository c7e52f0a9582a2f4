"""The statistics of a benchmark with few runs: interquartile means, comparisons of two agents, bootstrap intervals.

After R. Agarwal et al. (2021), "Deep Reinforcement Learning at the Edge of the Statistical Precipice", NeurIPS,
section 4: the seeds of each problem are resampled separately.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit  # scipy.stats has these too, but its import takes a second.

from seq_agents.report.estimate import Estimate

Array = NDArray[Any]

_RESAMPLES = 2000
COMPARISON_RESAMPLES = 10_000
"""Draws of a bootstrap that compares two agents."""
RESAMPLING_SEED = 0
"""Seed of the draws, which are the same at each call."""
FEWEST_SEEDS = 3
"""With fewer seeds of a problem there is no interval: a bootstrap of one or two values is far too narrow."""
_LEVEL = 0.05
"""A difference with at most this p-value is more than chance."""
_MOST_ENUMERATED = 12
"""With at most this many pairs, the sign-flip test takes every way to choose signs."""
_NARROW = 0.1
"""A bootstrap interval that is too narrow by at least this share is mentioned."""
THRESHOLDS = np.linspace(0.0, 1.0, 101)
"""The scores at which a performance profile is taken."""


def interquartile_mean(scores: Any) -> Any:
    """The mean of the middle half along the last axis, without a quarter at each end; the mean of fewer than 4."""
    ordered = np.sort(scores, axis=-1)
    cut = ordered.shape[-1] // 4
    return ordered[..., cut : ordered.shape[-1] - cut].mean(axis=-1)


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


class Aggregates(NamedTuple):
    """The four figures of Agarwal et al. (2021), section 4.3, over the runs of an agent on all problems."""

    iqm: Estimate
    """Interquartile mean of all runs."""
    median: Estimate
    """Median over problems of the mean over seeds."""
    mean: Estimate
    """Mean of all runs."""
    gap: Estimate
    """Optimality gap: the mean over all runs of how much a score is below 1."""


def aggregates(strata: Sequence[Sequence[float]]) -> Aggregates:
    """The four figures with their intervals, if every problem has at least `FEWEST_SEEDS` seeds.

    Args:
        strata: the scores of the seeds of each problem.
    """
    scores = [np.asarray(seeds, np.float64)[None, :] for seeds in strata]
    fewest = min(map(len, strata))
    enough = fewest >= FEWEST_SEEDS
    resampled = _resampled_strata(strata) if enough else scores

    def estimate(statistic: Callable[[Sequence[Array]], Array]) -> Estimate:
        value = float(statistic(scores)[0])
        if not enough or math.isnan(value):
            return Estimate(value, math.nan, math.nan, fewest)
        low, high = np.percentile(statistic(resampled), [2.5, 97.5])
        return Estimate(value, min(value, float(low)), max(value, float(high)), fewest)

    return Aggregates(
        estimate(lambda by_problem: interquartile_mean(np.concatenate(by_problem, axis=1))),
        estimate(lambda by_problem: np.median([seeds.mean(axis=1) for seeds in by_problem], axis=0)),
        estimate(lambda by_problem: np.concatenate(by_problem, axis=1).mean(axis=1)),
        estimate(lambda by_problem: (1.0 - np.minimum(np.concatenate(by_problem, axis=1), 1.0)).mean(axis=1)),
    )


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


def paired_difference(strata: Sequence[Sequence[float]]) -> Estimate:
    """The mean over problems of the mean difference of two agents, with a paired bootstrap interval.

    A draw resamples the pairs of each problem, so that the two scores of a seed stay together.

    Args:
        strata: for each problem the differences of the two scores of each seed.
    """
    value = float(np.mean([np.mean(differences) for differences in strata]))
    fewest = min(map(len, strata))
    if fewest < FEWEST_SEEDS or math.isnan(value):
        return Estimate(value, math.nan, math.nan, fewest)
    rng = np.random.default_rng(RESAMPLING_SEED)
    means = np.zeros(COMPARISON_RESAMPLES)
    for differences in strata:
        means += _draws(rng, len(differences)) @ np.asarray(differences, np.float64) / len(differences)
    low, high = np.percentile(means / len(strata), [2.5, 97.5])
    return Estimate(value, min(value, float(low)), max(value, float(high)), fewest)


def interquartile_difference(strata: Sequence[tuple[Sequence[float], Sequence[float]]]) -> Estimate:
    """How much higher the interquartile mean of the second agent is, with a paired bootstrap interval.

    Args:
        strata: for each problem the scores of the two agents, in the same order of seeds.
    """
    first, second = (np.concatenate([np.asarray(pair[side], np.float64) for pair in strata]) for side in (0, 1))
    value = float(interquartile_mean(second) - interquartile_mean(first))
    fewest = min(len(first) for first, _ in strata)
    if fewest < FEWEST_SEEDS or math.isnan(value):
        return Estimate(value, math.nan, math.nan, fewest)
    # Both agents have the same draws of seeds, so the two scores of a seed stay together.
    ours, theirs = (interquartile_mean(_resamples([pair[side] for pair in strata])) for side in (0, 1))
    low, high = np.percentile(theirs - ours, [2.5, 97.5])
    return Estimate(value, min(value, float(low)), max(value, float(high)), fewest)


def sign_flip_test(strata: Sequence[Sequence[float]]) -> float:
    """The p-value of the mean over problems of the mean difference of two agents, two-sided.

    If the agents do not differ, each difference is as likely with the other sign. The p-value is the share of all ways
    to choose signs whose mean is at least as far from 0 as the observed one (R. A. Fisher 1935, "The Design of
    Experiments", section 21). It assumes no distribution of scores, and fewer than 6 pairs never reach 5%. Above 12
    pairs it takes 10,000 random ways.

    Args:
        strata: for each problem the differences of the two scores of each seed.
    """
    shares = np.concatenate([np.asarray(problem, np.float64) / (len(problem) * len(strata)) for problem in strata])
    pairs = len(shares)
    if pairs <= _MOST_ENUMERATED:
        flipped = (np.arange(2**pairs)[:, None] >> np.arange(pairs)) % 2 == 1
    else:
        flipped = np.random.default_rng(RESAMPLING_SEED).random((COMPARISON_RESAMPLES, pairs)) < 0.5
        flipped[0] = False  # The observed signs are one of the ways.
    means = np.where(flipped, -1.0, 1.0) @ shares
    return float((np.abs(means) >= abs(means[0]) - 1e-12).mean())


def beyond_chance(difference: Estimate, p_value: float) -> bool:
    """Whether the interval of a difference excludes 0 and its p-value is at most 5%."""
    return difference.has_interval and not difference.low <= 0.0 <= difference.high and p_value <= _LEVEL


def narrowness(sizes: Sequence[int]) -> float:
    """By which share a bootstrap interval of a mean over problems is too narrow, roughly.

    A bootstrap divides variances by n instead of n - 1, and takes the quantile of the normal distribution instead of
    that of Student's t, whose degrees of freedom are n - 1 of each problem together.

    Args:
        sizes: the number of seeds of each problem, at least 2.
    """
    freedom = sum(sizes) - len(sizes)
    fewest = min(sizes)
    return float(1 - math.sqrt((fewest - 1) / fewest) * ndtri(0.975) / stdtrit(freedom, 0.975))


def narrowness_in_words(sizes: Sequence[int]) -> str:
    """A sentence about `narrowness`; empty where there is no interval, or where it is wide enough."""
    fewest = min(sizes, default=0)
    if fewest < FEWEST_SEEDS:
        return ""
    alone, together = narrowness([fewest]), narrowness(sizes)
    if alone < _NARROW:
        return ""
    text = f"Bootstrap intervals of {fewest} seeds of one problem are about {alone:.0%} too narrow"
    if len(sizes) == 1:
        return f"{text}."
    return f"{text}, and those over all {len(sizes)} problems about {together:.0%}."


def probability_of_improvement(strata: Sequence[tuple[Sequence[float], Sequence[float]]]) -> Estimate:
    """How likely a run of the second agent scores higher than a run of the first, on a problem drawn at random.

    Equal scores count one half. After Agarwal et al. (2021), section 4.3; as there, the interval resamples the seeds of
    the two agents independently.

    Args:
        strata: for each problem the scores of the first agent and those of the second.
    """
    wins = [np.asarray(_wins(first, second)) for first, second in strata]
    value = float(np.mean([won.mean() for won in wins]))
    fewest = min(min(won.shape) for won in wins)
    if fewest < FEWEST_SEEDS or math.isnan(value):
        return Estimate(value, math.nan, math.nan, fewest)
    rng = np.random.default_rng(RESAMPLING_SEED)
    shares = np.zeros(COMPARISON_RESAMPLES)
    for won in wins:
        first, second = _draws(rng, won.shape[0]), _draws(rng, won.shape[1])
        shares += ((first @ won) * second).sum(axis=1) / won.size
    low, high = np.percentile(shares / len(wins), [2.5, 97.5])
    return Estimate(value, min(value, float(low)), max(value, float(high)), fewest)


def _wins(first: Sequence[float], second: Sequence[float]) -> Array:
    """(N, M): 1 where the second agent's run scores higher than the first's, 1/2 where they are equal, NaN for NaN."""
    difference = np.asarray(second, np.float64)[None, :] - np.asarray(first, np.float64)[:, None]
    won: Array = np.where(np.isnan(difference), np.nan, (np.sign(difference) + 1) / 2)
    return won


def _draws(rng: np.random.Generator, seeds: int) -> Array:
    """(resamples, seeds): how often each seed is drawn, with replacement."""
    counts: Array = rng.multinomial(seeds, np.full(seeds, 1 / seeds), size=COMPARISON_RESAMPLES)
    return counts


def _resamples(strata: Sequence[Sequence[float]]) -> Array:
    """(resamples, runs): the seeds of each problem drawn with replacement; the draws are the same at each call."""
    return np.concatenate(_resampled_strata(strata), axis=1)


def _resampled_strata(strata: Sequence[Sequence[float]]) -> list[Array]:
    """(resamples, seeds) for each problem."""
    rng = np.random.default_rng(RESAMPLING_SEED)
    drawn: list[Array] = []
    for seeds in strata:
        scores = np.asarray(seeds, np.float64)
        drawn.append(scores[rng.integers(len(scores), size=(_RESAMPLES, len(scores)))])
    return drawn


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
