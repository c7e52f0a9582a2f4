"""The x axes, y axes and level lines of charts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

from seq_agents.report.drawing import INK, short

LOWEST = -2.0
"""The y axis ends here: lower normalised scores are not drawn."""
_CLOSE = 0.065
"""Levels closer than this share of the axis have one label."""
_OPTIMAL, _ROOM = 1.0, 0.05
_NARROW = 5.0
"""An axis whose ends have a smaller ratio has a tick at every leading digit."""
_POINTS = 72
"""Units of a chart in an inch of matplotlib."""
_LETTER, _APART = 7.0, 8.0
"""The width of a letter of a tick's label, and the space between two labels, in the units of a chart."""


def log_steps(axes: Axes, steps: Iterable[float], label: str) -> None:
    """Set up a logarithmic x axis for counts."""
    known = [step for step in steps if step > 0] or [1.0, 10.0]
    low, high = min(known) / 1.2, max(known) * 1.2
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    wide = math.log10(high / low) > 1.8
    narrow = high / low < _NARROW
    subs = (1.0,) if wide else tuple(map(float, range(1, 10))) if narrow else (1.0, 2.0, 5.0)
    axes.xaxis.set_major_locator(LogLocator(10, subs=subs))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(short))
    axes.set_xlabel(label)


def doubling(axes: Axes, values: Sequence[float], label: str) -> None:
    """Set up an x axis, logarithmic to base 2 if all values are positive, with a tick at each value that has room."""
    if min(values) > 0:
        axes.set_xscale("log", base=2)
        axes.set_xlim(min(values) / 1.25, max(values) * 1.25)
    else:
        axes.set_xlim(min(values) - 0.5, max(values) + 0.5)
    ticks = sorted(set(values))
    axes.xaxis.set_major_locator(FixedLocator([ticks[place] for place in _apart(axes, ticks)]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(short))
    axes.set_xlabel(label)


def _apart(axes: Axes, ticks: Sequence[float]) -> list[int]:
    """The places of ticks whose labels do not collide: the last one, and from there each that has room."""
    width = axes.bbox.width * _POINTS / axes.figure.dpi
    share = axes.transScale + axes.transLimits
    middles = [float(share.transform((tick, 0.0))[0]) * width for tick in ticks]
    halves = [len(short(tick)) * _LETTER / 2 for tick in ticks]
    kept: list[int] = []
    for place in range(len(ticks) - 1, -1, -1):
        if not kept or middles[kept[-1]] - halves[kept[-1]] - (middles[place] + halves[place]) >= _APART:
            kept.append(place)
    return kept[::-1]


def counted(axes: Axes, first: int, last: int, label: str) -> None:
    """Set up an x axis from one integer to another."""
    room = max(0.5, (last - first) / 40)
    axes.set_xlim(first - room, last + room)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    axes.set_xlabel(label)


def normalised(axes: Axes, seen: Iterable[float]) -> float:
    """Set up a y axis for normalised scores; return its lower end."""
    known = [value for value in seen if math.isfinite(value)]
    low = max(LOWEST, min([0.0, *known])) - _ROOM
    axes.set_ylim(low, max([_OPTIMAL, *(min(value, 1.5) for value in known)]) + _ROOM)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.set_ylabel("normalised score")
    return low


def accuracies(axes: Axes, seen: Iterable[float]) -> None:
    """Set up a y axis for accuracies, which starts at 0 unless all are high."""
    known = [value for value in seen if math.isfinite(value)] or [0.0]
    low = 0.0 if min(known) < 0.6 else 0.5
    axes.set_ylim(low - 0.03 * (1 - low), 1 + 0.03 * (1 - low))
    axes.set_ylabel("accuracy")


def levels(axes: Axes, heights: Mapping[str, float]) -> None:
    """Draw levels as thin lines with labels in the right margin; levels that nearly agree share a label."""
    low, high = axes.get_ylim()
    inside = sorted((height, name) for name, height in heights.items() if low <= height <= high)
    groups: list[list[tuple[float, str]]] = []
    for level in inside:
        if groups and level[0] - groups[-1][-1][0] < _CLOSE * (high - low):
            groups[-1].append(level)
        else:
            groups.append([level])
    for group in groups:
        for height, _ in group:
            axes.axhline(height, color=INK, linewidth=0.8, alpha=0.55, zorder=1)
        middle = sum(height for height, _ in group) / len(group)
        text = ",\n".join(name for _, name in reversed(group))
        axes.annotate(
            text, (1.0, middle), (5, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            va="center", fontsize=10.5, annotation_clip=False,
        )  # fmt: skip
