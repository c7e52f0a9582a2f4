"""A folder of results as one HTML page, which needs no network and no other file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from seq_agents.experiments.files import write_whole
from seq_agents.experiments.results_folder import Folder
from seq_agents.report import horizon_charts
from seq_agents.report.content import Content, matrix_with_levels, missing_failed_first, read
from seq_agents.report.drawing import Chart, Places, places_of, swatch
from seq_agents.report.experiment_table import experiment_table
from seq_agents.report.html_tables import HtmlTable, html_table
from seq_agents.report.outcome import labels_of, names_of
from seq_agents.report.overview_charts import profiles, rewards
from seq_agents.report.problem_charts import accuracy_by_step, learning
from seq_agents.report.summary import summary
from seq_agents.report.tables import leaderboard, on_problem, settings_of
from seq_envs.level import LEVELS


@dataclass(frozen=True)
class ProblemSection:
    """The part of the page about one problem."""

    key: str
    label: str
    table: HtmlTable
    charts: tuple[Chart, ...]
    settings: tuple[tuple[str, str], ...]
    """The name of each agent, and its settings in words."""


def write_report(folder: Folder, path: Path) -> None:
    """Write the page of a folder; a process that is killed leaves no part of it."""
    write_whole(path, page(folder).encode(errors="backslashreplace"))  # A path may not be UTF-8.


def page(folder: Folder) -> str:
    """The page of a folder."""
    content = read(folder)
    places = places_of(entry.name for entry in folder.entries)
    environment = Environment(
        loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["html_table"] = html_table
    charts = (profiles(content.grid, places), rewards(content.grid, places))
    return environment.get_template("report.html.j2").render(
        about=summary(folder, content.done),
        places=places,
        swatches=[Markup(swatch(place)) for place in places.values()],
        safe=Markup,
        leaderboard=html_table(leaderboard(content.grid), sorted_by="normalised, IQM"),
        matrix=html_table(
            matrix_with_levels(content.grid), shaded=(1, 1 + len(names_of(content.grid))), links=_links(content)
        ),
        experiments=html_table(experiment_table(content.done)),
        charts=[chart for chart in charts if chart is not None],
        problems=_problems(content, places),
        reached=html_table(horizon_charts.reached(content.done, folder.entries)),
        horizons=horizon_charts.horizons(content.done, folder.entries, places),
        longer=horizon_charts.longer(content.done, places),
        missing=html_table(missing_failed_first(folder)),
    )


def _links(content: Content) -> tuple[str, ...]:
    """Where each row of the matrix leads: to the section of its problem."""
    places = {label: place for place, label in enumerate(content.labels)}
    return tuple(f"#problem-{places[label]}" for label in labels_of(content.grid))


def _source(name: str) -> str:
    return files("seq_agents.report").joinpath("templates").joinpath(name).read_text(encoding="utf-8")


def _problems(content: Content, places: Places) -> list[ProblemSection]:
    settings = settings_of(content.unswept)
    return [
        ProblemSection(
            f"problem-{place}",
            label,
            html_table(on_problem(content.unswept, label), sorted_by="normalised, IQM", foot=len(LEVELS)),
            tuple(_charts(content, label, f"problem-{place}", places)),
            tuple((name, chosen) for (name, of_label), chosen in settings.items() if of_label == label),
        )
        for place, label in enumerate(content.labels)
    ]


def _charts(content: Content, label: str, key: str, places: Places) -> Sequence[Chart]:
    curves = learning(content.unswept, label, f"{key}-learning", places)
    steps = accuracy_by_step(content.unswept, label, f"{key}-steps", places)
    return [steps] if curves is None else [curves, steps]
