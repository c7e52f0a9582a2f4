"""An inspection as a page that needs no other file."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

import seq_envs
from seq_agents.inspection.curves import curve_charts, even_places
from seq_agents.inspection.findings import by_lag, largest_share, on_right_steps, on_sources, sentences
from seq_agents.inspection.text import units_of
from seq_agents.report.page_templates import framed, template_environment
from seq_envs.encodings import Array
from seq_envs.transcript import mark

if TYPE_CHECKING:
    from seq_agents.inspection.credit import Credit
    from seq_agents.inspection.inspected import Inspection
    from seq_agents.inspection.state_map import Panel

_HIGH, _LOW = (230, 110, 10), (40, 130, 200)
"""The colours of positive and of negative values: they are as visible on light paper as on dark."""
_UNIT_PIXELS, _LEAST_PIXELS, _MOST_PIXELS = 3, 48, 160
"""The height of a unit in a panel, and the least and the most height of a panel."""
_NOTEBOOK_PIXELS = 900
"""The height of a page in a notebook, where it scrolls."""


class PanelImage(NamedTuple):
    """A panel of the state, ready for the page."""

    name: str
    units: str
    scale: str
    image: str
    """A PNG as a data URL."""
    height: int
    """In pixels of the page."""
    gate: bool


class CreditMap(NamedTuple):
    """A map of credit, ready for the page."""

    title: str
    about: str
    image: str
    steps: int
    rows: int
    sources: list[tuple[int, int]]
    """The column and the row of each step that the right answer depends on."""
    labels: list[tuple[int, int]]
    """Rows that have a label, and the time steps of their answers."""
    answered: list[int]
    """The time step of the answer of each row."""
    columns: list[int]
    """Time steps that have a label."""


def page(inspection: Inspection) -> str:
    """The whole page."""
    played = inspection.played
    columns = inspection.columns
    return (
        template_environment("seq_agents.inspection")
        .get_template("page.html.j2")
        .render(
            name=inspection.name,
            played_in=played.played_in,
            title=played.problem.title,
            findings=sentences(inspection),
            columns=columns,
            widest=max(
                len(text) for column in columns for text in (column.observation, ", ".join(column.answer or ()))
            ),
            truths=["·" if column.truth is None else ", ".join(column.truth) for column in columns],
            marks=["·" if column.grade is None else mark(column.grade) for column in columns],
            panels=[_image(panel) for panel in inspection.panels],
            lags=by_lag(inspection),
            charts=curve_charts(inspection),
            maps=[_map(credit) for credit in inspection.credits],
            shares=on_sources(inspection),
            states_sources=any(credit.sources is not None for credit in inspection.credits),
            version=seq_envs.__version__,
        )
    )


def _image(panel: Panel) -> PanelImage:
    height = max(_LEAST_PIXELS, min(_MOST_PIXELS, _UNIT_PIXELS * len(panel.units)))
    picture = _signed(panel.values / panel.scale)
    return PanelImage(panel.name, units_of(panel), f"{panel.scale:.2g}", picture, height, panel.gate)


def _map(credit: Credit) -> CreditMap:
    shares = credit.shares()[0]
    rows, steps = shares.shape
    return CreditMap(
        f"Credit of the {credit.of}s by {credit.by}",
        on_right_steps(credit),
        _signed(np.nan_to_num(shares) / largest_share(credit)),
        steps,
        rows,
        [(step, row) for row, step in credit.outlined().tolist()],
        [(row, int(credit.steps[row])) for row in even_places(rows)],
        credit.steps.tolist(),
        even_places(steps),
    )


def _signed(values: Array) -> str:
    """Values in -1 ... 1, (H, W), as a transparent picture: the greater a value, the more opaque its colour."""
    pixels = np.empty((*values.shape, 4), np.uint8)
    pixels[..., :3] = np.where(values[..., None] > 0, _HIGH, _LOW)
    pixels[..., 3] = (np.abs(values).clip(0, 1) * 255).round()
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}"


def in_notebook(inspection: Inspection) -> str:
    """The page in a frame, whose styles do not touch those of a notebook."""
    return framed(page(inspection), _NOTEBOOK_PIXELS, "An inspection")
