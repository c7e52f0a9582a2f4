"""A folder of results as one HTML page, which needs no network and no other file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup, escape

from seq_agents.experiments.files import write_whole
from seq_agents.experiments.results_folder import Folder
from seq_agents.progress import Progress, unseen
from seq_agents.report import horizon_charts
from seq_agents.report.charts import Charts, charts_of
from seq_agents.report.drawing import Chart, Drawing
from seq_agents.report.experiment_table import experiment_table
from seq_agents.report.finding import Finding, finding, horizon_finding
from seq_agents.report.folder_tables import FolderOutcomes, matrix_with_levels, missing_failed_first, read_outcomes
from seq_agents.report.html_tables import HtmlTable, html_table
from seq_agents.report.outcome import labels_of, names_of, settings_in_words
from seq_agents.report.page_svg import chart_svg, svg, swatch
from seq_agents.report.page_templates import template_environment
from seq_agents.report.parts import Part, parts_of
from seq_agents.report.problem_cards import problem_cards
from seq_agents.report.search_tables import search_cost, trials_over_problems
from seq_agents.report.summary import summary
from seq_agents.report.tables import leaderboard, on_problem, settings_of
from seq_envs.level import LEVELS

_FIRST_COLUMNS = ("agent", "normalised, IQM", "95% interval", "normalised, mean", "solved", "steps to solve")
"""The columns of a leaderboard that come first on a page, so that a phone shows the scores."""


@dataclass(frozen=True)
class PartSection:
    """What the page says of the agents that one leaderboard compares."""

    key: str
    settings: str
    found: Finding
    leaderboard: HtmlTable
    matrix: HtmlTable
    charts: tuple[Chart, ...]


@dataclass(frozen=True)
class ProblemSection:
    """The part of the page about one problem."""

    key: str
    label: str
    table: HtmlTable
    charts: tuple[Chart, ...]
    settings: tuple[tuple[str, str], ...]
    """The name of each agent, and its settings in words."""


def write_report(folder: Folder, path: Path, progress: Progress = unseen) -> None:
    """Write the page of a folder, whole or not at all; `progress` as for `page`."""
    write_whole(path, page(folder, progress).encode(errors="backslashreplace"))  # A path may not be UTF-8.


def page(folder: Folder, progress: Progress = unseen) -> str:
    """The page of a folder.

    Args:
        folder: with the results.
        progress: called with the share of the charts that are drawn, which take most of the time.
    """
    read = read_outcomes(folder)
    parts = parts_of(read.grid)
    charts = charts_of(read, parts)
    cards = problem_cards(read.grid, charts.places)
    reached = horizon_charts.reached(read.done, folder.entries)
    links = _links(read)
    pen = _Pen(len(charts.all()) + len(cards), progress)
    return _environment(pen).get_template("report.html.j2").render(
        about=summary(folder, read.done),
        settings=settings_in_words(read.grid),
        places=charts.places,
        swatches=[Markup(swatch(place)) for place in charts.places.values()],
        safe=Markup,
        parts=[_part(part, charts, links) for part in parts if part.done],
        horizon_finding=horizon_finding(reached),
        cards=[(card, links[card.label]) for card in cards],
        experiments=html_table(experiment_table(read.done)),
        charts=charts.across,
        problems=_problems(read, charts),
        reached=html_table(reached),
        horizons=charts.horizons,
        longer=charts.longer,
        search=html_table(search_cost(read.trials)),
        over_problems=html_table(trials_over_problems(read.trials)),
        searched=charts.searched,
        missing=html_table(missing_failed_first(folder)),
    )  # fmt: skip


class _Pen:
    """Draws the charts and reports how many of them are drawn.

    Args:
        charts: the number of all charts.
        progress: called with the share that is drawn.
    """

    def __init__(self, charts: int, progress: Progress) -> None:
        self._all, self._drawn = charts, 0
        self._progress = progress

    def chart(self, chart: Chart) -> str:
        """A chart as an SVG element."""
        return self._counted(chart_svg(chart))

    def drawing(self, key: str, drawing: Drawing) -> str:
        """A drawing as an SVG element."""
        return self._counted(svg(key, drawing))

    def _counted(self, element: str) -> str:
        self._drawn += 1
        self._progress(min(1.0, self._drawn / self._all))
        return element


def _environment(pen: _Pen) -> Environment:
    environment = template_environment("seq_agents.report", "templates")
    environment.filters |= {"html_table": html_table, "svg": pen.chart, "drawing": pen.drawing, "breakable": _breakable}
    return environment


def _breakable(label: str) -> Markup:
    """A label that a browser may break before each word of a name such as SeqMemorizeMedium-v0."""
    return Markup("<wbr>").join(escape(part) for part in re.split("(?<=[a-z])(?=[A-Z][a-z])", label))


def _links(read: FolderOutcomes) -> dict[str, str]:
    """The link to the section of each problem."""
    return {label: f"#problem-{place}" for place, label in enumerate(read.labels)}


def _part(part: Part, charts: Charts, links: dict[str, str]) -> PartSection:
    table = leaderboard(part.done)
    headings = [column.heading for column in table.columns]
    first = [heading for heading in _FIRST_COLUMNS if heading in headings]
    table = table.ordered([*first, *(heading for heading in headings if heading not in first)])
    return PartSection(
        part.key,
        part.settings,
        finding(part.done),
        html_table(table, sorted_by="normalised, IQM"),
        html_table(
            matrix_with_levels(part.done),
            shaded=(1, 1 + len(names_of(part.done))),
            links=tuple(links[label] for label in labels_of(part.done)),
        ),
        charts.overview[part.key],
    )


def _problems(read: FolderOutcomes, charts: Charts) -> list[ProblemSection]:
    settings = settings_of(read.unswept)
    return [
        ProblemSection(
            f"problem-{place}",
            label,
            html_table(on_problem(read.unswept, label), sorted_by="normalised, IQM", foot=len(LEVELS)),
            charts.problems[label],
            tuple((name, chosen) for (name, of_label), chosen in settings.items() if of_label == label),
        )
        for place, label in enumerate(read.labels)
    ]
