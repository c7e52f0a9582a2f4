"""What the runs of a folder came to, as numbers to count with."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seq_agents.experiments.entry import Cell, Entry
from seq_agents.experiments.results_folder import Folder, identity
from seq_agents.report.statistics import area_under, solved_from
from seq_envs.level import Level, Levels


@dataclass(frozen=True, kw_only=True)
class Point:
    """A greedy evaluation in the course of a training."""

    steps: int
    seconds: float
    """Of training."""
    accuracy: float
    exact_match: float
    normalized: float


@dataclass(frozen=True, kw_only=True)
class Exam:
    """A final evaluation."""

    accuracy: float
    exact_match: float
    normalized: float
    """NaN: the problem leaves no room between its levels."""
    by_step: tuple[float, ...]
    """(T,) accuracy at each time step; NaN where none is scored."""
    levels: Levels


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One cell that is done."""

    entry: Entry
    seed: int
    problem: str
    """In words."""
    answers: int | None
    """From how many answers a step asks for one."""
    final: Exam
    elsewhere: tuple[tuple[Mapping[str, Any], Exam | None], ...]
    """Changes of the problem's parameters, and the evaluation there; None where the agent does not fit."""
    curve: tuple[Point, ...]
    """At least one point: the last one is the final evaluation."""
    date: str
    """The day on which it was done, as 2026-11-22."""
    versions: Mapping[str, str]
    hardware: Mapping[str, Any]

    @property
    def steps(self) -> int:
        """Time steps learned from."""
        return self.curve[-1].steps

    @property
    def seconds(self) -> float:
        """Of training, evaluations left out."""
        return self.curve[-1].seconds

    @property
    def solved(self) -> Point | None:
        """The evaluation from which the problem was solved; None: it was not, or not for long enough to tell."""
        index = solved_from([point.exact_match for point in self.curve])
        return None if index is None else self.curve[index]

    @property
    def area(self) -> float:
        """Under the learning curve of normalised scores: their mean over the training."""
        return area_under([point.steps for point in self.curve], [point.normalized for point in self.curve])


def outcomes(folder: Folder) -> list[Outcome]:
    """Every cell that is done, entry by entry, seeds in order."""
    done = [outcome_of(cell, read) for cell in folder.cells() if (read := folder.result(cell)) is not None]
    order = {identity(entry): index for index, entry in enumerate(folder.entries)}
    return sorted(done, key=lambda one: (order[identity(one.entry)], one.seed))


def outcome_of(cell: Cell, read: Mapping[str, Any]) -> Outcome:
    """A cell's result as it was read."""
    final = _exam(read["evaluation"])
    return Outcome(
        entry=cell.entry,
        seed=cell.seed,
        problem=read["problem"],
        answers=read["answers"],
        final=final,
        elsewhere=tuple(
            (one["changes"], _exam(one["evaluation"]) if one["evaluation"] else None) for one in read["elsewhere"]
        ),
        curve=tuple(
            Point(
                steps=steps, seconds=seconds, accuracy=accuracy, exact_match=exact_match,
                normalized=final.levels.normalize(accuracy),
            )
            for steps, seconds, accuracy, exact_match in read["curve"]
        ),
        date=read["date"],
        versions=read["versions"],
        hardware=read["hardware"],
    )  # fmt: skip


def _exam(raw: Mapping[str, Any]) -> Exam:
    levels = Levels(**{name: level and Level(**level) for name, level in raw["levels"].items()})
    return Exam(
        accuracy=raw["accuracy"],
        exact_match=raw["exact_match"],
        normalized=levels.normalize(raw["accuracy"]),
        by_step=tuple(math.nan if one is None else one for one in raw["accuracy_by_step"]),
        levels=levels,
    )


def names_of(done: Iterable[Outcome]) -> list[str]:
    """The agents' names, in order."""
    return list(dict.fromkeys(one.entry.name for one in done))


def labels_of(done: Iterable[Outcome]) -> list[str]:
    """The problems, in order."""
    return list(dict.fromkeys(one.entry.label for one in done))


def of(done: Sequence[Outcome], *, name: str | None = None, label: str | None = None) -> list[Outcome]:
    """Those of an agent, of a problem, or both."""
    return [
        one for one in done if (name is None or one.entry.name == name) and (label is None or one.entry.label == label)
    ]


def needs_memory(one: Outcome) -> bool:
    """Whether the problem is no control task."""
    return not one.final.levels.control
