"""Tables for a page: the text of each cell, and the number that the browser sorts it by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from seq_agents.report.estimate import Estimate
from seq_agents.report.table import Table


class HtmlCell(NamedTuple):
    """A cell of a table on a page."""

    text: str
    value: str
    """The number that the cell is sorted by, as JavaScript reads it; empty if it has none."""
    shade: str = ""
    """How strongly the cell is coloured, from 0 to 1; empty: not at all."""
    link: str = ""
    """The target of a link on the cell; empty: no link."""


class HtmlHeading(NamedTuple):
    """The heading of a column on a page."""

    text: str
    numeric: bool
    sort: str
    """The attribute `aria-sort`; empty if the rows are not sorted by this column."""


@dataclass(frozen=True)
class HtmlTable:
    """A table on a page."""

    title: str
    note: str
    headings: tuple[HtmlHeading, ...]
    rows: tuple[tuple[HtmlCell, ...], ...]
    foot: tuple[tuple[HtmlCell, ...], ...]
    """Rows that stay at the end, however the other rows are sorted."""


def html_table(
    table: Table,
    *,
    sorted_by: str = "",
    foot: int = 0,
    shaded: tuple[int, int] = (0, 0),
    links: tuple[str, ...] = (),
) -> HtmlTable:
    """A table for a page.

    Args:
        table: its rows are in order already.
        sorted_by: the heading of the column that the rows are sorted by, from the highest value on.
        foot: how many rows at the end stay there.
        shaded: the first column with normalised scores, which are coloured, and the first column after them.
        links: the targets of links on the first cell of each row.
    """
    headings = tuple(
        HtmlHeading(column.heading, table.numeric(place), "descending" if column.heading == sorted_by else "")
        for place, column in enumerate(table.columns)
    )
    rows = [
        tuple(
            HtmlCell(
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
    return HtmlTable(table.title, table.note, headings, tuple(rows[:first]), tuple(rows[first:]))


def _number(value: Any) -> str:
    value = value.value if isinstance(value, Estimate) else value
    if isinstance(value, (int, float)) and not math.isnan(value):
        return "Infinity" if value == math.inf else f"{value:.10g}"
    return ""


def _shade(value: Any) -> str:
    if isinstance(value, float) and math.isfinite(value):
        return f"{min(1.0, max(0.0, value)):.2f}"
    return ""
