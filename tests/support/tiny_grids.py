"""Entries, results made by hand, and an engine without processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from seq_agents.experiments.cell import run_cell
from seq_agents.experiments.config import Config
from seq_agents.experiments.entry import Cell, Entry
from seq_agents.experiments.workers import Begun, Done, Event, failure
from tiny_agents import settings, taken_by

ECHO = {"length": 4, "n_values": 3}


def entry(agent: str = "mlp", name: str = "", seeds: int = 1, episodes: int = 40, **others: Any) -> Entry:
    """An agent that trains in a moment."""
    id, parameters = (
        ("SeqCopy-v0", {"length": 2, "n_values": 3}) if agent == "encoder-decoder" else ("SeqEcho-v0", ECHO)
    )
    config = Config.of(agent, id, parameters, 0, settings(agent, taken_by(agent)) if ":" not in agent else {})
    given = {"id": id, "parameters": config.parameters, "settings": config.settings, **others}
    return Entry(name=name or agent, agent=agent, seeds=seeds, episodes=episodes, **given)


def exam(accuracy: float = 0.75, exact: float = 0.5, memoryless: float = 0.5, optimal: float = 1.0) -> dict[str, Any]:
    """An evaluation, where chance has half the accuracy of the best memoryless policy."""
    level = {"accuracy_error": 0.0, "exact_match_error": 0.0}
    right = {"chance": memoryless / 2, "memoryless": memoryless, "optimal": optimal}
    return {
        "accuracy": accuracy,
        "accuracy_interval": [accuracy, accuracy],
        "exact_match": exact,
        "exact_match_interval": [exact, exact],
        "normalized_score": (accuracy - memoryless) / (optimal - memoryless) if optimal > memoryless else None,
        "normalized_interval": [None, None],
        "accuracy_by_step": [None, accuracy],
        "mean_return": accuracy,
        "mean_squared_error": None,
        "options": {},
        "episodes": 40,
        "levels": {name: {"accuracy": share, "exact_match": share, **level} for name, share in right.items()},
    }


def result(cell: Cell, curve: Sequence[Sequence[float]] = ((100, 2.0, 0.75, 0.5),), **changes: Any) -> dict[str, Any]:
    """A possible result of a cell, as JSON."""
    _, seconds, accuracy, exact = curve[-1]
    return {
        "entry": cell.entry.as_json(),
        "seed": cell.seed,
        "problem": str(cell.entry.problem()),
        "answers": 3,
        "evaluation": exam(accuracy, exact),
        "elsewhere": [],
        "curve": [list(row) for row in curve],
        "steps": curve[-1][0],
        "seconds": seconds,
        "date": "2026-11-22",
        "versions": {"python": "3"},
        "hardware": {"cpu": "a chip", "cores": 2},
        **changes,
    }


class InThisProcess:
    """An engine that runs the cells in this process and lists them."""

    def __init__(self, task: Callable[[Cell], Any] = run_cell, until: int | None = None) -> None:
        self.ran: list[tuple[str, str, int]] = []
        self._task = task
        self._until = until
        """The number of cells after which Ctrl-C is simulated."""

    def __call__(self, cells: Sequence[Cell]) -> Iterator[Event]:
        for number, cell in enumerate(cells):
            yield Begun(cell)
            if number == self._until:
                raise KeyboardInterrupt
            self.ran.append((cell.entry.name, cell.entry.id, cell.seed))
            try:
                done = self._task(cell)
            except Exception as wrong:
                yield failure(cell, wrong)
            else:
                yield Done(cell, done)
