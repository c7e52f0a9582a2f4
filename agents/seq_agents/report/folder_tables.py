"""All tables of a folder of results in the order of a report, and the outcomes that they are made from."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from seq_agents.experiments.results_folder import Folder
from seq_agents.report.experiment_table import experiment_table
from seq_agents.report.horizon_tables import horizon_table, longer_table
from seq_agents.report.outcome import Outcome, grid_outcomes, labels_of, of, outcomes
from seq_agents.report.search_tables import search_cost, trial_outcomes, trial_scores, trials_over_problems
from seq_agents.report.table import Column, Table, score
from seq_agents.report.tables import leaderboard, matrix, missing, on_problem, rewards_against_examples
from seq_envs.level import LEVELS


@dataclass(frozen=True)
class FolderOutcomes:
    """The outcomes of a folder, as the parts of a report need them."""

    folder: Folder
    done: list[Outcome]
    """Every outcome."""
    grid: list[Outcome]
    """The outcomes of agents x problems."""
    unswept: list[Outcome]
    """The outcomes of agents x problems, and those of single experiments."""
    trials: list[Outcome]
    """The outcomes of the trials of a search over settings, which belong to no other table."""

    @property
    def labels(self) -> list[str]:
        """The problems outside sweeps."""
        return labels_of(self.unswept)


def read_outcomes(folder: Folder) -> FolderOutcomes:
    """Read the results of a folder."""
    done = outcomes(folder)
    unswept = [outcome for outcome in done if not outcome.entry.swept]
    return FolderOutcomes(folder, done, grid_outcomes(done), unswept, trial_outcomes(folder.path))


def tables(read: FolderOutcomes) -> list[Table]:
    """Every table that has rows."""
    every = [
        leaderboard(read.grid),
        matrix_with_levels(read.grid),
        rewards_against_examples(read.grid),
        experiment_table(read.done),
        *(on_problem(read.unswept, label) for label in read.labels),
        search_cost(read.trials),
        trials_over_problems(read.trials),
        trial_scores(read.trials),
        horizon_table(read.done, read.folder.entries),
        longer_table(read.done),
        missing_failed_first(read.folder),
    ]
    return [table for table in every if table.rows]


def matrix_with_levels(done: Sequence[Outcome]) -> Table:
    """The normalised scores by problem, and the accuracies of the levels that define them."""
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
    """The cells without a result; those that failed come before those that were not run yet."""
    table = missing(folder)
    return dataclasses.replace(table, rows=tuple(sorted(table.rows, key=lambda row: row[-1] == "not run yet")))
