"""An episode of a problem as a few lines of text, for a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import seq_envs

_WIDTH = 40
"""The most characters of a line."""
_LONGEST = 2000
"""Episodes with more time steps are not drawn: that would take longer than the rest of the report."""
_LEFT_OUT = "…"


class EpisodePicture(NamedTuple):
    """An episode of a problem."""

    title: str
    """The problem in words."""
    lines: tuple[tuple[str, str], ...]
    """The name of each line, and its text; empty if the episode cannot be drawn."""


def episode_picture(id: str, parameters: Mapping[str, Any]) -> EpisodePicture | None:
    """The first episode of seed 0, without its middle where it is long; None for an unknown or user-defined problem.

    A report imports no other module, so it cannot draw a problem that one defines.
    """
    if id not in seq_envs.MENU:
        return None
    try:
        problem = seq_envs.make_problem(id, **parameters)
        drawing = str(seq_envs.draw(problem)) if problem.steps <= _LONGEST else ""
    except (ValueError, TypeError):  # Another version had other parameters.
        return None
    return EpisodePicture(problem.title, _fitted(_rows(drawing)))


def _rows(drawing: str) -> list[list[str]]:
    """The words of each line, where all blocks of a long drawing are one; empty if the lines differ in length."""
    rows: dict[str, list[str]] = {}
    for line in drawing.splitlines():
        name, *words = line.split() or [""]
        rows.setdefault(name, [name] if name else []).extend(words)
    rows.pop("", None)
    return list(rows.values()) if len({len(words) for words in rows.values()}) == 1 else []


def _fitted(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    """Aligned lines; the columns in the middle are left out where not all fit."""
    if not rows:
        return ()
    names = [row[0] for row in rows]
    columns = list(zip(*(row[1:] for row in rows), strict=True))
    room = _WIDTH - max(map(len, names)) - 1
    widths = [max(map(len, column)) + 1 for column in columns]
    if sum(widths) > room:
        room -= len(_LEFT_OUT) + 1
        first, last = 0, len(columns)
        while True:  # The two ends grow in turn.
            if widths[first] > room:
                break
            room -= widths[first]
            first += 1
            if widths[last - 1] > room:
                break
            room -= widths[last - 1]
            last -= 1
        columns = [*columns[:first], (_LEFT_OUT,) * len(rows), *columns[last:]]
        widths = [max(map(len, column)) + 1 for column in columns]
    name_width = max(map(len, names))
    return tuple(
        (
            name.ljust(name_width),
            "".join(column[at].rjust(width) for column, width in zip(columns, widths, strict=True)),
        )
        for at, name in enumerate(names)
    )
