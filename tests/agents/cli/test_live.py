"""The output while a grid runs: lines, or a live table on a terminal."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console
from seq_agents.cli import live_board as live
from seq_agents.cli.live_board import Board
from seq_agents.experiments.entry import Cell, Entry
from seq_agents.experiments.grid_file import preset
from seq_agents.experiments.results_folder import Folder
from seq_agents.experiments.workers import Begun, Done, Event, Failed, Progress
from seq_agents.learners.learner import Moment
from tiny_grids import entry, exam, result

MLP, LSTM = entry(seeds=2), entry("lstm", seeds=2)
CELLS = [Cell(asked, seed) for seed in range(2) for asked in (MLP, LSTM)]


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)


def done(cell: Cell, accuracy: float = 0.75) -> Done:
    return Done(cell, result(cell, [[10, 2.25, accuracy, 0.5]]))


def folder(path: Path, *with_results: Cell) -> Folder:
    made = Folder(path)
    made.add_entries([MLP, LSTM])
    for cell in with_results:
        made.add(cell, done(cell).result)
    return made


def seen(board: Board, events: Sequence[Event], width: int = 80, height: int = 60) -> str:
    """The table as it stands after the events, on a terminal."""
    console = Console(file=io.StringIO(), force_terminal=True, width=width, height=height, color_system=None)
    board._console = console
    for event in events:
        board.see(event)
    with console.capture() as shown:
        console.print(board._table())
    return shown.get()


# Without a terminal: a line for each cell that ends.


def test_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second, third, fourth = CELLS
    with Board(CELLS, folder(tmp_path)) as board:
        for event in (
            Begun(first), Begun(second), Progress(first, Moment(0.5, 10, 0.5)), done(first), Begun(third),
            Failed(second, "ValueError: [red]why[/red]", "more"), done(third), Begun(fourth), done(fourth, 1.0),
        ):  # fmt: skip
            board.see(event)
    said = capsys.readouterr()
    assert said.out == ""
    on = "on SeqEcho-v0 length=4 n_values=3"
    assert said.err.splitlines() == [
        "4 cells to run.",
        f"[1/4] mlp {on}, seed 0: normalised 0.5000, 2.2 s",
        f"[2/4] lstm {on}, seed 0: FAILED: ValueError: [red]why[/red]",
        f"[3/4] mlp {on}, seed 1: normalised 0.5000, 2.2 s",
        f"[4/4] lstm {on}, seed 1: normalised 1.0000, 2.2 s",
    ]


def test_finished_cells_count_as_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Board(CELLS, folder(tmp_path, CELLS[0], CELLS[3])) as board:
        board.see(Begun(CELLS[1]))
        board.see(done(CELLS[1]))
    first, left, second = capsys.readouterr().err.splitlines()
    assert first == "2 of 4 cells are done already."
    assert left == "2 cells to run."
    assert second.startswith("[3/4] lstm on ")


def test_lines_about_cells_that_take_long(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten seconds or more lie between them."""
    clock = [1000.0]
    monkeypatch.setattr(live.time, "monotonic", lambda: clock[0])
    with Board(CELLS, folder(tmp_path)) as board:
        board.see(Begun(CELLS[0]))
        for second in range(26):
            clock[0] += 1.0
            board.see(Progress(CELLS[0], Moment(second / 25, second, 0.5)))
    assert capsys.readouterr().err.splitlines() == [
        "4 cells to run.",
        "0 of 4 cells in 0:10",
        "0 of 4 cells in 0:20, about 1:25 left",
    ]


def test_a_result_that_could_not_be_written_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    board = Board(CELLS, folder(tmp_path))
    board.see(Failed(CELLS[0], "its result could not be written: disk"))
    board.see(done(CELLS[1]))  # There was no event that it began.
    lines = capsys.readouterr().err.splitlines()
    assert [line[:5] for line in lines] == ["[1/4]", "[2/4]"]


def test_a_score_that_is_not_defined(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    got = result(CELLS[0], evaluation={**exam(), "normalized_score": None})
    Board(CELLS, folder(tmp_path)).see(Done(CELLS[0], got))
    assert "normalised undefined, 2.0 s" in capsys.readouterr().err


def test_one_line_for_a_long_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cell = Cell(entry(name="n" * 300), 0)
    Board([cell], folder(tmp_path)).see(done(cell))
    assert len(capsys.readouterr().err.splitlines()) == 1


# On a terminal.


def test_the_table(tmp_path: Path) -> None:
    first, second, third, fourth = CELLS
    board = Board(CELLS, folder(tmp_path, first))
    text = seen(board, [Begun(second), Begun(third), Progress(third, Moment(0.25, 1, 0.5)), Begun(fourth)])
    heading, row = (line for line in text.splitlines() if "normalised" in line or "SeqEcho" in line)
    assert heading.split() == ["normalised,", "seeds", "mlp", "lstm"]
    assert re.split(r"  +", row.strip()) == ["SeqEcho-v0 length=4 n_values=3", "0.500 (1) 25%", "0% 0%"]
    assert "1 of 4 cells in 0:0" in text
    text = seen(board, [done(third, 1.0), Failed(second, "why"), Failed(fourth, "why")])
    assert "0.750 (2)" in text, "the middle"
    assert "2 failed" in text
    assert "4 of 4 cells in" in text
    assert "about 0:00 left" in text


def test_the_remaining_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells that were done before this run took none of its time."""
    clock = [1000.0]
    monkeypatch.setattr(live.time, "monotonic", lambda: clock[0])
    first, second, third, _ = CELLS
    board = Board(CELLS, folder(tmp_path, first))
    assert "left" not in seen(board, [Begun(second)])
    clock[0] += 60.0
    assert "2 of 4 cells in 1:00, about 2:00 left" in seen(board, [done(second)])
    assert "2 of 4 cells in 1:00, about 1:00 left" in seen(board, [Progress(third, Moment(0.5, 9, 0.5))])


EVERYTHING = preset("full").all_entries()


def everything(path: Path, width: int, events: bool) -> str:
    cells = [Cell(asked, seed) for asked in EVERYTHING for seed in range(2)]
    board = Board(cells, Folder(path))
    each = [event for cell in cells[::2] for event in (Begun(cell), done(cell))] if events else []
    under = [event for cell in cells[1::14] for event in (Begun(cell), Progress(cell, Moment(0.5, 9, 0.5)))]
    return seen(board, [*each, *under], width)


@pytest.mark.parametrize("events", [False, True])
@pytest.mark.parametrize("width", [200, 120, 80, 60])
def test_no_agent_is_lost_on_a_narrow_terminal(width: int, events: bool, tmp_path: Path) -> None:
    text = everything(tmp_path, width, events)
    assert all(len(line) <= width for line in text.splitlines())
    words = text.split()
    for name in {asked.name for asked in EVERYTHING}:
        assert words.count(name) == 1, name
    tables = text.count("normalised, seeds")
    assert tables == 1 if width == 200 else tables >= (2 if events or width < 120 else 1)
    for label in {asked.label for asked in EVERYTHING}:
        assert words.count(label) == tables
    assert text.count("0.500 (1)") == (len(EVERYTHING) if events else 0)
    assert "…" not in text


@pytest.mark.parametrize("width", [1, 10, 30])
def test_a_terminal_that_is_far_too_narrow(width: int, tmp_path: Path) -> None:
    assert everything(tmp_path, width, events=True)


def test_names_are_no_markup(tmp_path: Path) -> None:
    odd = [Cell(entry(name=name), 0) for name in ("[red]a", "[/]", "b[0]")]
    text = seen(Board(odd, Folder(tmp_path)), [done(odd[1])])
    assert all(cell.entry.name in text for cell in odd)


def test_problems_that_an_agent_does_not_learn(tmp_path: Path) -> None:
    cells = [Cell(entry(), 0), Cell(entry("lstm", id="SeqCopy-v0", parameters={}), 0)]
    text = seen(Board(cells, Folder(tmp_path)), [done(cells[0])])
    assert [line.split()[0] for line in text.splitlines() if "Seq" in line] == ["SeqEcho-v0", "SeqCopy-v0"]


@pytest.mark.parametrize("raises", [False, True])
def test_the_live_table_is_drawn_and_removed(raises: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a forced terminal, for a whole run and for one that Ctrl-C stops."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    board = Board(CELLS, folder(tmp_path, CELLS[0]))
    assert board._console.is_terminal

    def go() -> None:
        with board:
            board.see(Begun(CELLS[1]))
            board.see(Failed(CELLS[1], "ValueError: why"))
            board._live.refresh()
            if raises:
                raise KeyboardInterrupt

    if raises:
        with pytest.raises(KeyboardInterrupt):
            go()
    else:
        go()
    text = stream.getvalue()
    assert "FAILED: ValueError: why" in text
    assert "cells in" in text
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 1, "the cursor is back"
    assert not board._live.is_started


def test_sweeps_and_grids_are_distinguished(tmp_path: Path) -> None:
    swept: Entry = entry(swept="length")
    cells = [Cell(entry(), 0), Cell(swept, 0)]
    text = seen(Board(cells, Folder(tmp_path)), [done(cells[0]), done(cells[1], 1.0)])
    assert "0.750 (2)" in text
    assert "2 of 2 cells" in text
