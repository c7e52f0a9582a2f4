"""The chart of interval estimates: how well each agent does over all problems, in four figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from seq_agents.report.drawing import FAINT, MARKED, PAPER, Chart, Drawing, Margins, Places, style, words, wrapped
from seq_agents.report.estimate import Estimate
from seq_agents.report.outcome import Outcome, labels_of, names_of, needs_memory, of
from seq_agents.report.statistics import FEWEST_SEEDS, Aggregates, aggregates
from seq_agents.report.table import Column, Table, interval, score

_PANELS = ("interquartile mean", "median of problems", "mean", "optimality gap ↓")
_GAP = 3
"""The place of the optimality gap in `_PANELS`: smaller is better."""
_ROW, _HEAD, _FOOT = 19.0, 24.0, 34.0
"""Heights in the units of a chart: of an agent in a panel, above a panel, and below it."""
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_MOST_TICKS = 4
"""Ticks of the optimality gap, at most."""
_SMALLEST_GAP = 1e-4
"""Smaller gaps are drawn at this one, since the axis is logarithmic."""


def intervals(done: Sequence[Outcome], places: Places, key: str = "intervals") -> Chart | None:
    """Four aggregate figures of each agent with their intervals; None where no problem needs memory."""
    done = [outcome for outcome in done if needs_memory(outcome) and not math.isnan(outcome.final.normalized)]
    if not done:
        return None
    found = {name: _of_agent(of(done, name=name)) for name in names_of(done)}
    names = sorted(found, key=lambda name: found[name].iqm.value)
    height = 2 * (_HEAD + _ROW * len(names) + _FOOT)

    def paint(axes: Axes) -> None:
        axes.set_axis_off()
        for place, title in enumerate(_PANELS):
            estimates = {name: found[name][place] for name in names}
            # In shares of the drawing, from the lower left corner: two rows of two panels.
            x, y = 0.55 * (place % 2), (_FOOT + (1 - place // 2) * height / 2) / height
            panel = axes.inset_axes((x, y, 0.45, _ROW * len(names) / height))
            _panel(panel, title, estimates, places, labelled=place % 2 == 0, gap=place == _GAP)

    listed = words([(name, f"{score(found[name].iqm.value)}, {interval(found[name].iqm)}") for name in names[::-1]])
    return Chart(
        key=key,
        title="Interval estimates",
        drawing=Drawing(
            alt=f"Aggregate scores with 95% intervals. Interquartile mean of each agent: {listed}.",
            paint=paint,
            height=height,
            margins=Margins(left=112, right=14, top=0, bottom=0),
        ),
        names=(),
        data=_numbers(found, names[::-1]),
        note="Over all runs on the problems that need memory. The interquartile mean leaves out the lowest and the "
        "highest quarter of runs; the median is that of the means of the problems; the optimality gap is the mean of 1 "
        "minus the score, on a logarithmic axis, where less is better. Scores below 0, worse than the best "
        "memoryless policy, count as they are. Bars: 95%, by bootstrap over the seeds of each problem, from "
        f"{FEWEST_SEEDS} seeds of each on; a hollow mark has no interval. As in Agarwal et al. (2021), Deep "
        "Reinforcement Learning at the Edge of the Statistical Precipice, NeurIPS, section 4.3.",
    )  # fmt: skip


def _of_agent(mine: Sequence[Outcome]) -> Aggregates:
    return aggregates([[outcome.final.normalized for outcome in of(mine, label=label)] for label in labels_of(mine)])


def _panel(
    axes: Axes, title: str, estimates: Mapping[str, Estimate], places: Places, *, labelled: bool, gap: bool
) -> None:
    def x_of(value: float) -> float:
        return max(value, _SMALLEST_GAP) if gap else value

    for height, (name, estimate) in enumerate(estimates.items()):
        color, _, marker = style(places[name])
        if estimate.has_interval:
            low, high = x_of(estimate.low), x_of(estimate.high)
            axes.barh(height, high - low, height=0.55, left=low, color=color, alpha=0.3, linewidth=0)
            axes.vlines([low, high], height - 0.275, height + 0.275, color=color, linewidth=1.2)
        look = {**MARKED, "color": color, "marker": marker, "clip_on": False, "zorder": 4}
        if not estimate.has_interval:
            look |= {"markerfacecolor": PAPER, "markeredgecolor": color, "markeredgewidth": 1.2}
        axes.plot([x_of(estimate.value)], [height], **look)
    axes.set_ylim(-0.6, len(estimates) - 0.4)
    axes.set_yticks(range(len(estimates)), [wrapped(name, 17, 1) if labelled else "" for name in estimates])
    axes.grid(False, axis="y")
    axes.grid(True, axis="x")
    axes.tick_params(axis="x", labelsize=10.5)
    axes.spines["left"].set(visible=True, color=FAINT)
    axes.set_title(title, fontsize=11, loc="left", pad=5)
    if gap:
        axes.set_xscale("log")
        _room(axes, [x_of(end) for estimate in estimates.values() for end in (estimate.value, *estimate[1:3])])
        axes.xaxis.set_major_locator(FixedLocator(_ticks(*axes.get_xlim())))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(_short))
    else:
        _scores(axes, estimates)


def _short(value: float, _: Any = None) -> str:
    """The label of a tick: a power of ten in at most four letters, and other small values as its multiples."""
    exponent = math.floor(math.log10(value) + 1e-9)
    if exponent >= -2:
        return f"{value:.4g}"
    digits = f"{value / 10.0**exponent:.3g}"
    return ("" if digits == "1" else f"{digits}·") + "10" + str(exponent).translate(_SUPERSCRIPTS)


def _ticks(low: float, high: float) -> list[float]:
    """The ticks of a logarithmic axis: at least 2 and at most 4, powers of ten if enough of them are inside."""
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    inside: list[float] = []
    for digits in ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0)):
        ticks = [float(f"{digit}e{exponent}") for exponent in exponents for digit in digits]
        inside = [tick for tick in ticks if low <= tick <= high]
        if len(inside) >= 2:
            break
    else:  # The range is too narrow for round values that are evenly spaced on a logarithmic axis.
        ticks = [float(tick) for tick in MaxNLocator(3, steps=[1, 2, 5, 10], min_n_ticks=2).tick_values(low, high)]
        inside = [tick for tick in ticks if low <= tick <= high]
    return inside[:: -(-len(inside) // _MOST_TICKS)]


def _room(axes: Axes, ends: Sequence[float]) -> None:
    """Limits of a logarithmic x axis with room for the marks at its ends."""
    known = [math.log10(end) for end in ends if not math.isnan(end)]
    room = 0.06 * max(max(known) - min(known), 1.0)
    axes.set_xlim(10 ** (min(known) - room), 10 ** (max(known) + room))


def _scores(axes: Axes, estimates: Mapping[str, Estimate]) -> None:
    """An x axis from 0, or from the lowest value, to 1."""
    ends = [end for estimate in estimates.values() for end in (estimate.value, estimate.low, estimate.high)]
    known = [end for end in ends if not math.isnan(end)]
    low, high = min([0.0, *known]), max([1.0, *known])
    axes.set_xlim(low - 0.03 * (high - low), high + 0.03 * (high - low))
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))


def _numbers(found: Mapping[str, Aggregates], names: Sequence[str]) -> Table:
    columns = [Column("agent")]
    for title in _PANELS:
        columns += [Column(title.rstrip(" ↓"), score), Column(f"95% interval of the {title.rstrip(' ↓')}", interval)]
    rows = tuple(
        (name, *(part for estimate in found[name] for part in (estimate.value, estimate))) for name in names
    )  # fmt: skip
    return Table("Interval estimates", tuple(columns), rows)
