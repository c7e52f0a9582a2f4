"""A table as plain data: columns that say how a value is shown, and rows of values."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # It imports scipy, which `seq-envs show` must not need.
    from seq_agents.report.statistics import Estimate


@dataclass(frozen=True)
class Column:
    """How a column is shown."""

    heading: str
    show: Callable[[Any], str] = str
    """The text of a value; the value itself is what is sorted by and what CSV has."""


@dataclass(frozen=True)
class Table:
    """Rows of values; None is shown as nothing."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    note: str = ""

    def only(self, headings: Sequence[str], note: str) -> Table:
        """The table with these columns, and a note that says no more than they need."""
        places = [place for place, column in enumerate(self.columns) if column.heading in headings]
        rows = tuple(tuple(row[place] for place in places) for row in self.rows)
        return Table(self.title, tuple(self.columns[place] for place in places), rows, note)

    def texts(self) -> list[list[str]]:
        """The rows as they are shown."""
        return [
            ["" if value is None else column.show(value) for column, value in zip(self.columns, row, strict=True)]
            for row in self.rows
        ]


def score(value: float) -> str:
    """A share or a normalised score."""
    return "undefined" if math.isnan(value) else f"{value:.4f}"


def percent(value: float) -> str:
    """A share of runs."""
    return f"{value:.0%}"


def count(value: float) -> str:
    """A number of steps, or the lack of it."""
    return "unsolved" if math.isinf(value) else f"{value:,.0f}"


def duration(value: float) -> str:
    """Seconds."""
    return "unsolved" if math.isinf(value) else f"{value:,.1f}"


def interval(value: Estimate) -> str:
    """The ends of a 95% interval."""
    return "undefined" if math.isnan(value.value) else f"{value.low:.4f} to {value.high:.4f}"


def ratio(value: float) -> str:
    """How many times as much."""
    return "unsolved" if math.isinf(value) else f"{value:.2f}"
