"""The commands that run grids or report on them, called with their options as arguments."""

from __future__ import annotations

import dataclasses
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from seq_agents.agents import AGENTS
from seq_agents.cli.hints import next_commands, path_word
from seq_agents.cli.interruption import Interrupted, number_of
from seq_agents.cli.live_board import Board
from seq_agents.cli.options import as_options
from seq_agents.cli.terminal import print_table
from seq_agents.cli.user_modules import import_from
from seq_agents.cli.waiting import working
from seq_agents.errors import Refused
from seq_agents.experiments.cell import run_cell
from seq_agents.experiments.entry import Cell, Entry
from seq_agents.experiments.grid import Grid, GridAgent, changed
from seq_agents.experiments.grid_file import preset, read_grid
from seq_agents.experiments.named_experiments import chosen_experiments, named_experiments
from seq_agents.experiments.results_folder import TRIALS, Folder, refuse_run_folder
from seq_agents.experiments.running import Engine, run_grid
from seq_agents.experiments.search import Search
from seq_agents.experiments.sweeps import longer_entry, swept_entries
from seq_agents.experiments.workers import Failed, do_all
from seq_agents.report import tables
from seq_agents.report.experiment_table import experiment_table
from seq_agents.report.figure_files import FORMATS, write_figures
from seq_agents.report.horizon_tables import horizon_table, longer_table
from seq_agents.report.outcome import grid_outcomes, outcomes
from seq_agents.report.page import write_report
from seq_agents.report.search_tables import search_cost, trial_outcomes
from seq_agents.report.text_forms import FORMS
from seq_envs.env_options import NO_OPTIONS, EnvOptions

if TYPE_CHECKING:
    from seq_agents.report.outcome import Outcome
    from seq_agents.report.table import Table

PAGE = "report.html"
_BRIEF = ("agent", "problems", "runs", "normalised, IQM", "95% interval", "solved", "steps to solve")
"""The columns of the leaderboard that fit a terminal."""
_BRIEF_NOTE = f"Over the problems that need memory, with bootstrap intervals; steps are medians. {tables.SOLVED}"
_ON_PROBLEM = (
    "agent", "seeds", "normalised, IQM", "accuracy, IQM", "exact, IQM", "steps learned from", "steps to solve",
)  # fmt: skip
"""The columns of the table of one problem that fit a terminal."""
_EXPERIMENTS = (
    "experiment",
    "seeds",
    "normalised: lowest",
    "normalised: median",
    "episodes learned from",
    "solved",
    "right up to",
    "reported",
)
"""The columns of the table of experiments that fit a terminal."""

TablesOf = Callable[[Folder, "list[Outcome]"], "Sequence[Table]"]
"""Makes the tables to print from the folder and the outcomes of the entries that were run."""


class Sweeps(NamedTuple):
    """The arguments of `horizon` for `seq_agents.experiments.sweeps`."""

    agent: str
    name: str
    ids: Sequence[str]
    values: Sequence[int] | None
    settings: Mapping[str, Any]
    seeds: int
    episodes: int
    standard: bool
    options: EnvOptions


def bench(
    file: Path | None, name: str | None, out: Path | None, engine: Engine, command: str = "", **changes: Any
) -> None:
    """Run the grid of a YAML file or of a preset, with other agents, ids, seeds or episodes where they are given."""
    if file is None:
        named = name is not None
        name = name or ("full" if changes["agents"] or changes["ids"] else "quick")
        grid = preset(name)
        if changes["agents"] and not named:  # Their own settings, and not those that the preset has for them.
            grid = dataclasses.replace(grid, agents={agent: GridAgent(agent=agent) for agent in changes["agents"]})
    else:
        import_from(file.resolve().parent)
        name, grid = file.stem, read_grid(file)
    path = out or Path(f"bench-{name}")
    grid = changed(grid, **changes)
    searches = grid.searches()
    entries = grid.all_entries()
    if searches:
        entries = [*_searched(searches, path, engine, command), *entries]
    _run(
        entries,
        path,
        engine,
        lambda _, done: (
            tables.matrix(grid_outcomes(done)),
            tables.leaderboard(grid_outcomes(done)).only(_BRIEF, _BRIEF_NOTE),
            search_cost(trial_outcomes(path)),
            _experiments_that_fit(done),
        ),
        command,
    )


def _searched(searches: Sequence[Search], path: Path, engine: Engine, command: str) -> list[Entry]:
    """Run the trials that have no result yet; returns the entries with the settings that did best.

    Raises:
        Interrupted: after Ctrl-C or SIGTERM. The results so far are stored.
        Refused: all trials of an agent on a problem failed.
    """
    trials = [trial for search in searches for trial in search.trials]
    folder = path / TRIALS
    refuse_run_folder(path)
    path.mkdir(parents=True, exist_ok=True)
    print(f"{len(_cells(trials))} trials of settings come first, in {folder}.", file=sys.stderr)
    try:
        failures = _run_cells(trials, folder, engine, command)
    except KeyboardInterrupt as interruption:
        raise Interrupted(number_of(interruption), _to_continue(trials, folder, command, kept=True)) from None
    chosen = [(search, search.chosen(Folder(folder))) for search in searches]
    without = [f"{search.trials[0].name} on {search.trials[0].label}" for search, entry in chosen if entry is None]
    if without:
        reasons = "\n".join(f"{failed.item.key}: {failed.reason}" for failed in failures)
        raise Refused(f"every trial failed of {', '.join(without)}; the same command runs them again:\n{reasons}")
    for failed in failures:
        print(f"trial {failed.item.key} failed, so its settings are not chosen: {failed.reason}", file=sys.stderr)
    return [entry for _, entry in chosen if entry is not None]


def horizon(sweeps: Sweeps, out: Path | None, engine: Engine, command: str = "") -> None:
    """Train an agent over growing lags or lengths, and evaluate an agent of short episodes on longer ones."""
    entries = []
    for id in sweeps.ids:
        common: dict[str, Any] = {
            "name": sweeps.name, "seeds": sweeps.seeds, "settings": sweeps.settings, "episodes": sweeps.episodes,
            "standard": sweeps.standard, "options": sweeps.options,
        }  # fmt: skip
        entries += swept_entries(sweeps.agent, id, sweeps.values, **common)
        entries.append(longer_entry(sweeps.agent, id, **common))
    _run(
        entries,
        out or Path(f"horizon-{sweeps.name.replace(':', '-').replace('/', '-')}"),
        engine,
        lambda folder, done: (_without_intervals(horizon_table(done, folder.entries)), longer_table(done)),
        command,
    )


def list_experiments() -> None:
    """Print the names of the experiments, and what was reported for them."""
    for name, experiment in named_experiments().items():
        print(f"{name:34} {experiment.reported}".rstrip())
    print("\nseq-envs reproduce NAME ... runs them; a NAME may be a pattern such as 'tutorial-*'.")
    print(next_commands(["reproduce", next(iter(named_experiments()))]))


def reproduce(
    patterns: Sequence[str], seeds: int | None, episodes: int, out: Path, engine: Engine, command: str = ""
) -> None:
    """Run named experiments, and print their scores beside what was reported."""
    grid = Grid(entries=chosen_experiments(patterns), episodes=episodes)
    _run(changed(grid, seeds=seeds).all_entries(), out, engine, lambda _, done: [_experiments_that_fit(done)], command)


def compare(
    id: str,
    parameters: Mapping[str, Any],
    seeds: int,
    episodes: int,
    out: Path | None,
    engine: Engine,
    command: str = "",
    options: EnvOptions = NO_OPTIONS,
) -> None:
    """Train the agents of the preset `compare` on one problem, and print their scores above the levels."""
    grid = changed(
        preset("compare"), ids=[{"id": id, **parameters, **options.chosen()}], seeds=seeds, episodes=episodes
    )
    entries = grid.all_entries()
    agents = "; ".join(
        f"{entry.name} learns from {AGENTS[entry.agent].learns_from} ({AGENTS.about(entry.agent)})" for entry in entries
    )

    def tables_of(_: Folder, done: list[Outcome]) -> Sequence[Table]:
        table = tables.on_problem(done, entries[0].label)
        return [table.only(_ON_PROBLEM, f"{table.note}\n{tables.ZERO}\n{agents}.")]

    if out is not None:
        _run(entries, out, engine, tables_of, command)
        return
    with tempfile.TemporaryDirectory(prefix="seq-envs-compare-") as folder:
        _run(entries, Path(folder), engine, tables_of, kept=False)
    print(next_commands(["train", entries[0].agent, id, *as_options(parameters)]))


def report(path: Path, out: Path | None, form: str | None, figures: Path | None = None) -> None:
    """Write the page of a folder of results, or its charts as files, or print the folder as Markdown or CSV."""
    folder = Folder.open(path)
    if figures is not None:
        if figures.exists() and not figures.is_dir():
            raise Refused(f"{figures} is a file: --figures takes a folder")
        written = write_figures(folder, figures)
        print(f"{figures}: {len(written) // len(FORMATS)} charts, each as .{' and .'.join(FORMATS)}")
        return
    if out is not None and not out.parent.is_dir():
        raise Refused(f"{out.parent} is no folder to write {out.name} into")
    if form is None:
        page = _write_page(folder, out)
        left = len(tables.missing(folder).rows)
        print(page)
        after = next_commands(["report", path_word(path), "--markdown"], ["report", path_word(path), "--csv"])
        missing = f" {left} cells are missing and are listed there." if left else ""
        print(f"It is a page for a browser.{missing}\n{after}", file=sys.stderr)  # stdout has the path alone.
        return
    with working("reading the results"):
        text = FORMS[form](folder)
    print(text, end="")


def local(jobs: int | None) -> Engine:
    """An engine of processes on this machine: `jobs` of them, or as many as there are cores."""
    return lambda cells: do_all(run_cell, cells, jobs or _cores())


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def on_ray(address: str) -> Engine:
    """An engine on a Ray cluster; an empty address starts a small cluster on this machine."""
    from seq_agents.experiments import ray_workers

    return lambda cells: ray_workers.do_all(run_cell, cells, address or None)


def _run(
    entries: Sequence[Entry], path: Path, engine: Engine, tables_of: TablesOf, command: str = "", kept: bool = True
) -> None:
    """Run the cells that have no result yet, write the page, and print the tables of these entries.

    Args:
        entries: the entries to run.
        path: the folder of the results.
        engine: runs the cells.
        tables_of: makes the tables.
        command: the command as it was typed.
        kept: whether the folder stays; if not, no page is written.

    Raises:
        Interrupted: after Ctrl-C or SIGTERM. The results so far are stored.
        Refused: cells failed.
    """
    try:
        failures = _run_cells(entries, path, engine, command)
        _print_results(entries, path, tables_of, kept)
    except KeyboardInterrupt as interruption:
        raise Interrupted(number_of(interruption), _to_continue(entries, path, command, kept)) from None
    if failures:
        listed = "\n".join(f"{failed.item.key}: {failed.reason}" for failed in failures)
        again = "; the same command runs them, and only them, again" if kept else ""
        raise Refused(f"{len(failures)} cells failed{again}:\n{listed}")


def _cells(entries: Sequence[Entry]) -> list[Cell]:
    return [Cell(entry, seed) for entry in entries for seed in range(entry.seeds)]


def _run_cells(entries: Sequence[Entry], path: Path, engine: Engine, command: str) -> list[Failed]:
    """Run the cells that have no result yet, and display their progress; returns the failures."""
    with Board(_cells(entries), Folder(path)) as board:
        return run_grid(entries, path, engine, board.see, command)


def _print_results(entries: Sequence[Entry], path: Path, tables_of: TablesOf, kept: bool) -> None:
    """Write the page if the folder stays, and print the tables of these entries."""
    folder = Folder.open(path)
    identities = {entry.identity for entry in entries}
    outcomes_here = [outcome for outcome in outcomes(folder) if outcome.entry.identity in identities]
    if not outcomes_here:
        return
    if kept:
        print(f"{_write_page(folder, None)}: the report.\n")
    for table in tables_of(folder, outcomes_here):
        print_table(table)
    if kept:
        print(next_commands(["report", path_word(path), "--markdown"]))


def _to_continue(entries: Sequence[Entry], path: Path, command: str, kept: bool) -> str:
    """What is done of a grid that was interrupted, and the command that continues it."""
    if not kept:
        return "interrupted. The results are lost: --out keeps them in a folder"
    cells, folder = _cells(entries), Folder(path)
    done = sum(folder.result(cell) is not None for cell in cells)
    continuing = f"\nTo continue: {command}" if command else ""
    return f"interrupted. {path} is kept: {done} of {len(cells)} cells are done.{continuing}"


def _experiments_that_fit(done: Sequence[Outcome]) -> Table:
    table = experiment_table(done)
    return table.only(_EXPERIMENTS, table.note)


def _without_intervals(table: Table) -> Table:
    return table.only([column.heading for column in table.columns if column.heading != "95% interval"], table.note)


def _write_page(folder: Folder, out: Path | None) -> Path:
    page = out or folder.path / PAGE
    with working("writing the report") as progress:
        write_report(folder, page, progress)
    return page
