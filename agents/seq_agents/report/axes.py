"""The axes that the charts share."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

from seq_agents.report.drawing import INK, short

_LOWEST = -2.0
"""A normalised score below this is cut off: what matters is between 0 and 1."""
_CLOSE = 0.065
"""Labels closer than this, as a share of the axis, share a line."""
_OPTIMAL, _ROOM = 1.0, 0.05


def log_steps(axes: Axes, steps: Iterable[float], label: str) -> None:
    """A logarithmic x axis for counts."""
    known = [one for one in steps if one > 0] or [1.0, 10.0]
    low, high = min(known) / 1.2, max(known) * 1.2
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    wide = math.log10(high / low) > 1.8
    axes.xaxis.set_major_locator(LogLocator(10, subs=(1.0,) if wide else (1.0, 2.0, 5.0)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(short))
    axes.set_xlabel(label)


def doubling(axes: Axes, values: Sequence[float], label: str) -> None:
    """An x axis with a tick at each of some numbers, logarithmic to base 2 if they are above 0."""
    if min(values) > 0:
        axes.set_xscale("log", base=2)
        axes.set_xlim(min(values) / 1.25, max(values) * 1.25)
    axes.xaxis.set_major_locator(FixedLocator(sorted(set(values))))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(short))
    axes.set_xlabel(label)


def counted(axes: Axes, first: int, last: int, label: str) -> None:
    """An x axis from one integer to another."""
    room = max(0.5, (last - first) / 40)
    axes.set_xlim(first - room, last + room)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    axes.set_xlabel(label)


def normalised(axes: Axes, seen: Iterable[float]) -> float:
    """A y axis for normalised scores that shows all that is seen, within reason; its lower end."""
    known = [one for one in seen if math.isfinite(one)]
    low = max(_LOWEST, min([0.0, *known])) - _ROOM
    axes.set_ylim(low, max([_OPTIMAL, *(min(one, 1.5) for one in known)]) + _ROOM)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.set_ylabel("normalised score")
    return low


def accuracies(axes: Axes, seen: Iterable[float]) -> None:
    """A y axis for accuracies: from 0, unless all are high."""
    known = [one for one in seen if math.isfinite(one)] or [0.0]
    low = 0.0 if min(known) < 0.6 else 0.5
    axes.set_ylim(low - 0.03 * (1 - low), 1 + 0.03 * (1 - low))
    axes.set_ylabel("accuracy")


def levels(axes: Axes, heights: Mapping[str, float]) -> None:
    """Thin lines across, named in the right margin; levels that all but agree share a name."""
    low, high = axes.get_ylim()
    inside = sorted((height, name) for name, height in heights.items() if low <= height <= high)
    groups: list[list[tuple[float, str]]] = []
    for one in inside:
        if groups and one[0] - groups[-1][-1][0] < _CLOSE * (high - low):
            groups[-1].append(one)
        else:
            groups.append([one])
    for group in groups:
        for height, _ in group:
            axes.axhline(height, color=INK, linewidth=0.8, alpha=0.55, zorder=1)
        middle = sum(height for height, _ in group) / len(group)
        text = ",\n".join(name for _, name in reversed(group))
        axes.annotate(
            text, (1.0, middle), (5, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            va="center", fontsize=10.5, annotation_clip=False,
        )  # fmt: skip
