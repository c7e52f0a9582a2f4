"""Learning curves, smoothed or as means over seeds, and means over seeds of the accuracy at each time step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from seq_agents.report.outcome import Outcome
from seq_agents.report.statistics import Array, interquartile_mean

_POINTS = 30
"""The most points of a learning curve, spread evenly on a logarithmic axis."""
_SMOOTHING = 50
"""A curve is averaged over one part in this many of its points: single batches of episodes are noisy."""


class Curve(NamedTuple):
    """A learning curve over seeds; all arrays have shape (P,), with one value for each point."""

    steps: Array
    middle: Array
    """Interquartile mean of the normalised scores."""
    low: Array
    """The lowest seed."""
    high: Array
    """The highest seed."""
    seeds: int


def mean_curve(runs: Sequence[Outcome]) -> Curve:
    """The mean learning curve of one agent on one problem; each run is interpolated between its evaluations.

    The curve begins where every run has been evaluated; a run that ends before the others keeps its last score.
    """
    steps = _common_steps([[point.steps for point in run.curve] for run in runs])
    scores = np.array([
        np.interp(steps, [point.steps for point in run.curve], [point.normalized for point in run.curve])
        for run in runs
    ])  # fmt: skip
    return Curve(steps, interquartile_mean(scores.T), scores.min(axis=0), scores.max(axis=0), len(runs))


def _common_steps(curves: Sequence[Sequence[int]]) -> Array:
    first = max(min(curve) for curve in curves)
    steps = np.array(sorted({step for curve in curves for step in curve if step >= first}), np.float64)
    if len(steps) <= _POINTS:
        return steps
    wanted = np.geomspace(max(steps[0], 1.0), steps[-1], _POINTS)
    return np.unique(steps[np.abs(np.log(np.maximum(steps, 1.0))[:, None] - np.log(wanted)).argmin(axis=0)])


def by_step(runs: Sequence[Outcome]) -> list[float]:
    """(T,) interquartile mean of the accuracy at each time step; NaN where no run scores the step."""
    longest = max(len(run.final.by_step) for run in runs)
    means = []
    for step in range(longest):
        seen = [run.final.by_step[step] for run in runs if step < len(run.final.by_step)]
        known = [share for share in seen if not np.isnan(share)]
        means.append(float(interquartile_mean(known)) if known else float("nan"))
    return means


def smoothed(values: Array) -> Array:
    """(N,): each value of a curve averaged with its neighbours, as many before it as after it."""
    reach = len(values) // (2 * _SMOOTHING)
    below = np.concatenate([[0.0], values.cumsum()])
    places = np.arange(len(values))
    near = np.minimum(np.minimum(reach, places), len(values) - 1 - places)
    means: Array = (below[places + near + 1] - below[places - near]) / (2 * near + 1)
    return means
