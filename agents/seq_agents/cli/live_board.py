"""The progress of a grid: a live table on a terminal; otherwise a line for each cell that ends, and at intervals."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from seq_agents.experiments.entry import Cell
from seq_agents.experiments.results_folder import Folder
from seq_agents.experiments.workers import Begun, Done, Event, Failed, Progress
from seq_agents.progress import clock
from seq_agents.report.table import score

_SECONDS_BETWEEN_LINES = 10.0
"""The least seconds between a line and the next one about cells that have not ended."""
_WORKED = 0.5
"""The cells that must be done, parts of cells added up, before the remaining time is estimated."""
_UNBOUNDED = 100_000
"""A width in characters that is enough for every table."""


class Board:
    """A context manager that displays events on stderr.

    Args:
        cells: all cells of the grid, including those that have a result already.
        folder: the folder of the results.
    """

    def __init__(self, cells: Sequence[Cell], folder: Folder) -> None:
        self._cells = cells
        self._failed: set[str] = set()
        self._running: dict[str, Progress | None] = {}
        self._console = Console(stderr=True)
        self._start = self._said = time.monotonic()
        self._done = {cell.key: _score(result) for cell in cells if (result := folder.result(cell)) is not None}
        self._done_before = len(self._done)
        self._live = Live(get_renderable=self._table, console=self._console, refresh_per_second=4, transient=True)

    def __enter__(self) -> Board:
        if self._done_before:
            self._console.print(f"{self._done_before} of {len(self._cells)} cells are done already.")
        if self._console.is_terminal:
            self._live.start()
        elif self._done_before < len(self._cells):
            self._print(f"{len(self._cells) - self._done_before} cells to run.")
        return self

    def __exit__(self, *_: object) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def see(self, event: Event) -> None:
        """Display an event."""
        key = event.item.key
        match event:
            case Begun():
                self._running[key] = None
            case Progress():
                self._running[key] = event
                if not self._console.is_terminal and time.monotonic() - self._said >= _SECONDS_BETWEEN_LINES:
                    self._print(self._progress())
            case Done():
                self._running.pop(key, None)
                self._done[key] = _score(event.result)
                if not self._console.is_terminal:
                    self._say(event.item, f"normalised {score(self._done[key])}, {event.result['seconds']:.1f} s")
            case Failed():
                self._running.pop(key, None)
                self._failed.add(key)
                self._say(event.item, f"FAILED: {event.reason}")

    def _say(self, cell: Cell, text: str) -> None:
        ended = len(self._done) + len(self._failed)
        line = f"[{ended}/{len(self._cells)}] {cell.entry.title} on {cell.entry.label}, seed {cell.seed}: {text}"
        self._print(line)

    def _print(self, line: str) -> None:
        self._said = time.monotonic()
        self._console.print(Text(line), soft_wrap=True)

    def _table(self) -> Any:
        """A row for each problem, a column for each agent: the median score so far and its number of seeds.

        Where the terminal is too narrow for all agents, there are several tables, one below the other.
        """
        groups: dict[str, dict[str, list[Cell]]] = {}
        for cell in self._cells:
            groups.setdefault(cell.entry.label, {}).setdefault(cell.entry.title, []).append(cell)
        left = list(dict.fromkeys(cell.entry.title for cell in self._cells))
        tables = []
        unbounded = self._console.options.update(width=_UNBOUNDED)
        while left:
            count = len(left)
            table = self._table_of(left, groups)
            while count > 1 and self._console.measure(table, options=unbounded).maximum > self._console.width:
                count -= 1
                table = self._table_of(left[:count], groups)
            tables.append(table)
            left = left[count:]
        return Group(Text(self._progress()), *tables)  # A low terminal cuts off the last lines.

    def _table_of(self, names: Sequence[str], groups: Mapping[str, Mapping[str, Sequence[Cell]]]) -> Table:
        table = Table(box=box.SIMPLE_HEAD)
        table.add_column("normalised, seeds", no_wrap=True)
        for name in names:
            table.add_column(Text(name), justify="right", no_wrap=True)
        for label, by_name in groups.items():
            if any(name in by_name for name in names):
                table.add_row(Text(label), *(self._text(by_name.get(name, [])) for name in names))
        return table

    def _text(self, cells: Sequence[Cell]) -> str:
        keys = [cell.key for cell in cells]
        scores = [self._done[key] for key in keys if key in self._done]
        parts = [f"{statistics.median(scores):.3f} ({len(scores)})"] if scores else []
        parts += [f"{_share_done(self._running[key]):.0%}" for key in keys if key in self._running]
        failed = sum(key in self._failed for key in keys)
        return " ".join(parts + ([f"{failed} failed"] if failed else []))

    def _progress(self) -> str:
        ended = len(self._done) + len(self._failed)
        worked = ended - self._done_before + sum(_share_done(progress) for progress in self._running.values())
        passed = time.monotonic() - self._start
        left = len(self._cells) - self._done_before - worked
        still = f", about {clock(passed / worked * left)} left" if worked > _WORKED else ""
        return f"{ended} of {len(self._cells)} cells in {clock(passed)}{still}"


def _score(result: Any) -> float:
    score = result["evaluation"]["normalized_score"]
    return float("nan") if score is None else float(score)


def _share_done(progress: Progress | None) -> float:
    return 0.0 if progress is None else progress.moment.done
