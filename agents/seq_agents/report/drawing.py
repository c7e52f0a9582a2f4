"""Charts as SVG elements of a page, with the colours and the font of the page."""

from __future__ import annotations

import io
import re
import textwrap
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from seq_agents.report.table import Table

INK, FAINT, PAPER = "#00fe01", "#00fe02", "#00fe03"
"""Placeholders for the page's colours of text, thin lines and background."""
_PAGE_COLOURS = {INK: "currentColor", FAINT: "var(--line)", PAPER: "var(--paper)"}
COLOURS = 8
"""The number of colours for agents, which `report.css` defines."""
_AGENT = "#00fd{:02x}"
_DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (2, 1.2)), (0, (6, 1.5, 1.5, 1.5)), (0, (9, 2)))
_MARKERS = "os^DvPXp<>h*"

WIDTH = 400.0
"""Width of a chart in its own units; a page scales the chart with its text."""
_FONT = 12


class Style(NamedTuple):
    """How an agent is drawn; the first 30 styles all differ, and neighbours differ in all three parts."""

    color: str
    linestyle: Any
    marker: str


Places = Mapping[str, int]
"""A number for each agent by its name. It sets the style of the agent in every chart of a page."""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A drawing, its legend and its numbers."""

    key: str
    """Unique on the page; all ids in the drawing begin with it."""
    title: str
    svg: str
    names: tuple[str, ...]
    """The agents of the legend."""
    data: Table
    """The numbers that are drawn."""
    note: str = ""


class Margins(NamedTuple):
    """The space around the axes, in the units of the chart."""

    left: float = 54.0
    right: float = 16.0
    top: float = 10.0
    bottom: float = 46.0


def style(place: int) -> Style:
    """The style of an agent by its place."""
    colour = _AGENT.format(place % COLOURS)
    return Style(colour, _DASHES[place % len(_DASHES)], _MARKERS[place % len(_MARKERS)])


def line(place: int) -> dict[str, Any]:
    """The style of an agent's curve, as keywords of `Axes.plot`."""
    return {**style(place)._asdict(), "linewidth": 1.7, **MARKED, "zorder": 3 - place / 100}


MARKED: Mapping[str, Any] = {"markersize": 5.0, "markeredgecolor": PAPER, "markeredgewidth": 0.6}


def svg(
    key: str, alt: str, paint: Callable[[Axes], object], height: float = 250.0, margins: Margins | None = None
) -> str:
    """A chart as an SVG element.

    Args:
        key: unique on the page; all ids in the element begin with it.
        alt: the content of the chart in words, for readers who cannot see it.
        paint: draws the chart on the axes.
        height: height in the units of `WIDTH`.
        margins: around the axes.
    """
    root = _element(key, paint, WIDTH, height, margins or Margins())
    root.attrib.update({"role": "img", "aria-label": alt, "class": "chart"})
    return ET.tostring(root, encoding="unicode")


def swatch(place: int) -> str:
    """A piece of an agent's line as an SVG symbol; a legend draws it by `<use href="#swatch-PLACE">`."""

    def paint(axes: Axes) -> None:
        axes.set_axis_off()
        axes.set(xlim=(0, 1), ylim=(-1, 1))
        axes.plot([0.02, 0.5, 0.98], [0, 0, 0], **line(place), markevery=[1], clip_on=False)

    root = _element(f"swatch-{place}", paint, 40.0, 12.0, Margins(1, 1, 1, 1))
    root.tag = "symbol"
    root.set("id", f"swatch-{place}")
    return ET.tostring(root, encoding="unicode")


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


def _element(key: str, paint: Callable[[Axes], object], width: float, height: float, margins: Margins) -> ET.Element:
    settings: Any = {
        "svg.fonttype": "none", "svg.hashsalt": key, "text.parse_math": False, "font.size": _FONT,
        "axes.edgecolor": FAINT, "axes.labelcolor": INK, "text.color": INK, "xtick.color": FAINT, "ytick.color": FAINT,
        "xtick.labelcolor": INK, "ytick.labelcolor": INK, "grid.color": FAINT, "grid.linewidth": 0.7,
        "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False, "ytick.major.size": 0,
        "axes.grid": True, "axes.grid.axis": "y", "axes.axisbelow": True, "axes.unicode_minus": False,
        "path.simplify_threshold": 0.3, "xtick.minor.visible": False, "ytick.minor.visible": False,
        "lines.solid_capstyle": "round", "errorbar.capsize": 0,
    }  # fmt: skip
    with rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)  # The browser has its own fonts.
        figure = Figure(figsize=(width / 72, height / 72))
        FigureCanvasSVG(figure)
        axes = figure.add_axes((
            margins.left / width, margins.bottom / height,
            (width - margins.left - margins.right) / width, (height - margins.top - margins.bottom) / height,
        ))  # fmt: skip
        paint(axes)
        text = io.StringIO()
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _for_a_page(ET.fromstring(text.getvalue()), key, f"0 0 {width:g} {height:g}")


def _for_a_page(root: ET.Element, key: str, view: str) -> ET.Element:
    """The SVG of matplotlib without its metadata, and with ids and colours that fit the page."""
    for parent in list(root.iter()):
        parent.tag = parent.tag.rpartition("}")[2]
        parent.attrib = {name.rpartition("}")[2]: value for name, value in parent.attrib.items()}
        parent.tail = None
        if parent.tag != "text":
            parent.text = None
        for child in list(parent):
            if child.tag.rpartition("}")[2] in ("metadata", "style"):
                parent.remove(child)
    root.attrib = {"viewBox": view}
    used = {
        found
        for element in root.iter()
        for value in element.attrib.values()
        for found in re.findall(r"#([\w.-]+)", value)
    }
    for element in root.iter():
        element.attrib = {
            name: new
            for name, value in element.attrib.items()
            if (name != "id" or value in used) and (new := _attribute(name, value, key))
        }
    _drop_empty(root)
    return root


def _attribute(name: str, value: str, key: str) -> str:
    if name == "id":
        return f"{key}-{value}"
    if name in ("href", "clip-path"):
        return value.replace("#", f"#{key}-")
    if name == "style":
        return _style(value)
    if name == "transform":
        value = re.sub(r"rotate\(-?0 [^)]*\)", "", value)
    return re.sub(r"-?\d+\.\d+", _rounded, " ".join(value.split()))


def _rounded(found: re.Match[str]) -> str:
    return f"{round(float(found[0]), 1):g}"  # A tenth of a unit is more than a screen shows.


def _style(value: str) -> str:
    """A style without matplotlib's fonts, and with the colours of the page."""
    value = re.sub(r"\bfont: .*?([\d.]+px)[^;]*", r"font-size: \1", value)
    value = re.sub(r"\s*font-family:[^;]*;?", "", value)
    for placeholder, colour in _PAGE_COLOURS.items():
        value = value.replace(placeholder, colour)
    return re.sub(r"#00fd([0-9a-f]{2})", lambda found: f"var(--agent-{int(found[1], 16)})", value)


def _drop_empty(parent: ET.Element) -> None:
    for child in list(parent):
        _drop_empty(child)
        if child.tag in ("g", "defs") and len(child) == 0:
            parent.remove(child)
