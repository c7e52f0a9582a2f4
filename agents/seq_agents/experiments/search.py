"""A search over settings: every agent has the same number of trials, and its runs in the report have its best settings.

A trial is a training, and its seeds and its evaluation episodes are not those of the runs in the report.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from seq_agents.experiments.entry import Cell, Entry
from seq_agents.experiments.results_folder import TRIALS, Folder
from seq_envs.level import Level, Levels


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
        finished = [list(_finished(folder, trial)) for trial in self.trials]
        if not any(finished):
            return None
        ranks = [rank(scores, trial.seeds) for scores, trial in zip(finished, self.trials, strict=True)]
        best = self.trials[ranks.index(max(ranks))]
        return dataclasses.replace(best, trial="", seeds=self.seeds, standard=False)


def rank(finished: Sequence[tuple[float, float]], seeds: int) -> float:
    """What a trial is chosen by: its mean normalised score, or -inf if one of its seeds failed.

    Args:
        finished: the normalised score and the accuracy of each seed that has a result. Without levels that differ there
            is no normalised score (it is NaN), but accuracies can still be compared.
        seeds: the seeds of the trial.
    """
    if len(finished) < seeds:
        return -math.inf
    return statistics.fmean(accuracy if math.isnan(score) else score for score, accuracy in finished)


def _finished(folder: Folder, trial: Entry) -> Iterator[tuple[float, float]]:
    """The normalised score and the accuracy of each seed that has a result."""
    for seed in range(trial.seeds):
        result = folder.result(Cell(trial, seed))
        if result is not None:
            evaluation = result["evaluation"]
            levels = Levels(**{name: level and Level(**level) for name, level in evaluation["levels"].items()})
            yield levels.normalize(evaluation["accuracy"]), evaluation["accuracy"]


def trials_folder(path: Path) -> Folder | None:
    """The trials within a folder of results; None if there are none."""
    return Folder(path / TRIALS) if (path / TRIALS / "grid.json").exists() else None
