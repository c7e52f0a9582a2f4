"""The charts over all problems: performance profiles, and rewards beside examples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from seq_agents.report import axes as axes_of
from seq_agents.report.drawing import FAINT, MARKED, PAPER, Chart, Margins, Places, line, shown, style, svg, words
from seq_agents.report.outcome import Outcome, labels_of, names_of, needs_memory, of
from seq_agents.report.statistics import THRESHOLDS, Estimate, performance_profile
from seq_agents.report.table import Column, Table, count, percent
from seq_agents.report.tables import rewards_against_examples

_ALMOST = 95
"""The place of 0.95 in `THRESHOLDS`."""


def profiles(done: Sequence[Outcome], places: Places) -> Chart | None:
    """How large a share of an agent's runs reaches each score; None where no problem needs memory."""
    done = [one for one in done if needs_memory(one) and not math.isnan(one.final.normalized)]
    if not done:
        return None
    names = names_of(done)
    shares = {}
    for name in names:
        mine = of(done, name=name)
        strata = [[one.final.normalized for one in of(mine, label=label)] for label in labels_of(mine)]
        shares[name] = performance_profile(strata)

    def paint(axes: Axes) -> None:
        for name, (share, low, high) in shares.items():
            drawn = line(places[name])
            axes.fill_between(THRESHOLDS, low, high, step="post", color=drawn["color"], alpha=0.14, linewidth=0)
            start = 4 + 3 * places[name] % 16  # So that markers of curves that agree do not cover each other.
            axes.plot(THRESHOLDS, share, **drawn, markevery=(start, 20), drawstyle="steps-post")
        axes.set(xlim=(0, 1), ylim=(-0.03, 1.03), xlabel="normalised score of at least", ylabel="share of runs")

    reached = words([(name, percent(share[0][_ALMOST])) for name, share in shares.items()])
    alt = f"Performance profiles: the share of runs with at least a normalised score. With at least 0.95: {reached}."
    data = Table(
        "Performance profiles",
        (Column("normalised score of at least", "{:.2f}".format), *(Column(name, _share) for name in names)),
        tuple(
            (float(threshold), *(Estimate(*(float(one) for one in shares[name][:, place])) for name in names))
            for place, threshold in enumerate(THRESHOLDS)
        ),
    )  # fmt: skip
    return Chart(
        key="profiles", title="Performance profiles", svg=svg("profiles", alt, paint, 260), names=tuple(names),
        data=data,
        note="The share of an agent's runs, over the problems that need memory, with at least this normalised score: "
        "the higher, the better. Bands: 95%, by bootstrap over seeds.",
    )  # fmt: skip


def _share(value: Estimate) -> str:
    if value.low == value.high:
        return percent(value.value)
    return f"{percent(value.value)} ({percent(value.low)} to {percent(value.high)})"


def rewards(done: Sequence[Outcome], places: Places) -> Chart | None:
    """Steps to solve each problem, by reward and by example; None where there is nothing to compare."""
    table = rewards_against_examples(done)
    if not table.rows:
        return None
    shown_name = next(one.entry.name for one in done if one.entry.agent == "lstm")
    labels = list(dict.fromkeys(row[0] for row in table.rows))
    names = list(dict.fromkeys(row[1] for row in table.rows))
    height = {label: -place for place, label in enumerate(labels)}
    drawn = [*names, shown_name]
    lane = {name: 0.5 * ((place + 0.5) / len(drawn) - 0.5) for place, name in enumerate(drawn)}
    """Above and below the middle of a row, so that what is alike does not cover each other."""
    dots = [(row[0], name, steps) for row in table.rows for name, steps in ((row[1], row[2]), (shown_name, row[3]))]
    known = [steps for _, _, steps in dots if math.isfinite(steps) and steps > 0] or [1.0, 10.0]
    beyond = max(known) * (max(known) / min(known)) ** 0.12 * 1.4
    """Where those are that were not solved."""

    def where(steps: float) -> float:
        return float(max(steps, min(known) / 1.2)) if math.isfinite(steps) else beyond

    def paint(axes: Axes) -> None:
        axes_of.log_steps(axes, [*known, beyond], "time steps until solved")
        for label in labels:
            ends = [where(steps) for one, _, steps in dots if one == label]
            axes.plot([min(ends), max(ends)], [height[label]] * 2, color=FAINT, linewidth=1.5, zorder=1)
        for label, name, steps in dict.fromkeys(dots):
            axes.plot([where(steps)], [height[label] + lane[name]], **_dot(places[name], math.isfinite(steps)))
        if any(math.isinf(steps) for _, _, steps in dots):
            axes.axvline(beyond / 1.3, color=FAINT, linewidth=0.8, linestyle=(0, (2, 2)))
            axes.annotate(
                "unsolved", (beyond, 1.0), (0, 4), xycoords=("data", "axes fraction"), textcoords="offset points",
                ha="center", fontsize=10.5,
            )  # fmt: skip
        axes.set_ylim(-len(labels) + 0.4, 0.6)
        axes.set_yticks([height[label] for label in labels], [shown(label, 24, 2) for label in labels], fontsize=11)
        axes.grid(False, axis="y")
        axes.grid(True, axis="x")

    told = words([(f"{row[1]} on {row[0]}", f"{count(row[2])} against {count(row[3])}") for row in table.rows])
    alt = f"Time steps until solved, learning from rewards against lstm, which learns from right answers: {told}."
    lines = sum(shown(label, 24, 2).count("\n") + 1 for label in labels)
    return Chart(
        key="rewards", title=table.title,
        svg=svg("rewards", alt, paint, 74 + 24 * max(lines * 0.6, len(labels)), Margins(left=162, right=28, top=22)),
        names=tuple(drawn), data=table, note=table.note,
    )  # fmt: skip


def _dot(place: int, solved: bool) -> dict[str, Any]:
    """A marker alone, hollow where the problem was not solved."""
    color, _, marker = style(place)
    look = {**MARKED, "color": color, "marker": marker, "linestyle": "", "clip_on": False, "markersize": 6.5}
    return look if solved else {**look, "markerfacecolor": PAPER, "markeredgecolor": color, "markeredgewidth": 1.0}
