"""A folder of results: what was asked for, a file for each cell that is done, and why others failed.

grid.json       the entries that were asked for
cells/          a JSON file for each cell, written whole or not at all
failed/         a text file for each cell that failed when it was run last
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from shlex import quote
from typing import Any

from seq_agents.errors import RunError, reason
from seq_agents.experiments.cell import CURVE_COLUMNS
from seq_agents.experiments.entry import Cell, Entry
from seq_agents.experiments.files import remove_unfinished, write_whole
from seq_agents.experiments.workers import Failed

_GRID, _CELLS, _FAILED = "grid.json", "cells", "failed"


class Folder:
    """Results on disk. Only one process at a time may write, see `seq_agents.experiments.files.alone_in`.

    Raises:
        seq_agents.errors.RunError: its grid.json is broken or something else's.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries: list[Entry] = _read_entries(path / _GRID)

    @classmethod
    def open(cls, path: Path) -> Folder:
        """A folder with results.

        Raises:
            RunError: it is none.
        """
        if (path / "config.json").exists():
            raise RunError(f"{path} is the run folder of one training; try: seq-envs evaluate {quote(str(path))}")
        if not (path / _GRID).exists():
            raise RunError(
                f"{path} is no folder of results: there is no {_GRID}; seq-envs bench --out {path} makes one"
            )
        return cls(path)

    def ask_for(self, entries: Sequence[Entry]) -> None:
        """Add entries to what is asked for; more seeds of one that is there are added to it.

        Raises:
            RunError: there is one of the same name and problem that differs in something else.
        """
        asked = {identity(entry): entry for entry in self.entries}
        for entry in entries:
            there = asked.get(identity(entry))
            if there is not None and self._begun(there):
                _refuse_other(self.path, there, entry)
                entry = dataclasses.replace(entry, seeds=max(entry.seeds, there.seeds))
            asked[identity(entry)] = entry
        self.entries = list(asked.values())
        self.path.mkdir(parents=True, exist_ok=True)
        for part in (_CELLS, _FAILED):
            (self.path / part).mkdir(exist_ok=True)
            remove_unfinished(self.path / part)
        _write_json(self.path / _GRID, {"entries": [entry.as_json() for entry in self.entries]})

    def _begun(self, entry: Entry) -> bool:
        """Whether there is a result of an entry."""
        return any(self.result(Cell(entry, seed)) is not None for seed in range(entry.seeds))

    def cells(self) -> Iterator[Cell]:
        """Every cell that is asked for, all first seeds first: so that a grid that is cut short is cut evenly."""
        for seed in range(max((entry.seeds for entry in self.entries), default=0)):
            yield from (Cell(entry, seed) for entry in self.entries if seed < entry.seeds)

    def result(self, cell: Cell) -> dict[str, Any] | None:
        """The result of a cell; None if there is none, or its file is broken or of something else."""
        try:
            read: dict[str, Any] = json.loads(self._file(cell).read_text(encoding="utf-8"))
            fits = _but_seeds(read["entry"]) == _but_seeds(cell.entry.as_json()) and read["seed"] == cell.seed
            return read if fits and _whole(read) else None
        except Exception:  # Whatever a broken file may hold.
            return None

    def broken(self, cell: Cell) -> bool:
        """Whether there is a file for the cell that holds no result of it."""
        return self._file(cell).exists() and self.result(cell) is None

    def why_failed(self, cell: Cell) -> str | None:
        """Why the cell failed, in one line; None if it did not, or nobody could write it down."""
        path = self._failure(cell)
        if not path.exists():
            return None
        return path.read_text(encoding="utf-8", errors="replace").partition("\n")[0]

    def add(self, cell: Cell, result: Mapping[str, Any]) -> None:
        """Keep a result."""
        _write_json(self._file(cell), result)
        with suppress(OSError):
            self._failure(cell).unlink(missing_ok=True)

    def add_failure(self, failed: Failed) -> None:
        """Keep why a cell failed; a full disk must not stop the others."""
        with suppress(OSError):
            write_whole(self._failure(failed.item), f"{failed.reason}\n\n{failed.details}".encode(errors="replace"))

    def _file(self, cell: Cell) -> Path:
        return self.path / _CELLS / f"{cell.key}.json"

    def _failure(self, cell: Cell) -> Path:
        return self.path / _FAILED / f"{cell.key}.txt"


def _read_entries(path: Path) -> list[Entry]:
    if not path.exists():
        return []
    try:
        return [Entry.of_json(raw) for raw in json.loads(path.read_text(encoding="utf-8"))["entries"]]
    except Exception as wrong:  # Whatever a broken file may hold.
        raise RunError(f"{path} is broken: {reason(wrong)}") from None


def _whole(read: Mapping[str, Any]) -> bool:
    """Whether a result has what is read of it; may raise if it has not."""
    exams = [read["evaluation"], *(one["evaluation"] for one in read["elsewhere"] if one["evaluation"] is not None)]
    numbers: list[Any] = [number for row in read["curve"] for number in row]
    for exam in exams:
        numbers += [exam["accuracy"], exam["exact_match"]]
        numbers += [share for share in exam["accuracy_by_step"] if share is not None]
        for name in ("chance", "memoryless", "optimal"):
            numbers += [exam["levels"][name]["accuracy"], exam["levels"][name]["exact_match"]]
    return (
        all(type(number) in (int, float) for number in numbers)
        and len(read["curve"]) > 0
        and all(len(row) == len(CURVE_COLUMNS) for row in read["curve"])
        and all(isinstance(one["changes"], dict) for one in read["elsewhere"])
        and "normalized_score" in read["evaluation"]
        and type(read["seconds"]) in (int, float)
        and all(isinstance(read[name], str) for name in ("problem", "date"))
        and (read["answers"] is None or type(read["answers"]) is int)
        and all(isinstance(read[name], dict) for name in ("versions", "hardware"))
    )


def identity(entry: Entry) -> tuple[str, str, str]:
    """What tells entries apart: two that agree in it must agree in all else but the number of seeds."""
    return entry.name, entry.label, entry.swept


def _but_seeds(raw: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as JSON, but for how many seeds are asked for, which changes nothing in a result."""
    return {name: value for name, value in raw.items() if name != "seeds"}


def _refuse_other(path: Path, there: Entry, asked: Entry) -> None:
    old, new = (_but_seeds(entry.as_json()) for entry in (there, asked))
    for name, value in old.items():
        if value != new[name]:
            other: Any = new[name]
            if isinstance(value, dict) and isinstance(other, dict):
                differing = [one for one in {**value, **other} if value.get(one) != other.get(one)]
                value, other = ({one: side.get(one) for one in differing} for side in (value, other))
            raise RunError(
                f"{path} has results of {there.name} on {there.label} with {name} {value!r}, not {other!r}: "
                "choose another folder, or another name for the agent"
            )


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    write_whole(path, (json.dumps(value, separators=(",", ":"), allow_nan=False) + "\n").encode())
