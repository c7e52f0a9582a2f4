"""What all charts share: the drawing itself, its colours and styles, and its layout."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from cycler import cycler
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from seq_agents.report.table import Table

COLOURS = 8
"""The number of colours for agents."""
INK, FAINT, PAPER = (f"C{COLOURS + place}" for place in range(3))
"""The colours of text, thin lines and background, as matplotlib's names of places in a palette."""
_DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (2, 1.2)), (0, (6, 1.5, 1.5, 1.5)), (0, (9, 2)))
_MARKERS = "os^DvPXp<>h*"

WIDTH = 400.0
"""Width of a chart in its own units; a page scales the chart with its text."""
_FONT = 12


class Palette(NamedTuple):
    """The colours that a drawing is made with."""

    agents: tuple[str, ...]
    """`COLOURS` of them."""
    ink: str
    faint: str
    paper: str


class Style(NamedTuple):
    """How an agent is drawn; the first 30 styles all differ, and neighbours differ in all three parts."""

    color: str
    linestyle: Any
    marker: str


Places = Mapping[str, int]
"""A number for each agent by its name. It sets the style of the agent in every chart of a page."""


class Margins(NamedTuple):
    """The space around the axes, in the units of the chart."""

    left: float = 54.0
    right: float = 16.0
    top: float = 10.0
    bottom: float = 46.0


_MARGINS = Margins()


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A drawing before it has colours and a format."""

    alt: str
    """Its content in words, for readers who cannot see it."""
    paint: Callable[[Axes], object]
    """Draws on the axes."""
    width: float = WIDTH
    height: float = 250.0
    """In the units of `WIDTH`."""
    margins: Margins = _MARGINS
    """Around the axes."""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A drawing, its legend and its numbers."""

    key: str
    """Unique on the page; all ids in the drawing begin with it."""
    title: str
    drawing: Drawing
    names: tuple[str, ...]
    """The agents of the legend."""
    data: Table
    """The numbers that are drawn."""
    note: str = ""


def style(place: int) -> Style:
    """The style of an agent by its place."""
    return Style(f"C{place % COLOURS}", _DASHES[place % len(_DASHES)], _MARKERS[place % len(_MARKERS)])


def line(place: int) -> dict[str, Any]:
    """The style of an agent's curve, as keywords of `Axes.plot`."""
    return {**style(place)._asdict(), "linewidth": 1.7, **MARKED, "zorder": 3 - place / 100}


MARKED: Mapping[str, Any] = {"markersize": 5.0, "markeredgecolor": PAPER, "markeredgewidth": 0.6}


def wrapped(label: str, width: int = 24, lines: int = 3) -> str:
    """A label of a chart in several lines, cut where it is very long, without characters that cannot be printed."""
    printable = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in label)
    return "\n".join(textwrap.wrap(printable, width, max_lines=lines, placeholder=" …")) or " "


def short(value: float, _: Any = None) -> str:
    """The text of a count on an axis, such as 20k."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"


def places_of(names: Iterable[str]) -> Places:
    """The place of each agent, in order."""
    return {name: place for place, name in enumerate(dict.fromkeys(names))}


def words(pairs: Sequence[tuple[str, str]]) -> str:
    """Names and their values as a list in a sentence."""
    return ", ".join(f"{name} {value}" for name, value in pairs) or "nothing"


@contextmanager
def drawn(drawing: Drawing, palette: Palette, key: str, **more: Any) -> Iterator[Figure]:
    """A figure of matplotlib with a drawing; it must be saved within the context.

    Args:
        drawing: what to draw.
        palette: its colours.
        key: the ids in an SVG file depend on it.
        more: more settings of matplotlib.
    """
    settings: Any = {
        "axes.prop_cycle": cycler(color=[*palette.agents, palette.ink, palette.faint, palette.paper]),
        "svg.hashsalt": key, "text.parse_math": False, "font.size": _FONT,
        "axes.edgecolor": FAINT, "axes.labelcolor": INK, "text.color": INK, "xtick.color": FAINT, "ytick.color": FAINT,
        "xtick.labelcolor": INK, "ytick.labelcolor": INK, "grid.color": FAINT, "grid.linewidth": 0.7,
        "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False, "ytick.major.size": 0,
        "axes.grid": True, "axes.grid.axis": "y", "axes.axisbelow": True, "axes.unicode_minus": False,
        "path.simplify_threshold": 0.3, "xtick.minor.visible": False, "ytick.minor.visible": False,
        "lines.solid_capstyle": "round", "errorbar.capsize": 0, **more,
    }  # fmt: skip
    width, height, margins = drawing.width, drawing.height, drawing.margins
    with rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)  # The browser has its own fonts.
        figure = Figure(figsize=(width / 72, height / 72))
        axes = figure.add_axes((
            margins.left / width, margins.bottom / height,
            (width - margins.left - margins.right) / width, (height - margins.top - margins.bottom) / height,
        ))  # fmt: skip
        drawing.paint(axes)
        yield figure
