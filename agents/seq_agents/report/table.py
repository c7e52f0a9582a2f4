"""Tables as plain data: rows of values, and columns that turn a value into text."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from seq_agents.report.estimate import Estimate


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    heading: str
    show: Callable[[Any], str] = str
    """Turns a value into its text. Sorting and CSV files use the value itself."""


@dataclass(frozen=True)
class Table:
    """Rows of values; the text of None is empty."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    note: str = ""

    def only(self, headings: Sequence[str], note: str) -> Table:
        """The table with only the columns of these headings, and with another note."""
        places = [place for place, column in enumerate(self.columns) if column.heading in headings]
        rows = tuple(tuple(row[place] for place in places) for row in self.rows)
        return Table(self.title, tuple(self.columns[place] for place in places), rows, note)

    def ordered(self, headings: Sequence[str]) -> Table:
        """The table with its columns in the order of these headings."""
        places = [[column.heading for column in self.columns].index(heading) for heading in headings]
        rows = tuple(tuple(row[place] for place in places) for row in self.rows)
        return Table(self.title, tuple(self.columns[place] for place in places), rows, self.note)

    def without_empty(self, heading: str) -> Table:
        """The table without the column of this heading, if no row has a value there."""
        headings = [column.heading for column in self.columns]
        place = headings.index(heading)
        if not self.rows or any(row[place] is not None for row in self.rows):
            return self
        return self.only([other for other in headings if other != heading], self.note)

    def texts(self) -> list[list[str]]:
        """The texts of the rows."""
        return [
            ["" if value is None else column.show(value) for column, value in zip(self.columns, row, strict=True)]
            for row in self.rows
        ]

    def numeric(self, place: int) -> bool:
        """Whether the column at a place holds numbers."""
        values = [row[place] for row in self.rows if row[place] is not None]
        return all(isinstance(value, (int, float, Estimate)) for value in values) and bool(values)


def counted(number: int, what: str, several: str = "") -> str:
    """A number and what it counts, such as "1 run" or "2,000 runs".

    Args:
        number: of things.
        what: the name of one thing.
        several: the name of several things, if it is not `what` with an "s".
    """
    return f"{number:,} {what if number == 1 else several or f'{what}s'}"


def score(value: float) -> str:
    """The text of a probability or a normalised score."""
    return "undefined" if math.isnan(value) else f"{value:z.4f}"


def percent(value: float) -> str:
    """The text of a share of runs."""
    return f"{value:.0%}"


def count(value: float) -> str:
    """The text of a number of steps; an infinite number means that the problem was not solved."""
    return "unsolved" if math.isinf(value) else f"{value:,.0f}"


def duration(value: float) -> str:
    """The text of a number of seconds; an infinite number means that the problem was not solved."""
    return "unsolved" if math.isinf(value) else f"{value:,.1f}"


def interval(value: Estimate) -> str:
    """The text of a 95% interval."""
    if math.isnan(value.value):
        return "undefined"
    if not value.has_interval:
        return f"{value.seeds} seed{'s' if value.seeds > 1 else ''}: no interval"
    return f"{value.low:z.4f} to {value.high:z.4f}"


def ratio(value: float) -> str:
    """The text of a ratio; an infinite one means that the problem was not solved."""
    return "unsolved" if math.isinf(value) else f"{value:.2f}"
