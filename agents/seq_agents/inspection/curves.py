"""Curves by lag, as the coordinates of a small chart on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from seq_agents.inspection.findings import relative
from seq_envs.encodings import Array

if TYPE_CHECKING:
    from seq_agents.inspection.inspected import Inspection

WIDTH, HEIGHT = 360, 170
"""Of the axes, in the units of a chart."""


def even_places(count: int, most: int = 10) -> list[int]:
    """The multiples of 1, 2, 5, 10, 20 ... below `count`, at most `most` of them, for the labels of an axis."""
    steps = (unit * 10**power for power in range(10) for unit in (1, 2, 5))
    step = next(step for step in steps if -(-count // step) <= most)
    return list(range(0, count, step))


class Line(NamedTuple):
    """A curve."""

    name: str
    kind: str
    """The class of its style."""
    points: str
    """As an SVG polyline takes them."""
    dots: list[tuple[float, float]]


class CurveChart(NamedTuple):
    """A chart of curves over the number of steps ago; its y axis is 0 ... 1."""

    title: str
    alt: str
    lines: list[Line]
    ticks: list[tuple[float, int]]
    """The place of each number on the x axis."""
    width: int = WIDTH
    height: int = HEIGHT


def curve_charts(inspection: Inspection) -> list[CurveChart]:
    """The chart of the probe, and that of the gradient."""
    charts = []
    probe = inspection.probe
    if probe is not None and not np.isnan(probe.trained).all():
        curves = [("trained", "trained", probe.trained)]
        if probe.untrained is not None:
            curves.append(("before training", "untrained", probe.untrained))
        curves.append(("chance", "chance", probe.chance))
        title = f"Input of k steps ago, read from the state by a linear probe: {probe.measure}"
        charts.append(_chart(title, probe.lags, curves))
    gradients = [
        (f"of the {credit.of}", "trained" if credit.of == "answer" else "value", relative(credit.by_distance()))
        for credit in inspection.credits
        if credit.method == "gradient"
    ]
    if gradients:
        title = "Gradient with respect to the input of k steps ago: mean norm, as a share of the largest"
        charts.append(_chart(title, np.arange(len(gradients[0][2])), gradients))
    return charts


def _chart(title: str, lags: Array, curves: list[tuple[str, str, Array]]) -> CurveChart:
    longest = max(int(lags[-1]), 1)
    said = "; ".join(f"{name}: {_first_and_last(lags, values)}" for name, _, values in curves)
    return CurveChart(
        title,
        f"{title}. {said}.",
        [_line(name, kind, lags / longest, values) for name, kind, values in curves],
        [(round(tick / longest * WIDTH, 1), tick) for tick in even_places(longest + 1)],
    )


def _first_and_last(lags: Array, values: Array) -> str:
    return " and ".join(f"{values[place]:.2f} at {lags[place]} steps ago" for place in (0, -1))


def _line(name: str, kind: str, places: Array, values: Array) -> Line:
    known = ~np.isnan(values)
    at = [
        (round(float(x) * WIDTH, 1), round((1 - float(np.clip(y, 0, 1))) * HEIGHT, 1))
        for x, y in zip(places[known], values[known], strict=True)
    ]
    return Line(name, kind, " ".join(f"{x:g},{y:g}" for x, y in at), at)
