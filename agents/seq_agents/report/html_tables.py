"""Tables as a page shows them: cells with a text, and the number that they are sorted by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from seq_agents.report.statistics import Estimate
from seq_agents.report.table import Table


class Cell(NamedTuple):
    """One value."""

    text: str
    value: str
    """The number behind it, as a text; empty if there is none."""
    shade: str = ""
    """How full to colour it, from 0 to 1; empty: not at all."""
    link: str = ""


class Heading(NamedTuple):
    """Of a column."""

    text: str
    numeric: bool
    sort: str
    """As `aria-sort` has it; empty: the rows are not sorted by this column."""


@dataclass(frozen=True)
class View:
    """A table, ready to be shown."""

    title: str
    note: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[tuple[Cell, ...], ...]
    """Rows that stay at the end however the others are sorted."""


def view(
    table: Table,
    *,
    sorted_by: str = "",
    foot: int = 0,
    shaded: tuple[int, int] = (0, 0),
    links: tuple[str, ...] = (),
) -> View:
    """A table to be shown.

    Args:
        table: its rows are in order already.
        sorted_by: the heading that the rows are sorted by, from the highest value on.
        foot: how many rows at the end stay there.
        shaded: the columns from the one to before the other are normalised scores and shaded by them.
        links: where the first cell of each row leads.
    """
    headings = tuple(
        Heading(column.heading, numeric(table, place), "descending" if column.heading == sorted_by else "")
        for place, column in enumerate(table.columns)
    )
    rows = [
        tuple(
            Cell(
                text,
                _number(value),
                _shade(value) if shaded[0] <= place < shaded[1] else "",
                links[at] if links and place == 0 else "",
            )
            for place, (text, value) in enumerate(zip(texts, row, strict=True))
        )
        for at, (texts, row) in enumerate(zip(table.texts(), table.rows, strict=True))
    ]
    first = len(rows) - foot
    return View(table.title, table.note, headings, tuple(rows[:first]), tuple(rows[first:]))


def numeric(table: Table, place: int) -> bool:
    """Whether a column is of numbers."""
    seen = [row[place] for row in table.rows if row[place] is not None]
    return all(isinstance(one, (int, float, Estimate)) for one in seen) and bool(seen)


def _number(value: Any) -> str:
    value = value.value if isinstance(value, Estimate) else value
    if isinstance(value, (int, float)) and not math.isnan(value):
        return "Infinity" if value == math.inf else f"{value:.10g}"  # As JavaScript reads it.
    return ""


def _shade(value: Any) -> str:
    if isinstance(value, float) and math.isfinite(value):
        return f"{min(1.0, max(0.0, value)):.2f}"
    return ""
