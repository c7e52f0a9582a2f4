"""Charts as files for papers and talks: SVG and PDF, each with a legend, and the same bytes for the same results."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from seq_agents.experiments.files import write_whole
from seq_agents.experiments.results_folder import Folder
from seq_agents.report.charts import charts_of
from seq_agents.report.drawing import Chart, Palette, Places, drawn, line, wrapped
from seq_agents.report.figure_formats import NO_DATES
from seq_agents.report.folder_tables import read_outcomes
from seq_agents.report.parts import parts_of

FORMATS = ("svg", "pdf")
_COLOURS = Palette(
    ("#0072b2", "#d05200", "#00805a", "#b0488c", "#8f6a00", "#4d5560", "#6c43b5", "#a3172b"),
    "#1d1f21", "#d5d6d2", "#ffffff",
)  # fmt: skip
"""The colours of the page in light mode, see `report.css`."""
_SETTINGS = {"svg.fonttype": "path", "pdf.fonttype": 42}
"""SVG has its text as paths, which look the same everywhere; PDF embeds its fonts, as journals ask for."""
_LEGEND_COLUMNS = 3


def write_figures(folder: Folder, out: Path) -> list[Path]:
    """Write every chart of a folder's report into `out`, which is made if it does not exist; returns the files.

    Raises:
        OSError: a file cannot be written.
    """
    read = read_outcomes(folder)
    charts = charts_of(read, parts_of(read.grid))
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for about, chart in charts.all():
        for form in FORMATS:
            path = out / f"{file_name(chart, about)}.{form}"
            write_whole(path, figure_file(chart, charts.places, form))
            written.append(path)
    return written


def file_name(chart: Chart, about: str) -> str:
    """The name of a chart's files without its ending: the key, which is unique, and what it is about."""
    return f"{chart.key}--{re.sub('[^A-Za-z0-9=.]+', '-', about).strip('-.')[:80]}"


def figure_file(chart: Chart, places: Places, form: str) -> bytes:
    """The content of a file with one chart.

    Args:
        chart: the chart.
        places: of the agents.
        form: one of `FORMATS`.
    """
    content = io.BytesIO()
    with drawn(chart.drawing, _COLOURS, chart.key, **_SETTINGS) as figure:
        _add_legend(figure, chart.names, places)
        figure.savefig(content, format=form, bbox_inches="tight", metadata=NO_DATES[form])
    return content.getvalue()


def _add_legend(figure: Figure, names: Sequence[str], places: Places) -> None:
    handles = [Line2D([], [], **line(places[name]), label=wrapped(name, 24, 2)) for name in names]
    if handles:
        figure.legend(
            handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=min(_LEGEND_COLUMNS, len(handles)),
            frameon=False, handlelength=2.6,
        )  # fmt: skip
