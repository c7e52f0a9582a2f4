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
from seq_agents.report.drawing import Chart, Places, places_of, swatch
from seq_agents.report.experiment_table import experiment_table
from seq_agents.report.folder_tables import FolderOutcomes, matrix_with_levels, missing_failed_first, read_outcomes
from seq_agents.report.html_tables import HtmlTable, html_table
from seq_agents.report.outcome import labels_of, names_of
from seq_agents.report.overview_charts import profiles, rewards
from seq_agents.report.problem_charts import accuracy_by_step, learning
from seq_agents.report.search_charts import searched
from seq_agents.report.search_tables import search_cost, trials_over_problems
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
    """Write the page of a folder, whole or not at all."""
    write_whole(path, page(folder).encode(errors="backslashreplace"))  # A path may not be UTF-8.


def page(folder: Folder) -> str:
    """The page of a folder."""
    read = read_outcomes(folder)
    places = places_of([*(entry.name for entry in folder.entries), *names_of(read.trials)])
    environment = Environment(
        loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["html_table"] = html_table
    charts = (profiles(read.grid, places), rewards(read.grid, places))
    return environment.get_template("report.html.j2").render(
        about=summary(folder, read.done),
        places=places,
        swatches=[Markup(swatch(place)) for place in places.values()],
        safe=Markup,
        leaderboard=html_table(leaderboard(read.grid), sorted_by="normalised, IQM"),
        matrix=html_table(matrix_with_levels(read.grid), shaded=(1, 1 + len(names_of(read.grid))), links=_links(read)),
        experiments=html_table(experiment_table(read.done)),
        charts=[chart for chart in charts if chart is not None],
        problems=_problems(read, places),
        reached=html_table(horizon_charts.reached(read.done, folder.entries)),
        horizons=horizon_charts.horizons(read.done, folder.entries, places),
        longer=horizon_charts.longer(read.done, places),
        search=html_table(search_cost(read.trials)),
        over_problems=html_table(trials_over_problems(read.trials)),
        searched=searched(read.trials, places),
        missing=html_table(missing_failed_first(folder)),
    )


def _links(read: FolderOutcomes) -> tuple[str, ...]:
    """The link of each row of the matrix: the section of its problem."""
    places = {label: place for place, label in enumerate(read.labels)}
    return tuple(f"#problem-{places[label]}" for label in labels_of(read.grid))


def _source(name: str) -> str:
    return files("seq_agents.report").joinpath("templates").joinpath(name).read_text(encoding="utf-8")


def _problems(read: FolderOutcomes, places: Places) -> list[ProblemSection]:
    settings = settings_of(read.unswept)
    return [
        ProblemSection(
            f"problem-{place}",
            label,
            html_table(on_problem(read.unswept, label), sorted_by="normalised, IQM", foot=len(LEVELS)),
            tuple(_charts(read, label, f"problem-{place}", places)),
            tuple((name, chosen) for (name, of_label), chosen in settings.items() if of_label == label),
        )
        for place, label in enumerate(read.labels)
    ]


def _charts(read: FolderOutcomes, label: str, key: str, places: Places) -> Sequence[Chart]:
    curves = learning(read.unswept, label, f"{key}-learning", places)
    steps = accuracy_by_step(read.unswept, label, f"{key}-steps", places)
    return [steps] if curves is None else [curves, steps]
