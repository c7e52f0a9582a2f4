"""A state along an episode in characters, for a terminal."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from seq_agents.inspection.findings import sentences
from seq_agents.inspection.state_map import Panel
from seq_envs.encodings import Array
from seq_envs.transcript import mark

if TYPE_CHECKING:
    from seq_agents.inspection.inspected import Inspection

_LINES = 8
"""The most lines of a panel."""
_CHARACTERS = "=-.+#"
"""From the least value to the greatest; the middle one is about 0."""
_LEGEND = "= and - are negative, . is about 0, + and # are positive."
_LOW, _ZERO, _HIGH = (np.array(colour, float) for colour in ((0, 90, 170), (240, 240, 236), (205, 85, 0)))
_RESET = "\033[0m"


class Colours(Enum):
    """The colours of a terminal."""

    NONE = 0
    INDEXED = 256
    DIRECT = 1 << 24


def text_of(inspection: Inspection) -> str:
    """An inspection in characters: the state along the episode, and what was found."""
    return "\n".join([state_text(inspection, 80, Colours.NONE), "", *sentences(inspection)])


def state_text(inspection: Inspection, width: int, colours: Colours) -> str:
    """The latest steps of the episode that fit, and below them the parts of the state in at most 8 lines each.

    Neighbouring units are averaged, so that a line has one value (with colours, two) for each step.

    Args:
        inspection: of an agent.
        width: of a line in characters.
        colours: of the terminal.
    """
    rows = _episode_rows(inspection)
    panels = [panel for panel in inspection.panels if not panel.gate]
    cell = 1 + max(len(text) for texts in rows.values() for text in texts)
    label = 1 + max(map(len, rows))
    first = max(0, inspection.played.steps - max(1, (width - label) // cell))
    lines = [
        name.ljust(label) + "".join(text.rjust(cell - 1) + " " for text in texts[first:]).rstrip()
        for name, texts in rows.items()
    ]
    for panel in panels:
        shown, highest = _panel_lines(panel, first, cell, colours)
        lines += ["", f"{panel.name} ({units_of(panel)}, at most {highest:.2g} in a line)"]
        lines += [" " * label + line for line in shown]
    if panels and colours is Colours.NONE:
        lines += ["", _LEGEND]
    return "\n".join(lines)


def _episode_rows(inspection: Inspection) -> dict[str, list[str]]:
    """The texts of each row, by its name."""
    columns = inspection.columns
    return {
        "step": [str(column.step) for column in columns],
        "input": [column.observation for column in columns],
        "answer": [",".join(column.answer or ()) for column in columns],
        "truth": ["." if column.truth is None else ",".join(column.truth) for column in columns],
        "": ["." if column.grade is None else mark(column.grade) for column in columns],
    }


def units_of(panel: Panel) -> str:
    """How many units a panel has, in words."""
    size = f"{panel.size:,} unit{'s' if panel.size > 1 else ''}"
    return size if len(panel.units) == panel.size else f"{len(panel.units)} of {size}"


def _panel_lines(panel: Panel, first: int, cell: int, colours: Colours) -> tuple[list[str], float]:
    """The lines of a panel from a time step on, and the greatest absolute value in them."""
    rows = _averaged(panel.values[:, first:], _LINES if colours is Colours.NONE else 2 * _LINES)
    highest = float(np.abs(rows).max(initial=0.0))
    rows = rows / (highest or 1.0)
    if colours is Colours.NONE:
        levels = ((rows + 1) / 2 * (len(_CHARACTERS) - 1)).round().astype(int)
        return ["".join(_CHARACTERS[level] * (cell - 1) + " " for level in row).rstrip() for row in levels], highest
    if len(rows) % 2:
        rows = np.concatenate([rows, rows[-1:]])
    lines = [
        "".join(_block(above, below, colours) * (cell - 1) + _RESET + " " for above, below in zip(*pair, strict=True))
        for pair in zip(rows[::2], rows[1::2], strict=True)
    ]
    return lines, highest


def _averaged(values: Array, most: int) -> Array:
    """Rows (units, T) as at most `most` means of neighbouring rows."""
    return np.stack([some.mean(axis=0) for some in np.array_split(values, min(most, len(values)))])


def _block(above: float, below: float, colours: Colours) -> str:
    """A character whose upper and lower half have the colours of two values."""
    return f"\033[38;{_code(above, colours)}m\033[48;{_code(below, colours)}m▀"


def _code(value: float, colours: Colours) -> str:
    """The code of a terminal for the colour of a value in -1 ... 1."""
    end = _HIGH if value > 0 else _LOW
    red, green, blue = (_ZERO + (end - _ZERO) * min(abs(value), 1.0)).round().astype(int).tolist()
    if colours is Colours.DIRECT:
        return f"2;{red};{green};{blue}"
    red, green, blue = (round(part / 255 * 5) for part in (red, green, blue))
    return f"5;{16 + 36 * red + 6 * green + blue}"
