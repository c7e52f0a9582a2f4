"""Run the cells of a grid that are not done yet, and keep what each comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from seq_agents.errors import reason
from seq_agents.experiments.entry import Cell, Entry
from seq_agents.experiments.files import alone_in
from seq_agents.experiments.results_folder import Folder, identity
from seq_agents.experiments.workers import Done, Event, Failed

Engine = Callable[[Sequence[Cell]], Iterable[Event]]
"""Runs cells, see `seq_agents.experiments.workers.do_all`."""


def run_grid(entries: Sequence[Entry], path: Path, engine: Engine, see: Callable[[Event], Any]) -> list[Failed]:
    """Run what is asked for and not there yet; what failed before is tried again.

    Args:
        entries: what is asked for.
        path: the folder of the results; made if it is not there.
        engine: what runs the cells.
        see: called with every event.

    Returns:
        What failed; the other cells are not stopped by it.

    Raises:
        seq_agents.errors.RunError: the folder is in use, broken, or has results of other settings under the same name.
    """
    path.mkdir(parents=True, exist_ok=True)
    failures: list[Failed] = []
    with alone_in(path):
        folder = Folder(path)
        folder.ask_for(entries)
        seeds = {identity(entry): entry.seeds for entry in entries}
        cells = [cell for cell in folder.cells() if cell.seed < seeds.get(identity(cell.entry), 0)]
        for event in engine([cell for cell in cells if folder.result(cell) is None]):
            event = _kept(folder, event)
            if isinstance(event, Failed):
                failures.append(event)
                folder.add_failure(event)
            see(event)
    return failures


def _kept(folder: Folder, event: Event) -> Event:
    """The event, with its result on disk; a failure if that cannot be."""
    if not isinstance(event, Done):
        return event
    try:
        folder.add(event.item, event.result)
    except (OSError, TypeError, ValueError) as wrong:  # The disk, or something in it that is not JSON.
        return Failed(event.item, f"its result could not be written: {reason(wrong)}")
    return event
