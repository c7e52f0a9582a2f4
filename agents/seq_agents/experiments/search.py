"""A search over settings: every agent has the same number of trials, and its runs in the report have its best settings.

A trial is a training, and its seeds and its evaluation episodes are not those of the runs in the report.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from seq_agents.experiments.entry import Cell, Entry
from seq_agents.experiments.results_folder import Folder
from seq_envs.level import Level, Levels

TRIALS = "trials"
"""The folder of the trials within the folder of the results."""


def combinations(values: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Every combination of the values of each setting."""
    return [dict(zip(values, chosen, strict=True)) for chosen in itertools.product(*values.values())]


def in_words(combination: Mapping[str, Any]) -> str:
    """A combination as `Entry.trial` has it: "learning_rate=0.01, hidden=32"."""
    return ", ".join(f"{name}={value}" for name, value in combination.items())


@dataclasses.dataclass(frozen=True)
class Search:
    """The trials of one agent on one problem."""

    trials: tuple[Entry, ...]
    """One for each combination of settings."""
    seeds: int
    """The number of seeds of the report."""

    def chosen(self, folder: Folder) -> Entry | None:
        """The entry of the report. It has the settings of the best trial, or of the first of equally good ones.

        They are not standard, since other problems may have others.

        Returns:
            None if every cell of every trial failed.
        """
        scores = [mean_score(folder, trial) for trial in self.trials]
        if all(score is None for score in scores):
            return None
        known = [-math.inf if score is None else score for score in scores]
        best = known.index(max(known))
        return dataclasses.replace(self.trials[best], trial="", seeds=self.seeds, standard=False)


def mean_score(folder: Folder, trial: Entry) -> float | None:
    """The mean normalised score of a trial over its seeds, -inf if one of them failed; None if all failed."""
    scores = list(_scores(folder, trial))
    if all(score is None for score in scores):
        return None
    return sum(-math.inf if score is None else score for score in scores) / len(scores)


def _scores(folder: Folder, trial: Entry) -> Iterator[float | None]:
    """The score of each seed; None if it failed."""
    for seed in range(trial.seeds):
        result = folder.result(Cell(trial, seed))
        if result is None:
            yield None
            continue
        evaluation = result["evaluation"]
        levels = Levels(**{name: level and Level(**level) for name, level in evaluation["levels"].items()})
        score = levels.normalize(evaluation["accuracy"])
        # Without levels that differ there is no normalised score, but accuracies can still be compared.
        yield evaluation["accuracy"] if math.isnan(score) else score


def trials_folder(path: Path) -> Folder | None:
    """The trials within a folder of results; None if there are none."""
    return Folder(path / TRIALS) if (path / TRIALS / "grid.json").exists() else None
