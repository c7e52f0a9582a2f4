"""Charts of how far agents remember: over growing lags and lengths, and on episodes longer than in training."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from seq_agents.experiments.entry import Entry
from seq_agents.report import axes as axes_of
from seq_agents.report.drawing import Chart, Drawing, Margins, Places, line, words, wrapped
from seq_agents.report.estimate import Estimate
from seq_agents.report.horizon_tables import REMEMBERS, horizon_table, longer_table
from seq_agents.report.outcome import Outcome
from seq_agents.report.statistics import FEWEST_SEEDS
from seq_agents.report.table import Column, Table, score

Row = tuple[Any, ...]


def reached(done: Sequence[Outcome], asked: Sequence[Entry]) -> Table:
    """A row for each agent, a column for each sweep: the horizon of the agent."""
    table = horizon_table(done, asked)
    sweeps = list(dict.fromkeys((row[1], row[2]) for row in table.rows))
    names = list(dict.fromkeys(row[0] for row in table.rows))
    horizons = {(row[0], row[1], row[2]): row[-1] for row in table.rows}
    return Table(
        table.title,
        (Column("agent"), *(Column(f"{id}: {varied}") for id, varied in sweeps)),
        tuple((name, *(horizons.get((name, *sweep)) for sweep in sweeps)) for name in names),
        table.note,
    )


def horizons(done: Sequence[Outcome], asked: Sequence[Entry], places: Places) -> list[Chart]:
    """A chart for each sweep: the normalised score over the parameter that varies."""
    table = horizon_table(done, asked)
    sweeps = dict.fromkeys((row[1], row[2]) for row in table.rows)
    return [
        _horizon(f"horizon-{place}", id, varied, _part(table, (id, varied)), places)
        for place, (id, varied) in enumerate(sweeps)
    ]


def _part(table: Table, sweep: tuple[str, str]) -> Table:
    return dataclasses.replace(table, rows=tuple(row for row in table.rows if (row[1], row[2]) == sweep), note="")


def _horizon(key: str, id: str, varied: str, data: Table, places: Places) -> Chart:
    names = list(dict.fromkeys(row[0] for row in data.rows))
    values = [float(row[3]) for row in data.rows]

    def paint(axes: Axes) -> None:
        axes_of.doubling(axes, values, varied)
        axes_of.normalised(axes, [row[5] for row in data.rows])
        axes_of.levels(axes, {"memoryless": 0.0, f"{REMEMBERS}": REMEMBERS})
        for name in names:
            mine = [row for row in data.rows if row[0] == name]
            axes.plot([row[3] for row in mine], [row[5] for row in mine], **line(places[name]))
            _intervals(axes, [(row[3], row[6]) for row in mine], places[name])

    far = words([(name, str(next(row[-1] for row in data.rows if row[0] == name))) for name in names])
    alt = f"Memory horizon on {id}: normalised score against {varied}. Remembered up to: {far}."
    return Chart(
        key=key, title=f"{id}: {varied}", drawing=Drawing(alt=alt, paint=paint, margins=Margins(right=84)),
        names=tuple(names),
        data=data,
        note=f"Interquartile means over seeds, with 95% intervals from {FEWEST_SEEDS} seeds on. An agent remembers "
        f"where its score is at least {REMEMBERS}.",
    )  # fmt: skip


def longer(done: Sequence[Outcome], places: Places) -> list[Chart]:
    """A chart for each problem that was learned at one size and evaluated at other sizes."""
    table = longer_table(done)
    labels = dict.fromkeys(row[1] for row in table.rows)
    return [_longer(f"longer-{place}", label, table, places) for place, label in enumerate(labels)]


def _longer(key: str, label: str, table: Table, places: Places) -> Chart:
    rows = [row for row in table.rows if row[1] == label]
    scored = [row for row in rows if row[3] is not None]  # A network of one size has no score at the other sizes.
    names = list(dict.fromkeys(row[0] for row in rows))
    sizes = list(dict.fromkeys(row[2] for row in rows))

    def paint(axes: Axes) -> None:
        axes_of.normalised(axes, [row[3] for row in scored])
        axes_of.levels(axes, {"memoryless": 0.0, "optimal": 1.0})
        for name in names:
            mine = [row for row in scored if row[0] == name]
            axes.plot([sizes.index(row[2]) for row in mine], [row[3] for row in mine], **line(places[name]))
            _intervals(axes, [(sizes.index(row[2]), row[4]) for row in mine], places[name])
        axes.set_xlim(-0.4, len(sizes) - 0.6)
        varied, labels = _sizes(sizes)
        axes.set_xticks(range(len(sizes)), labels)
        axes.set_xlabel(f"evaluated at {varied}".rstrip())

    ends = words([(name, _span([row for row in rows if row[0] == name])) for name in names])
    alt = f"Learned on {label}, evaluated at other sizes: normalised score. From the first size to the last: {ends}."
    return Chart(
        key=key, title=label, drawing=Drawing(alt=alt, paint=paint, margins=Margins(right=84, bottom=56)),
        names=tuple(names),
        data=Table(table.title, table.columns, tuple(rows)), note=table.note,
    )  # fmt: skip


def _sizes(sizes: Sequence[str]) -> tuple[str, list[str]]:
    """The parameter that all sizes vary, and the label of each size; the parameter is empty if there are several."""
    names = {size.partition("=")[0] for size in sizes[1:]}
    if len(names) == 1 and not any(", " in size for size in sizes):
        return names.pop(), ["as\nlearned", *(size.partition("=")[2] for size in sizes[1:])]
    return "", [wrapped(size, 13) for size in sizes]


def _span(rows: Sequence[Row]) -> str:
    first, last = ("no score" if row[3] is None else score(row[3]) for row in (rows[0], rows[-1]))
    return f"{first} to {last}"


def _intervals(axes: Axes, at: Sequence[tuple[float, Estimate]], place: int) -> None:
    """Vertical lines for the intervals, where there are any."""
    known = [(x, estimate) for x, estimate in at if estimate.has_interval]
    axes.vlines(
        [x for x, _ in known], [estimate.low for _, estimate in known], [estimate.high for _, estimate in known],
        color=line(place)["color"], linewidth=1.2,
    )  # fmt: skip
