"""A folder of results as one page of HTML that needs nothing else: no network, no other file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from seq_agents.experiments.files import write_whole
from seq_agents.experiments.results_folder import Folder
from seq_agents.report import horizon_charts as horizon_figures
from seq_agents.report.content import Content, matrix_with_levels, missing_failed_first, read
from seq_agents.report.drawing import Chart, Places, places_of, swatch
from seq_agents.report.html_tables import View, view
from seq_agents.report.outcome import names_of
from seq_agents.report.overview_charts import profiles, rewards
from seq_agents.report.problem_charts import accuracy_by_step, learning
from seq_agents.report.summary import summary
from seq_agents.report.tables import LEVELS, leaderboard, on_problem, settings_of


@dataclass(frozen=True)
class ProblemView:
    """What the page has about one problem."""

    key: str
    label: str
    table: View
    charts: tuple[Chart, ...]
    settings: tuple[tuple[str, str], ...]
    """Of each agent."""


def write_report(folder: Folder, path: Path) -> None:
    """Write the page of a folder, whole or not at all."""
    write_whole(path, page(folder).encode(errors="backslashreplace"))  # A path may not be UTF-8.


def page(folder: Folder) -> str:
    """The page of a folder."""
    content = read(folder)
    places = places_of(entry.name for entry in folder.entries)
    environment = Environment(
        loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["view"] = view
    links = tuple(f"#problem-{place}" for place in range(len(content.labels)))
    charts = (profiles(content.plain, places), rewards(content.plain, places))
    return environment.get_template("report.html.j2").render(
        about=summary(folder, content.done),
        places=places,
        swatches=[Markup(swatch(place)) for place in places.values()],
        safe=Markup,
        leaderboard=view(leaderboard(content.plain), sorted_by="normalised, IQM"),
        matrix=view(matrix_with_levels(content.plain), shaded=(1, 1 + len(names_of(content.plain))), links=links),
        charts=[chart for chart in charts if chart is not None],
        problems=_problems(content, places),
        reached=view(horizon_figures.reached(content.done, folder.entries)),
        horizons=horizon_figures.horizons(content.done, folder.entries, places),
        longer=horizon_figures.longer(content.done, places),
        missing=view(missing_failed_first(folder)),
    )


def _source(name: str) -> str:
    return files("seq_agents.report").joinpath("templates").joinpath(name).read_text(encoding="utf-8")


def _problems(content: Content, places: Places) -> list[ProblemView]:
    settings = settings_of(content.plain)
    return [
        ProblemView(
            f"problem-{place}",
            label,
            view(on_problem(content.plain, label), sorted_by="normalised, IQM", foot=len(LEVELS)),
            tuple(_charts(content, label, f"problem-{place}", places)),
            tuple((name, chosen) for (name, of_label), chosen in settings.items() if of_label == label),
        )
        for place, label in enumerate(content.labels)
    ]


def _charts(content: Content, label: str, key: str, places: Places) -> Sequence[Chart]:
    curves = learning(content.plain, label, f"{key}-learning", places)
    steps = accuracy_by_step(content.plain, label, f"{key}-steps", places)
    return [steps] if curves is None else [curves, steps]
