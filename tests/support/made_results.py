"""Folders of made-up results, which need no training."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seq_agents.experiments.entry import Cell, Entry
from seq_agents.experiments.files import without_nan
from seq_agents.experiments.results_folder import Folder
from seq_agents.experiments.workers import Failed

from seq_envs.level import Level, Levels

ECHO = Levels(chance=Level(0.1, 1e-9), memoryless=Level(0.1, 1e-9), optimal=Level(1.0, 1.0))
CONTROL = Levels(chance=Level(0.25, 0.0), memoryless=Level(1.0, 1.0), optimal=Level(1.0, 1.0))
FLAT = Levels(chance=Level(1.0, 1.0), memoryless=Level(1.0, 1.0), optimal=Level(1.0, 1.0))
"""All levels are equal, so every normalised score is NaN."""


def entry(name: str = "lstm", id: str = "SeqEcho-v0", **others: Any) -> Entry:
    return Entry(**{"name": name, "agent": "lstm", "id": id, "settings": {"hidden": 8}, "seeds": 2, **others})


def exact(accuracy: float) -> float:
    """A made-up exact match; it is 1 from an accuracy of 0.99 on."""
    return 1.0 if accuracy >= 0.99 else accuracy**9


def evaluation(accuracy: float, levels: Levels, by_step: Sequence[float] | None = None) -> dict[str, Any]:
    return {
        "accuracy": accuracy,
        "exact_match": exact(accuracy),
        "normalized_score": levels.normalize(accuracy),
        "accuracy_by_step": [math.nan, *[accuracy] * 9] if by_step is None else list(by_step),
        "levels": dataclasses.asdict(levels),
    }


def result(
    cell: Cell,
    accuracy: float,
    levels: Levels = ECHO,
    *,
    by_step: Sequence[float] | None = None,
    steps: Sequence[int] = (1000, 2000, 4000, 8000, 16000),
    elsewhere: Mapping[int, float] | None = None,
) -> dict[str, Any]:
    """A result whose learning curve rises in a line to the accuracy, and then stays there."""
    heights = [accuracy * min(1.0, (place + 1) / 3) for place in range(len(steps))]
    heights[-1] = accuracy
    made: dict[str, Any] = without_nan({
        "entry": cell.entry.as_json(),
        "seed": cell.seed,
        "problem": f"{cell.entry.id}(made up)",
        "answers": 10,
        "evaluation": evaluation(accuracy, levels, by_step),
        "elsewhere": [
            {"changes": {"length": length}, "evaluation": evaluation(there, levels)}
            for length, there in (elsewhere or {}).items()
        ],
        "curve": [[step, step / 1000, height, exact(height)] for step, height in zip(steps, heights, strict=True)],
        "steps": steps[-1],
        "seconds": steps[-1] / 1000,
        "date": "2026-11-22",
        "versions": {"python": "3.11.7", "machine": "x86_64", "torch": "2.13.0"},
        "hardware": {"cpu": "abacus", "cores": 2},
    })  # fmt: skip
    return made


def folder(path: Path, entries: Sequence[Entry]) -> Folder:
    """A folder with these entries and no results."""
    made = Folder(path)
    made.add_entries(entries)
    return made


def usual(path: Path, names: Sequence[str] = ("lstm", "recurrent-ppo", "ppo")) -> Folder:
    """Agents on three problems and on a sweep; one cell failed, one was not run."""
    agents = {name: name if name in ("lstm", "recurrent-ppo", "ppo") else "lstm" for name in names}
    problems = {"SeqEcho-v0": ECHO, "SeqNext-v0": CONTROL, "SeqCopy-v0": ECHO}
    plain = [entry(name, id, agent=agent) for name, agent in agents.items() for id in problems]
    swept = [
        entry(name, agent=agents[name], parameters={"lag": lag}, swept="lag") for name in names for lag in (1, 2, 4)
    ]
    long = [
        entry(name, agent=agents[name], elsewhere=({"length": 20}, {"length": 50}), swept="longer") for name in names
    ]
    made = folder(path, [*plain, *swept, *long])
    cells = list(made.cells())
    for cell in cells[:-2]:
        asked, place = cell.entry, list(names).index(cell.entry.name)
        accuracy = max(0.1, 1.0 - (0.003 if place == 1 else 0.3 * place) - 0.002 * cell.seed)
        accuracy -= 0.02 * asked.parameters.get("lag", 0)
        lengths = {20: accuracy * 0.9, 50: accuracy * 0.7} if asked.elsewhere else None
        made.add(cell, result(cell, accuracy, problems[asked.id], elsewhere=lengths))
    made.add_failure(Failed(cells[-1], "ValueError: <b>no</b> number | at all", "Traceback"))
    return made
