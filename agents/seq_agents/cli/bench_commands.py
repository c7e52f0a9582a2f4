"""What `seq-envs bench`, `horizon` and `report` do, once their options are read."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seq_agents.cli.commands import import_from
from seq_agents.cli.live_board import Board
from seq_agents.cli.terminal import print_table
from seq_agents.errors import Refused
from seq_agents.experiments.cell import run_cell
from seq_agents.experiments.entry import Cell, Entry
from seq_agents.experiments.grid import changed
from seq_agents.experiments.grid_file import preset, read_grid
from seq_agents.experiments.results_folder import Folder, identity
from seq_agents.experiments.running import Engine, run_grid
from seq_agents.experiments.sweeps import longer_entry, swept_entries
from seq_agents.experiments.workers import do_all
from seq_agents.report import tables
from seq_agents.report.horizon_tables import horizon_table, longer_table
from seq_agents.report.outcome import outcomes
from seq_agents.report.page import write_report
from seq_agents.report.text_forms import FORMS

if TYPE_CHECKING:
    from seq_agents.report.outcome import Outcome
    from seq_agents.report.table import Table

PAGE = "report.html"
_BRIEF = ("agent", "problems", "runs", "normalised, IQM", "95% interval", "solved", "steps to solve")
"""The columns of the leaderboard that a terminal has room for."""
_BRIEFLY = f"Over the problems that need memory, with bootstrap intervals; steps are medians. {tables.SOLVED}"


def bench(file: Path | None, name: str | None, out: Path | None, engine: Engine, **changes: Any) -> None:
    """Run the grid of a YAML file or of a preset, with other agents, ids, seeds or episodes as given."""
    if file is None:
        name = name or ("full" if changes["agents"] or changes["ids"] else "quick")
        grid = preset(name)
    else:
        import_from(file.resolve().parent)
        name, grid = file.stem, read_grid(file)
    _run(
        changed(grid, **changes).entries(),
        out or Path(f"bench-{name}"),
        engine,
        lambda _, done: (tables.matrix(done), tables.leaderboard(done).only(_BRIEF, _BRIEFLY)),
    )


def horizon(
    agent: str,
    ids: Sequence[str],
    values: Sequence[int] | None,
    settings: Mapping[str, Any],
    seeds: int,
    episodes: int,
    out: Path | None,
    engine: Engine,
) -> None:
    """Train an agent over growing lags or lengths, and on short episodes to examine it on longer ones."""
    entries = []
    for id in ids:
        entries += swept_entries(agent, id, values, seeds, settings, episodes)
        entries.append(longer_entry(agent, id, seeds, settings, episodes))
    _run(
        entries,
        out or Path(f"horizon-{agent.replace(':', '-')}"),
        engine,
        lambda folder, done: (_narrow(horizon_table(done, folder.entries)), longer_table(done)),
    )


def _narrow(table: Table) -> Table:
    """What a terminal has room for."""
    return table.only([one.heading for one in table.columns if one.heading != "95% interval"], table.note)


def report(path: Path, out: Path | None, form: str | None) -> None:
    """Show a folder of results: as a page, or print it as Markdown or CSV."""
    folder = Folder.open(path)
    if out is not None and not out.parent.is_dir():
        raise Refused(f"{out.parent} is no folder to write {out.name} into")
    if form is None:
        page = _write_page(folder, out)
        left = len(tables.missing(folder).rows)
        print(f"{page}{f': {left} cells are missing, it says which' if left else ''}")
        return
    print(FORMS[form](folder), end="")


def local(jobs: int | None) -> Engine:
    """Processes on this machine; as many as it has cores, if no number is given."""
    return lambda cells: do_all(run_cell, cells, jobs or _cores())


def _cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def on_ray(address: str) -> Engine:
    """A Ray cluster; an empty address starts a small one on this machine."""
    from seq_agents.experiments import ray_workers as on_ray

    return lambda cells: on_ray.do_all(run_cell, cells, address or None)


def _run(
    entries: Sequence[Entry], path: Path, engine: Engine, tables_of: Callable[[Folder, list[Outcome]], Sequence[Table]]
) -> None:
    """Run what is missing, write the page, and print the tables of these entries."""
    with Board([Cell(entry, seed) for entry in entries for seed in range(entry.seeds)], Folder(path)) as board:
        try:
            failures = run_grid(entries, path, engine, board.see)
        except KeyboardInterrupt:
            print(f"What is done is in {path}: the same command goes on.", file=sys.stderr)
            raise
    folder = Folder.open(path)
    mine = {identity(entry) for entry in entries}
    done = [one for one in outcomes(folder) if identity(one.entry) in mine]
    if done:
        print(f"{_write_page(folder, None)}: the report.\n")
        for table in tables_of(folder, done):
            print_table(table)
    if failures:
        listed = "\n".join(f"{one.item.key}: {one.reason}" for one in failures)
        raise Refused(f"{len(failures)} cells failed; the same command tries them, and only them, again:\n{listed}")


def _write_page(folder: Folder, out: Path | None) -> Path:
    page = out or folder.path / PAGE
    write_report(folder, page)
    return page
