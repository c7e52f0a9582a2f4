"""Outcomes: the results of cells as numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seq_agents.experiments.entry import Cell, Entry
from seq_agents.experiments.results_folder import Folder
from seq_agents.experiments.solved import IN_A_ROW, solved_from, solves
from seq_agents.report.statistics import area_under
from seq_envs.level import Level, Levels


@dataclass(frozen=True, kw_only=True)
class Point:
    """A greedy evaluation during a training."""

    steps: int
    """Time steps learned from so far."""
    seconds: float
    """Seconds of training so far."""
    accuracy: float
    exact_match: float
    normalized: float


@dataclass(frozen=True, kw_only=True)
class FinalEvaluation:
    """The greedy evaluation after a training."""

    accuracy: float
    exact_match: float
    normalized: float
    """The normalised score; NaN where the levels of the problem are equal."""
    by_step: tuple[float, ...]
    """(T,) accuracy at each time step; NaN where none is scored."""
    levels: Levels


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The result of one cell."""

    entry: Entry
    seed: int
    problem: str
    """The problem with all of its parameters, in words."""
    answers: int | None
    """The number of possible answers at a scored step; None where it has no such number."""
    final: FinalEvaluation
    elsewhere: tuple[tuple[Mapping[str, Any], FinalEvaluation | None], ...]
    """Changes of the problem's parameters, and the evaluation there; None if the agent cannot answer that problem."""
    curve: tuple[Point, ...]
    """At least one point; the last one is the final evaluation."""
    solved_after: int | None
    """Episodes learned from at the first check that was good enough; None: no such check (see `Entry.until`)."""
    further: int | None
    """The last value up to which no episode has a mistake; None: it was not looked for (see `Entry.further`)."""
    done: float
    """The share of the training that was done when it ended, in (0, 1]; below 1 if it stopped when it was solved."""
    weights: int | None
    """The number of weights of the network; None if it has none, or it is not stored."""
    date: str
    """The day on which the cell was run, such as 2026-11-22."""
    versions: Mapping[str, str]
    hardware: Mapping[str, Any]

    @property
    def steps(self) -> int:
        """Time steps learned from."""
        return self.curve[-1].steps

    @property
    def episodes(self) -> int:
        """Episodes learned from."""
        return self.steps // len(self.final.by_step)

    @property
    def seconds(self) -> float:
        """Seconds of training, without evaluations."""
        return self.curve[-1].seconds

    @property
    def speed(self) -> float | None:
        """Time steps learned from in a second; None if there was no training."""
        return self.steps / self.seconds if self.steps > 0 and self.seconds > 0 else None

    @property
    def solved(self) -> Point | None:
        """The evaluation from which the problem was solved; None: it was not solved, or has too few evaluations.

        A training that stops early (see `Entry.until`) is solved by its end, or not at all. One that stopped because it
        had solved the problem has, even if the final evaluation, on more episodes, finds a little less.
        """
        if self.done < 1.0:
            return self.curve[-IN_A_ROW]
        if self.entry.until is not None:
            return None if self.solved_after is None else self.curve[-1]
        levels = self.final.levels
        index = solved_from([solves(point.accuracy, point.exact_match, levels) for point in self.curve])
        return None if index is None else self.curve[index]

    @property
    def area(self) -> float | None:
        """The mean normalised score over the training; None: a single evaluation at its end is no curve.

        If the training stopped when it was solved, its last score counts for the rest.
        """
        if len(self.curve) == 1 and self.steps > 0:
            return None
        steps, scores = zip(*((point.steps, point.normalized) for point in self.curve), strict=True)
        return area_under(steps, scores, self.steps / self.done)


def outcomes(folder: Folder) -> list[Outcome]:
    """The results of a folder, entry by entry, with the seeds in order."""
    done = [outcome_of(cell, result) for cell in folder.cells() if (result := folder.result(cell)) is not None]
    order = {entry.identity: index for index, entry in enumerate(folder.entries)}
    return sorted(done, key=lambda outcome: (order[outcome.entry.identity], outcome.seed))


def outcome_of(cell: Cell, result: Mapping[str, Any]) -> Outcome:
    """The outcome of a cell from its result, as `Folder.result` reads it."""
    final = _evaluation(result["evaluation"])
    return Outcome(
        entry=cell.entry,
        seed=cell.seed,
        problem=result["problem"],
        answers=result["answers"],
        final=final,
        elsewhere=tuple(
            (there["changes"], _evaluation(there["evaluation"]) if there["evaluation"] else None)
            for there in result["elsewhere"]
        ),
        curve=tuple(
            Point(
                steps=steps, seconds=seconds, accuracy=accuracy, exact_match=exact_match,
                normalized=final.levels.normalize(accuracy),
            )
            for steps, seconds, accuracy, exact_match in result["curve"]
        ),
        solved_after=result.get("solved_after_episodes"),
        further=result.get("further"),
        done=result.get("done", 1.0),
        weights=result.get("weights", {}).get("network"),
        date=result["date"],
        versions=result["versions"],
        hardware=result["hardware"],
    )  # fmt: skip


def _evaluation(raw: Mapping[str, Any]) -> FinalEvaluation:
    levels = Levels(**{name: level and Level(**level) for name, level in raw["levels"].items()})
    return FinalEvaluation(
        accuracy=raw["accuracy"],
        exact_match=raw["exact_match"],
        normalized=levels.normalize(raw["accuracy"]),
        by_step=tuple(math.nan if share is None else share for share in raw["accuracy_by_step"]),
        levels=levels,
    )


def grid_outcomes(done: Iterable[Outcome]) -> list[Outcome]:
    """The outcomes of agents x problems, without sweeps and without single experiments."""
    return [outcome for outcome in done if not outcome.entry.swept and not outcome.entry.is_experiment]


def names_of(done: Iterable[Outcome]) -> list[str]:
    """The names of the agents, in order."""
    return list(dict.fromkeys(outcome.entry.name for outcome in done))


def labels_of(done: Iterable[Outcome]) -> list[str]:
    """The problems, in order."""
    return list(dict.fromkeys(outcome.entry.label for outcome in done))


def of(done: Sequence[Outcome], *, name: str | None = None, label: str | None = None) -> list[Outcome]:
    """The outcomes of an agent, of a problem, or both."""
    return [
        outcome
        for outcome in done
        if (name is None or outcome.entry.name == name) and (label is None or outcome.entry.label == label)
    ]


def settings_in_words(done: Sequence[Outcome]) -> str:
    """Which agents have standard settings and which have tuned ones, and whether trainings stop when they have solved a
    problem; "" without outcomes.
    """
    stops = (
        " A training stops when it has solved the problem." if any(run.entry.stop_when_solved for run in done) else ""
    )
    standard = names_of(outcome for outcome in done if outcome.entry.standard)
    tuned = names_of(outcome for outcome in done if not outcome.entry.standard)
    if not tuned:
        return f"Settings: standard, the same for all problems.{stops}" if standard else ""
    if not standard:
        return f"Settings: tuned for single problems.{stops}"
    return f"Settings: standard for {', '.join(standard)}; tuned for single problems for {', '.join(tuned)}.{stops}"


def needs_memory(outcome: Outcome) -> bool:
    """Whether the problem is no control task."""
    return not outcome.final.levels.control
