"""A folder of results: the entries of its grids, the results of finished cells, and why other cells failed.

grid.json       the entries, and the commands that added them
cells/          a JSON file for each finished cell, written whole or not at all
failed/         a text file for each cell that failed when it was last run
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
from seq_agents.experiments.entry import Cell, Entry, determining
from seq_agents.experiments.files import remove_unfinished, write_whole
from seq_agents.experiments.stored_result import parsed_result
from seq_agents.experiments.strict_json import strict_json
from seq_agents.experiments.workers import Failed

_GRID, _CELLS, _FAILED = "grid.json", "cells", "failed"
TRIALS = "trials"
"""The folder of the trials of a search (see `seq_agents.experiments.search`) within the folder of the results."""


class Folder:
    """Results on disk. Only one process at a time may write, see `seq_agents.experiments.folder_lock.alone_in`.

    Raises:
        seq_agents.errors.RunError: its grid.json is broken, or was not made by this package.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries: list[Entry]
        """In the order in which they were added."""
        self.commands: list[str]
        """The commands that added entries, quoted for a shell; empty if Python code added them."""
        self.entries, self.commands = _read_grid(path / _GRID)

    @classmethod
    def open(cls, path: Path) -> Folder:
        """A folder that has results.

        Raises:
            RunError: the folder has no results.
        """
        refuse_run_folder(path)
        if not (path / _GRID).exists() and (path / TRIALS / _GRID).exists():
            raise RunError(
                f"{path} has the trials of a search and no results yet; the command that began it continues it. For "
                f"the trials, try: seq-envs report {quote(str(path / TRIALS))}"
            )
        if not (path / _GRID).exists():
            raise RunError(
                f"{path} is no folder of results: there is no {_GRID}; seq-envs bench --out {path} makes one"
            )
        return cls(path)

    def add_entries(self, entries: Sequence[Entry], command: str = "") -> None:
        """Add entries to the folder; more seeds of an entry that is already there are added to it.

        Args:
            entries: the entries.
            command: the command that adds them, quoted for a shell. It is stored if it adds something.

        Raises:
            RunError: the folder has results of an entry with the same name and problem that differs in another field.
        """
        by_identity = {entry.identity: entry for entry in self.entries}
        for entry in entries:
            there = by_identity.get(entry.identity)
            if there is not None and self._begun(there):
                _refuse_other(self.path, there, entry)
                entry = dataclasses.replace(entry, seeds=max(entry.seeds, there.seeds))
            by_identity[entry.identity] = entry
        added = list(by_identity.values()) != self.entries
        self.entries = list(by_identity.values())
        if command and added and command not in self.commands:
            # An argument that is not Unicode cannot be stored as it is.
            self.commands.append(command.encode(errors="surrogateescape").decode(errors="replace"))
        self.path.mkdir(parents=True, exist_ok=True)
        for part in (_CELLS, _FAILED):
            (self.path / part).mkdir(exist_ok=True)
            remove_unfinished(self.path / part)
        stored = {"entries": [entry.as_json() for entry in self.entries], "commands": self.commands}
        _write_json(self.path / _GRID, stored)

    def _begun(self, entry: Entry) -> bool:
        """Whether any cell of an entry has a result."""
        return any(self.result(Cell(entry, seed)) is not None for seed in range(entry.seeds))

    def cells(self) -> Iterator[Cell]:
        """Every cell: seed 0 of all entries first, then seed 1, so that an interrupted grid has as many of each."""
        for seed in range(max((entry.seeds for entry in self.entries), default=0)):
            yield from (Cell(entry, seed) for entry in self.entries if seed < entry.seeds)

    def result(self, cell: Cell) -> dict[str, Any] | None:
        """The result of a cell; None if there is none, or its file is broken or belongs to another cell."""
        try:
            read = parsed_result(self._file(cell).read_text(encoding="utf-8"))
            fits = determining(read["entry"]) == determining(cell.entry.as_json()) and read["seed"] == cell.seed
            return read if fits else None
        except Exception:  # A broken file may hold anything.
            return None

    def broken(self, cell: Cell) -> bool:
        """Whether there is a file for the cell that holds no result of it."""
        return self._file(cell).exists() and self.result(cell) is None

    def why_failed(self, cell: Cell) -> str | None:
        """Why the cell failed, in one line; None if it did not fail, or the reason could not be stored."""
        path = self._failure(cell)
        if not path.exists():
            return None
        return path.read_text(encoding="utf-8", errors="replace").partition("\n")[0]

    def add(self, cell: Cell, result: Mapping[str, Any]) -> None:
        """Store a result."""
        _write_json(self._file(cell), result)
        with suppress(OSError):
            self._failure(cell).unlink(missing_ok=True)

    def add_failure(self, failed: Failed) -> None:
        """Store why a cell failed. If the disk is full, nothing is stored, and the other cells still run."""
        with suppress(OSError):
            write_whole(self._failure(failed.item), f"{failed.reason}\n\n{failed.details}".encode(errors="replace"))

    def _file(self, cell: Cell) -> Path:
        return self.path / _CELLS / f"{cell.key}.json"

    def _failure(self, cell: Cell) -> Path:
        return self.path / _FAILED / f"{cell.key}.txt"


def refuse_run_folder(path: Path) -> None:
    """Refuse a folder that has one training.

    Raises:
        RunError: it is a run folder.
    """
    if (path / "config.json").exists():
        raise RunError(f"{path} is the run folder of one training; try: seq-envs evaluate {quote(str(path))}")


def _read_grid(path: Path) -> tuple[list[Entry], list[str]]:
    """The entries and the commands; none if there is no file."""
    if not path.exists():
        return [], []
    try:
        read = strict_json(path.read_text(encoding="utf-8"))
        entries = [Entry.of_json(raw) for raw in read["entries"]]
        commands = read.get("commands", [])  # Folders made by older versions have none.
        if not isinstance(commands, list) or not all(isinstance(command, str) for command in commands):
            raise ValueError(f"commands must be texts, got {commands!r}")
        if len({entry.identity for entry in entries}) < len(entries):
            raise ValueError("two entries have the same name and problem")
    except Exception as wrong:  # A broken file may hold anything.
        raise RunError(f"{path} is broken: {reason(wrong)}") from None
    return entries, commands


def _refuse_other(path: Path, there: Entry, asked: Entry) -> None:
    """Refuse an entry that differs from the one with the same name and problem in the folder."""
    old, new = (determining(entry.as_json()) for entry in (there, asked))
    for name, value in old.items():
        if value != new[name]:
            other: Any = new[name]
            if isinstance(value, dict) and isinstance(other, dict):
                differing = [key for key in {**value, **other} if value.get(key) != other.get(key)]
                value, other = ({key: side.get(key) for key in differing} for side in (value, other))
            raise RunError(
                f"{path} has results of {there.name} on {there.label} with {name} {value!r}, not {other!r}: "
                "choose another folder, or another name for the agent"
            )


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    write_whole(path, (json.dumps(value, separators=(",", ":"), allow_nan=False) + "\n").encode())
