"""What a report is made of, whatever its form: the tables, in order, and which results they are about."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from seq_agents.experiments.results_folder import Folder
from seq_agents.report.horizon_tables import horizon_table, longer_table
from seq_agents.report.outcome import Outcome, labels_of, of, outcomes
from seq_agents.report.table import Column, Table, score
from seq_agents.report.tables import LEVELS, leaderboard, matrix, missing, on_problem, rewards_against_examples


@dataclass(frozen=True)
class Content:
    """A folder, read."""

    folder: Folder
    done: list[Outcome]
    """Everything that is done."""
    plain: list[Outcome]
    """What belongs to the grid of agents and problems."""
    swept: list[Outcome]
    """What belongs to a curve over a parameter."""

    @property
    def labels(self) -> list[str]:
        """The problems of the grid."""
        return labels_of(self.plain)


def read(folder: Folder) -> Content:
    """What a folder has."""
    done = outcomes(folder)
    return Content(folder, done, [one for one in done if not one.entry.swept], [one for one in done if one.entry.swept])


def tables(content: Content) -> list[Table]:
    """Every table that has rows."""
    every = [
        leaderboard(content.plain),
        matrix_with_levels(content.plain),
        rewards_against_examples(content.plain),
        *(on_problem(content.plain, label) for label in content.labels),
        horizon_table(content.done, content.folder.entries),
        longer_table(content.done),
        missing_failed_first(content.folder),
    ]
    return [table for table in every if table.rows]


def matrix_with_levels(done: Sequence[Outcome]) -> Table:
    """The normalised scores by problem, and the accuracies that give them their meaning."""
    table = matrix(done)
    levels = [of(done, label=label)[0].final.levels for label in labels_of(done)]
    return dataclasses.replace(
        table,
        columns=(*table.columns, *(Column(f"{name}, accuracy", score) for name in LEVELS)),
        rows=tuple(
            (*row, *(getattr(here, name).accuracy for name in LEVELS))
            for row, here in zip(table.rows, levels, strict=True)
        ),
    )


def missing_failed_first(folder: Folder) -> Table:
    """The cells without a result, those that failed before those not run yet."""
    table = missing(folder)
    return dataclasses.replace(table, rows=tuple(sorted(table.rows, key=lambda row: row[-1] == "not run yet")))
