"""The charts over all problems: performance profiles, and learning from rewards beside learning from examples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from seq_agents.report import axes as axes_of
from seq_agents.report.compared_agents import name_learning_from_examples
from seq_agents.report.drawing import (
    FAINT,
    MARKED,
    PAPER,
    Chart,
    Drawing,
    Margins,
    Places,
    line,
    style,
    words,
    wrapped,
)
from seq_agents.report.outcome import Outcome, labels_of, names_of, needs_memory, of
from seq_agents.report.statistics import FEWEST_SEEDS, THRESHOLDS, performance_profile
from seq_agents.report.table import Column, Table, count, percent
from seq_agents.report.tables import rewards_against_examples

_ALMOST = 95
"""The index of 0.95 in `THRESHOLDS`."""


def profiles(done: Sequence[Outcome], places: Places, key: str = "profiles") -> Chart | None:
    """The share of an agent's runs that reaches each score; None where no problem needs memory."""
    done = [outcome for outcome in done if needs_memory(outcome) and not math.isnan(outcome.final.normalized)]
    if not done:
        return None
    names = names_of(done)
    shares = {}
    for name in names:
        mine = of(done, name=name)
        strata = [[outcome.final.normalized for outcome in of(mine, label=label)] for label in labels_of(mine)]
        shares[name] = performance_profile(strata)

    def paint(axes: Axes) -> None:
        for name, (share, low, high) in shares.items():
            drawn = line(places[name])
            axes.fill_between(THRESHOLDS, low, high, step="post", color=drawn["color"], alpha=0.14, linewidth=0)
            start = 4 + 3 * places[name] % 16  # Markers of equal curves do not cover each other.
            axes.plot(THRESHOLDS, share, **drawn, markevery=(start, 20), drawstyle="steps-post")
        axes.set(xlim=(0, 1), ylim=(-0.03, 1.03), xlabel="normalised score of at least", ylabel="share of runs")

    reached = words([(name, percent(share[0][_ALMOST])) for name, share in shares.items()])
    alt = f"Performance profiles: the share of runs with at least a normalised score. With at least 0.95: {reached}."
    data = Table(
        "Performance profiles",
        (Column("normalised score of at least", "{:.2f}".format), *(Column(name, _share) for name in names)),
        tuple(
            (float(threshold), *(tuple(float(share) for share in shares[name][:, place]) for name in names))
            for place, threshold in enumerate(THRESHOLDS)
        ),
    )  # fmt: skip
    return Chart(
        key=key, title="Performance profiles", drawing=Drawing(alt=alt, paint=paint, height=260),
        names=tuple(names),
        data=data,
        note="The share of an agent's runs, over the problems that need memory, with at least this normalised score: "
        f"the higher, the better. Bands: 95%, by bootstrap over seeds, from {FEWEST_SEEDS} seeds of each problem on.",
    )  # fmt: skip


def _share(value: tuple[float, float, float]) -> str:
    """The text of a share and its interval."""
    share, low, high = value
    if math.isnan(low) or low == high:
        return percent(share)
    return f"{percent(share)} ({percent(low)} to {percent(high)})"


def rewards(done: Sequence[Outcome], places: Places) -> Chart | None:
    """Steps to solve each problem, from rewards and from examples; None if there is nothing to compare."""
    table = rewards_against_examples(done)
    if not table.rows:
        return None
    by_example = name_learning_from_examples(done)
    assert by_example is not None
    labels = list(dict.fromkeys(row[0] for row in table.rows))
    names = list(dict.fromkeys(row[1] for row in table.rows))
    height = {label: -place for place, label in enumerate(labels)}
    drawn = [*names, by_example]
    lane = {name: 0.5 * ((place + 0.5) / len(drawn) - 0.5) for place, name in enumerate(drawn)}
    """Heights above and below the middle of a row, so that equal dots do not cover each other."""
    dots = [(row[0], name, steps) for row in table.rows for name, steps in ((row[1], row[2]), (by_example, row[3]))]
    known = [steps for _, _, steps in dots if math.isfinite(steps) and steps > 0] or [1.0, 10.0]
    beyond = max(known) * (max(known) / min(known)) ** 0.12 * 1.4
    """The x coordinate of problems that were not solved."""

    def x_of(steps: float) -> float:
        return float(max(steps, min(known) / 1.2)) if math.isfinite(steps) else beyond

    def paint(axes: Axes) -> None:
        axes_of.log_steps(axes, [*known, beyond], "time steps until solved")
        for label in labels:
            ends = [x_of(steps) for problem, _, steps in dots if problem == label]
            axes.plot([min(ends), max(ends)], [height[label]] * 2, color=FAINT, linewidth=1.5, zorder=1)
        for label, name, steps in dict.fromkeys(dots):
            axes.plot([x_of(steps)], [height[label] + lane[name]], **_dot(places[name], math.isfinite(steps)))
        if any(math.isinf(steps) for _, _, steps in dots):
            axes.axvline(beyond / 1.3, color=FAINT, linewidth=0.8, linestyle=(0, (2, 2)))
            axes.annotate(
                "unsolved", (beyond, 1.0), (0, 4), xycoords=("data", "axes fraction"), textcoords="offset points",
                ha="center", fontsize=10.5,
            )  # fmt: skip
        axes.set_ylim(-len(labels) + 0.4, 0.6)
        axes.set_yticks([height[label] for label in labels], [wrapped(label, 24, 2) for label in labels], fontsize=11)
        axes.grid(False, axis="y")
        axes.grid(True, axis="x")

    listed = words([(f"{row[1]} on {row[0]}", f"{count(row[2])} against {count(row[3])}") for row in table.rows])
    alt = f"Time steps until solved, from rewards against {by_example}, which learns from right answers: {listed}."
    lines = sum(wrapped(label, 24, 2).count("\n") + 1 for label in labels)
    return Chart(
        key="rewards", title=table.title,
        drawing=Drawing(
            alt=alt, paint=paint, height=74 + 24 * max(lines * 0.6, len(labels)),
            margins=Margins(left=162, right=28, top=22),
        ),
        names=tuple(drawn), data=table, note=table.note,
    )  # fmt: skip


def _dot(place: int, solved: bool) -> dict[str, Any]:
    """A marker without a line, hollow where the problem was not solved."""
    color, _, marker = style(place)
    look = {**MARKED, "color": color, "marker": marker, "linestyle": "", "clip_on": False, "markersize": 6.5}
    return look if solved else {**look, "markerfacecolor": PAPER, "markeredgecolor": color, "markeredgewidth": 1.0}
