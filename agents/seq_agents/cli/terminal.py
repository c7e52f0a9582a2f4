"""The layout of tables in a terminal."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Sequence

from seq_agents.report.table import Table
from seq_envs.transcript import TEXT_COLUMNS

_GAP = "  "
_NARROWEST = 20
"""The least width in characters of a note, so that a very narrow terminal gets whole words."""
_NOTE = 80
"""The width in characters of a note if the width of the terminal is unlimited."""


def print_table(table: Table) -> None:
    """Print a table and its note, as wide as the terminal at most."""
    if table.rows:
        print(text_of(table, terminal_width()))


def is_terminal() -> bool:
    """Whether stdout is a terminal that can rewrite what it shows."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def takes_colours() -> bool:
    """Whether stdout is such a terminal, and its user has not turned colours off."""
    return is_terminal() and not os.environ.get("NO_COLOR")


def terminal_width() -> int | None:
    """Characters in a line of the terminal; None: stdout is no terminal, and COLUMNS sets no width."""
    columns = os.environ.get("COLUMNS", "")
    width = int(columns) if columns.isdecimal() else 0
    if width or not sys.stdout.isatty():
        return width or None
    return shutil.get_terminal_size().columns


def drawing_width(width: int | None) -> int:
    """The most characters in a line of an episode that is drawn in a terminal of this width; None: unlimited."""
    return min(TEXT_COLUMNS, (width or TEXT_COLUMNS + 1) - 1)


def folded(text: str, width: int | None) -> str:
    """Sentences and other text as lines of at most this width where words allow it; None: unlimited."""
    if width is None:
        return text
    lines = (
        textwrap.wrap(line, max(width - 1, _NARROWEST), break_long_words=False, break_on_hyphens=False) or [""]
        for line in text.splitlines()
    )
    return "\n".join(line for wrapped in lines for line in wrapped)


def in_strips(rows: Sequence[str], width: int | None) -> str:
    """Rows of aligned columns, cut between columns into strips that fit; each strip begins with the first column.

    Args:
        rows: a label and columns, aligned to the right and with a space between them.
        width: of the terminal in characters; None: unlimited.
    """
    longest = max(map(len, rows))
    if width is None or longest < width:
        return "\n".join(rows)
    padded = [f"{row.ljust(longest)} " for row in rows]
    label = max(len(row.split(" ", 1)[0]) for row in rows)
    gaps = [place for place in range(label, longest + 1) if all(row[place] == " " for row in padded)]
    strips, start = [], label
    while start < longest:
        room = start + max(width - 1 - label, 1)
        end = max((place for place in gaps if start < place <= room), default=0)
        end = end or min((place for place in gaps if place > start), default=longest)
        strips.append("\n".join(f"{row[:label]}{row[start:end]}".rstrip() for row in padded))
        start = end
    return "\n\n".join(strips)


def wrapped(text: str) -> str:
    """A paragraph in lines as wide as the terminal."""
    return textwrap.fill(text, _note_width(terminal_width()), break_long_words=False)


def _note_width(width: int | None) -> int:
    return max(_NARROWEST, min(width or _NOTE, 2 * _NOTE))


def text_of(table: Table, width: int | None) -> str:
    """A table as text.

    Figures are never cut or wrapped. Where the table is too wide, its headings are wrapped; where it is still too
    wide, each row becomes a block with a line for each column.

    Args:
        table: the table.
        width: of the terminal in characters; None: unlimited.
    """
    rows = table.texts()
    one_line = [[column.heading] for column in table.columns]
    wrapped = [column.heading.split() or [""] for column in table.columns]
    fitting = next((headings for headings in (one_line, wrapped) if _width(headings, rows) <= (width or 10**9)), None)
    body = _blocks(table, rows) if fitting is None else _grid(fitting, rows)
    notes = [textwrap.fill(line, _note_width(width), break_long_words=False) for line in table.note.splitlines()]
    title = [table.title, ""] if table.title else []
    return "\n".join([*title, *body, *([""] if notes else []), *notes, ""])


def _widths(headings: Sequence[Sequence[str]], rows: Sequence[Sequence[str]]) -> list[int]:
    """The characters of each column."""
    return [
        max(len(text) for text in [*heading, *(row[place] for row in rows)]) for place, heading in enumerate(headings)
    ]


def _width(headings: Sequence[Sequence[str]], rows: Sequence[Sequence[str]]) -> int:
    return sum(_widths(headings, rows)) + len(_GAP) * (len(headings) - 1)


def _grid(headings: Sequence[Sequence[str]], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table: the first column is aligned to the left, the others to the right."""
    widths = _widths(headings, rows)
    height = max(len(heading) for heading in headings)
    padded = [[*[""] * (height - len(heading)), *heading] for heading in headings]
    lines = [*zip(*padded, strict=True), tuple("─" * width for width in widths), *rows]
    return [
        _GAP.join(
            text.rjust(width) if place else text.ljust(width)
            for place, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]


def _blocks(table: Table, rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table whose rows are blocks."""
    lines = []
    for name, *texts in rows:
        lines.append(name)
        for column, text in zip(table.columns[1:], texts, strict=True):
            if text:
                lines.append(f"{_GAP}{column.heading} {text}")
    return lines
