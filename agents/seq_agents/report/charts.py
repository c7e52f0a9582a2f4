"""All charts of a folder of results, for the page and for files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seq_agents.report import horizon_charts
from seq_agents.report.drawing import Chart, Places, places_of
from seq_agents.report.folder_tables import FolderOutcomes
from seq_agents.report.interval_chart import intervals
from seq_agents.report.outcome import names_of
from seq_agents.report.overview_charts import profiles, rewards
from seq_agents.report.parts import Part
from seq_agents.report.problem_charts import accuracy_by_step, learning, most_telling
from seq_agents.report.search_charts import searched


@dataclass(frozen=True, kw_only=True)
class Charts:
    """The charts of a report."""

    places: Places
    """Of all agents, those of a search included."""
    overview: Mapping[str, tuple[Chart, ...]]
    """Over all problems, by the key of the part."""
    across: tuple[Chart, ...]
    """Across parts: learning from rewards, and the most telling accuracy by time step."""
    problems: Mapping[str, tuple[Chart, ...]]
    """Of each problem, by its label."""
    horizons: tuple[Chart, ...]
    longer: tuple[Chart, ...]
    searched: tuple[Chart, ...]

    def all(self) -> list[tuple[str, Chart]]:
        """What every chart is about, in a few words, and the chart, in the order of the page."""
        overview = [*self.overview.values(), self.across]
        others = [chart for group in (self.horizons, self.longer, self.searched) for chart in group]
        return [
            *((chart.title, chart) for group in overview for chart in group),
            *((f"{chart.title} {label}", chart) for label, group in self.problems.items() for chart in group),
            *((chart.title, chart) for chart in others),
        ]


def charts_of(read: FolderOutcomes, parts: Sequence[Part]) -> Charts:
    """Every chart of a folder."""
    entries = read.folder.entries
    places = places_of([*(entry.name for entry in entries), *names_of(read.trials)])
    return Charts(
        places=places,
        overview={
            part.key: _known(
                intervals(part.done, places, f"intervals{part.key}"), profiles(part.done, places, f"profiles{part.key}")
            )
            for part in parts
        },
        across=_known(most_telling(read.grid, "telling", places), rewards(read.grid, places)),
        problems={
            label: _known(
                learning(read.unswept, label, f"problem-{place}-learning", places),
                accuracy_by_step(read.unswept, label, f"problem-{place}-steps", places),
            )
            for place, label in enumerate(read.labels)
        },
        horizons=tuple(horizon_charts.horizons(read.done, entries, places)),
        longer=tuple(horizon_charts.longer(read.done, places)),
        searched=tuple(searched(read.trials, places)),
    )  # fmt: skip


def _known(*charts: Chart | None) -> tuple[Chart, ...]:
    return tuple(chart for chart in charts if chart is not None)
