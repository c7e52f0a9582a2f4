"""Charts of a search over one setting: the score over its values."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from seq_agents.report import axes as axes_of
from seq_agents.report.drawing import Chart, Drawing, Margins, Places, line, words
from seq_agents.report.outcome import Outcome, labels_of, of
from seq_agents.report.search_tables import trial_scores
from seq_agents.report.table import Table, score


def searched(done: Sequence[Outcome], places: Places) -> list[Chart]:
    """A chart for each problem, if the search is over one setting and its values are positive numbers."""
    names = {outcome.entry.trial.partition("=")[0] for outcome in done}
    if len(names) != 1 or any(", " in outcome.entry.trial for outcome in done):
        return []
    values = {outcome.entry.trial: _number(outcome.entry.trial) for outcome in done}
    if any(value is None or value <= 0 for value in values.values()):
        return []
    known = {trial: value for trial, value in values.items() if value is not None}
    return [
        _chart(f"search-{place}", label, names.copy().pop(), trial_scores(of(done, label=label)), known, places)
        for place, label in enumerate(labels_of(done))
    ]


def _number(trial: str) -> float | None:
    """The value of a setting in words, such as "learning_rate=0.01"; None if it is no number."""
    try:
        return float(trial.partition("=")[2])
    except ValueError:
        return None


def _chart(key: str, label: str, setting: str, data: Table, values: dict[str, float], places: Places) -> Chart:
    names = list(dict.fromkeys(row[1] for row in data.rows))
    curves = {name: sorted((values[row[2]], row[4]) for row in data.rows if row[1] == name) for name in names}

    def paint(axes: Axes) -> None:
        axes_of.doubling(axes, [value for curve in curves.values() for value, _ in curve], setting)
        axes_of.normalised(axes, [height for curve in curves.values() for _, height in curve])
        axes_of.levels(axes, {"memoryless": 0.0, "optimal": 1.0})
        for name, curve in curves.items():
            axes.plot(*zip(*curve, strict=True), **line(places[name]))

    best = words([(name, f"{score(max(height for _, height in curve))}") for name, curve in curves.items()])
    lower = any(height < axes_of.LOWEST for curve in curves.values() for _, height in curve)
    below = f" Scores below {axes_of.LOWEST:g} are not drawn." if lower else ""
    alt = f"Search on {label}: normalised score against {setting}. The best score of each agent: {best}."
    return Chart(
        key=key, title=f"{label}: {setting}", drawing=Drawing(alt=alt, paint=paint, margins=Margins(right=84)),
        names=tuple(names),
        data=data, note=f"Means over the seeds of each trial of {setting}.{below}",
    )  # fmt: skip
