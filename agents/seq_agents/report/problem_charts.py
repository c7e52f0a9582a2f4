"""The charts of one problem: learning curves, and accuracy at each time step."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from seq_agents.report import axes as axes_of
from seq_agents.report.compared_agents import Role, role_of
from seq_agents.report.curves import Curve, by_step, mean_curve
from seq_agents.report.drawing import Chart, Drawing, Margins, Places, line, words
from seq_agents.report.outcome import Outcome, labels_of, names_of, needs_memory, of
from seq_agents.report.table import Column, Table, count, score
from seq_envs.level import LEVELS

_MARGINS = Margins(right=86)
_FEW = 3
"""With at most this number of scored steps, the markers of agents are side by side."""
_DIP = -0.3
"""The axis does not extend below this for a learning curve that ends higher."""


def learning(done: Sequence[Outcome], label: str, key: str, places: Places) -> Chart | None:
    """The learning curves; None where the problem has no normalised score."""
    here = of(done, label=label)
    curves = {name: mean_curve(of(here, name=name)) for name in names_of(here)}
    curves = {name: curve for name, curve in curves.items() if np.isfinite(curve.middle).all()}
    if not curves:
        return None
    levels = here[0].final.levels
    heights = {name: levels.normalize(getattr(levels, name).accuracy) for name in LEVELS}
    last = {name: float(curve.middle[-1]) for name, curve in curves.items()}

    def paint(axes: Axes) -> None:
        steps = [float(step) for curve in curves.values() for step in curve.steps]
        axes_of.log_steps(axes, steps, "time steps learned from")
        dips = [max(_DIP, float(curve.middle.min())) for curve in curves.values()]
        axes_of.normalised(axes, [*last.values(), *dips, *(height for height in heights.values() if height > -1)])
        axes_of.levels(axes, heights)
        for name, curve in curves.items():
            _draw(axes, curve, places[name])

    ends = words([(name, score(value)) for name, value in last.items()])
    alt = f"Learning curves on {label}: normalised score against time steps learned from. At the end: {ends}."
    notes = ["Greedy evaluations: interquartile means over seeds, and bands from the lowest to the highest seed."]
    below = [f"{name} is at {score(height)}" for name, height in heights.items() if height < -1]
    if below:
        notes.append(f"Below the axis: {', '.join(below)}.")
    rows = [
        (name, int(steps), float(middle), *_ends(low, high, curve.seeds))
        for name, curve in curves.items()
        for steps, middle, low, high in zip(curve.steps, curve.middle, curve.low, curve.high, strict=True)
    ]
    columns = (
        Column("agent"), Column("steps", count), Column("normalised, IQM", score), Column("lowest", score),
        Column("highest", score),
    )  # fmt: skip
    return Chart(
        key=key, title="Learning curves", drawing=Drawing(alt=alt, paint=paint, margins=_MARGINS), names=tuple(curves),
        data=Table("Learning curves", columns, tuple(rows)), note=" ".join(notes),
    )  # fmt: skip


def _ends(low: float, high: float, seeds: int) -> tuple[float | None, float | None]:
    return (float(low), float(high)) if seeds > 1 else (None, None)


def _draw(axes: Axes, curve: Curve, place: int) -> None:
    drawn = line(place)
    if curve.steps[-1] <= 0:  # The agent does not learn.
        axes.axhline(curve.middle[-1], **{**drawn, "marker": ""})
        return
    kept = curve.steps > 0
    steps, middle, low, high = (values[kept] for values in (curve.steps, curve.middle, curve.low, curve.high))
    if curve.seeds > 1:
        axes.fill_between(steps, low, high, color=drawn["color"], alpha=0.12, linewidth=0)
    axes.plot(steps, middle, **drawn, markevery=_marked(len(steps), place))


def _marked(points: int, place: int) -> list[int]:
    """The points that have markers: the last one, and every sixth from a different start for each agent."""
    return sorted({*range(place % 5, points, 6), points - 1})


def accuracy_by_step(done: Sequence[Outcome], label: str, key: str, places: Places) -> Chart:
    """Accuracy at each time step."""
    here = of(done, label=label)
    means = {name: by_step(of(here, name=name)) for name in names_of(here)}
    levels = here[0].final.levels
    heights = {name: getattr(levels, name).accuracy for name in LEVELS}
    last = max(len(mean) for mean in means.values())
    scored = [
        step for step in range(last) if any(step < len(mean) and math.isfinite(mean[step]) for mean in means.values())
    ]

    def paint(axes: Axes) -> None:
        axes_of.counted(axes, min(scored, default=0) + 1, max(scored, default=0) + 1, "time step")
        axes_of.accuracies(axes, [*heights.values(), *(share for mean in means.values() for share in mean)])
        axes_of.levels(axes, heights)
        for name, mean in means.items():
            place = places[name]
            rank = list(means).index(name)
            aside = (rank - (len(means) - 1) / 2) * 0.6 / len(means) if len(scored) <= _FEW else 0.0
            steps = [step + aside for step in range(1, len(mean) + 1)]
            axes.plot(steps, mean, **line(place), markevery=_marked_steps(mean, rank, len(means)))

    alt = f"Accuracy at each time step on {label}. {_in_words(means, scored)} {_of_levels(heights)}"
    columns = (Column("time step", count), *(Column(name, score) for name in means))
    rows = tuple((step + 1, *(_at(mean, step) for mean in means.values())) for step in scored)
    asked = "every step is scored" if len(scored) == last else f"{len(scored)} of {last} steps are scored"
    return Chart(
        key=key, title="Accuracy at each time step", drawing=Drawing(alt=alt, paint=paint, margins=_MARGINS),
        names=tuple(means),
        data=Table("Accuracy at each time step", columns, rows),
        note=f"Final evaluation, interquartile means over seeds; {asked}. The levels are means over all scored steps: "
        f"{words([(name, score(height)) for name, height in heights.items()])}.",
    )  # fmt: skip


_TELLING = 0.1
"""The least difference of accuracy between two steps that a report puts first."""


def most_telling(done: Sequence[Outcome], key: str, places: Places) -> Chart | None:
    """Accuracy at each time step on the problem where the step matters most; None if it matters nowhere.

    It matters as much as the accuracies of an agent with a memory differ between its best and its worst scored step.
    """
    ranges = {}
    for label in labels_of(done):
        for name in names_of(of(done, label=label)):
            here = of(done, label=label, name=name)
            scored = [share for share in by_step(here) if math.isfinite(share)]
            remembers = role_of(here[0].entry.agent) in (Role.LEARNED_MEMORY, Role.INPUT_MEMORY, Role.FROZEN_MEMORY)
            if len(scored) > _FEW and needs_memory(here[0]) and remembers:
                ranges[label, name] = max(scored) - min(scored)
    if not ranges or max(ranges.values()) < _TELLING:
        return None
    label, name = max(ranges, key=lambda which: ranges[which])
    chart = accuracy_by_step(done, label, key, places)
    return dataclasses.replace(
        chart,
        title=f"Accuracy along an episode of {label}",
        note=f"Of all problems, the time step matters most here: the accuracy of {name} differs by "
        f"{score(ranges[label, name])} between its best and its worst scored step. {chart.note}",
    )


def _marked_steps(mean: Sequence[float], rank: int, agents: int) -> list[int]:
    """The steps that have markers: the agents take turns, and a step without a scored neighbour always has one."""
    scored = [math.isfinite(share) for share in [math.nan, *mean, math.nan]]
    apart = max(agents, sum(scored) // 6)
    return [
        step
        for step in range(len(mean))
        if scored[step + 1] and (step % apart == rank or not (scored[step] or scored[step + 2]))
    ]


def _at(mean: Sequence[float], step: int) -> float | None:
    return mean[step] if step < len(mean) and math.isfinite(mean[step]) else None


def _in_words(means: Mapping[str, Sequence[float]], scored: Sequence[int]) -> str:
    if not scored:
        return "No step is scored."
    ranges = []
    for name, mean in means.items():
        seen = [share for share in mean if math.isfinite(share)]
        if seen:
            low, high = score(min(seen)), score(max(seen))
            ranges.append((name, low if low == high else f"{low} to {high}"))
    return f"From the worst to the best step: {words(ranges)}."


def _of_levels(heights: Mapping[str, float]) -> str:
    return f"Levels: {words([(name, score(height)) for name, height in heights.items()])}."
