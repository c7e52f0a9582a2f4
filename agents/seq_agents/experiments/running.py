"""Running the cells of a grid that have no result yet, and storing their results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from seq_agents.errors import reason
from seq_agents.experiments.entry import Cell, Entry
from seq_agents.experiments.folder_lock import alone_in
from seq_agents.experiments.results_folder import Folder, refuse_run_folder
from seq_agents.experiments.workers import Done, Event, Failed

Engine = Callable[[Sequence[Cell]], Iterable[Event]]
"""Runs cells and yields their events, as `seq_agents.experiments.workers.do_all` does."""


def run_grid(
    entries: Sequence[Entry], path: Path, engine: Engine, see: Callable[[Event], Any], command: str = ""
) -> list[Failed]:
    """Run the cells of the entries that have no result yet; cells that failed before are tried again.

    Args:
        entries: the entries of the grid.
        path: the folder of the results; it is made if it does not exist.
        engine: runs the cells.
        see: called with every event.
        command: the command that adds the entries, quoted for a shell; it is stored in the folder.

    Returns:
        The cells that failed; a failure does not stop the other cells.

    Raises:
        seq_agents.errors.RunError: the folder is in use or broken, is a run folder, or has results of other settings
            under the same name.
    """
    refuse_run_folder(path)
    path.mkdir(parents=True, exist_ok=True)
    failures: list[Failed] = []
    with alone_in(path):
        folder = Folder(path)
        folder.add_entries(entries, command)
        seeds = {entry.identity: entry.seeds for entry in entries}
        cells = [cell for cell in folder.cells() if cell.seed < seeds.get(cell.entry.identity, 0)]
        for event in engine([cell for cell in cells if folder.result(cell) is None]):
            event = _stored(folder, event)
            if isinstance(event, Failed):
                failures.append(event)
                folder.add_failure(event)
            see(event)
    return failures


def _stored(folder: Folder, event: Event) -> Event:
    """The event, after its result is on disk; a failure if it cannot be stored."""
    if not isinstance(event, Done):
        return event
    try:
        folder.add(event.item, event.result)
    except (OSError, TypeError, ValueError) as wrong:  # The disk, or a value that is not JSON.
        return Failed(event.item, f"its result could not be written: {reason(wrong)}")
    return event
