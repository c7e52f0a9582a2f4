"""Charts as SVG elements of a page, with the colours and the font of the page."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET

from matplotlib.axes import Axes

from seq_agents.report.drawing import COLOURS, Chart, Drawing, Margins, Palette, drawn, line

_PLACEHOLDERS = Palette(tuple(f"#00fd{place:02x}" for place in range(COLOURS)), "#00fe01", "#00fe02", "#00fe03")
"""Colours that no drawing has, in place of the page's."""
_PAGE_COLOURS = {
    **{colour: f"var(--agent-{place})" for place, colour in enumerate(_PLACEHOLDERS.agents)},
    _PLACEHOLDERS.ink: "currentColor",
    _PLACEHOLDERS.faint: "var(--line)",
    _PLACEHOLDERS.paper: "var(--paper)",
}


def chart_svg(chart: Chart) -> str:
    """A chart as an SVG element."""
    return svg(chart.key, chart.drawing)


def svg(key: str, drawing: Drawing) -> str:
    """A drawing as an SVG element.

    Args:
        key: unique on the page; all ids in the element begin with it.
        drawing: what to draw.
    """
    root = _element(key, drawing)
    root.attrib.update({"role": "img", "aria-label": drawing.alt, "class": "chart"})
    return ET.tostring(root, encoding="unicode")


def swatch(place: int) -> str:
    """A piece of an agent's line as an SVG symbol; a legend draws it by `<use href="#swatch-PLACE">`."""

    def paint(axes: Axes) -> None:
        axes.set_axis_off()
        axes.set(xlim=(0, 1), ylim=(-1, 1))
        axes.plot([0.02, 0.5, 0.98], [0, 0, 0], **line(place), markevery=[1], clip_on=False)

    drawing = Drawing(alt="", paint=paint, width=40.0, height=12.0, margins=Margins(1, 1, 1, 1))
    root = _element(f"swatch-{place}", drawing)
    root.tag = "symbol"
    root.set("id", f"swatch-{place}")
    return ET.tostring(root, encoding="unicode")


def _element(key: str, drawing: Drawing) -> ET.Element:
    text = io.StringIO()
    with drawn(drawing, _PLACEHOLDERS, key, **{"svg.fonttype": "none"}) as figure:
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _for_a_page(ET.fromstring(text.getvalue()), key, f"0 0 {drawing.width:g} {drawing.height:g}")


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
    return value


def _drop_empty(parent: ET.Element) -> None:
    for child in list(parent):
        _drop_empty(child)
        if child.tag in ("g", "defs") and len(child) == 0:
            parent.remove(child)
