"""Running a grid: missing cells run once, and a failure does not stop the other cells."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from seq_agents.errors import RunError
from seq_agents.experiments import results_folder as folder_module
from seq_agents.experiments.cell import run_cell
from seq_agents.experiments.entry import Cell, Entry
from seq_agents.experiments.folder_lock import alone_in
from seq_agents.experiments.results_folder import Folder
from seq_agents.experiments.running import run_grid
from seq_agents.experiments.workers import Begun, Done, Event, Failed, do_all
from seq_agents.report.outcome import outcomes
from tiny_grids import InThisProcess, entry, result

torch.set_num_threads(1)


def by_hand() -> InThisProcess:
    return InThisProcess(lambda cell: result(cell))


def run(path: Path, engine: Any, *entries: Entry, seen: list[Event] | None = None) -> list[Failed]:
    return run_grid(
        entries or [entry(seeds=2), entry("lstm", seeds=2)], path, engine, ([] if seen is None else seen).append
    )


ALL = [("mlp", "SeqEcho-v0", 0), ("lstm", "SeqEcho-v0", 0), ("mlp", "SeqEcho-v0", 1), ("lstm", "SeqEcho-v0", 1)]


def test_every_cell_is_run_once(tmp_path: Path) -> None:
    engine, seen = by_hand(), list[Event]()
    assert run(tmp_path / "new", engine, seen=seen) == []
    assert engine.ran == ALL
    assert [type(event) for event in seen] == [Begun, Done] * 4
    again = by_hand()
    assert run(tmp_path / "new", again) == []
    assert again.ran == []
    assert len(outcomes(Folder.open(tmp_path / "new"))) == 4


@pytest.mark.parametrize("until", range(5))
def test_an_interrupted_grid_continues_with_the_missing_cells(until: int, tmp_path: Path) -> None:
    first, second = InThisProcess(lambda cell: result(cell), until), by_hand()
    if until < 4:
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path, first)
    else:
        run(tmp_path, first)
    run(tmp_path, second)
    assert first.ran + second.ran == ALL
    assert len(outcomes(Folder.open(tmp_path))) == 4


def test_a_broken_result_is_run_again(tmp_path: Path) -> None:
    run(tmp_path, by_hand())
    (tmp_path / "cells" / f"{Cell(entry('lstm'), 1).key}.json").write_text("{")
    again = by_hand()
    run(tmp_path, again)
    assert again.ran == [ALL[3]]


def test_only_the_cells_of_the_grid_are_run(tmp_path: Path) -> None:
    """Other missing cells of the folder are not run."""
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, InThisProcess(until=0))
    fewer, others, rest = by_hand(), by_hand(), by_hand()
    run(tmp_path, fewer, entry("lstm", seeds=1))
    assert fewer.ran == [ALL[1]]
    run(tmp_path, others, entry("gru"))
    assert others.ran == [("gru", "SeqEcho-v0", 0)]
    run(tmp_path, rest)
    assert rest.ran == [ALL[0], ALL[2], ALL[3]]


def test_failures_are_kept_tried_again_and_forgotten(tmp_path: Path) -> None:
    def fails(cell: Cell) -> Any:
        if cell.entry.name == "lstm":
            raise ValueError("not\ntoday")
        return result(cell)

    seen = list[Event]()
    failures = run(tmp_path, InThisProcess(fails), seen=seen)
    assert [(failed.item.entry.name, failed.item.seed, failed.reason) for failed in failures] == [
        ("lstm", 0, "ValueError: not today"), ("lstm", 1, "ValueError: not today"),
    ]  # fmt: skip
    assert [event for event in seen if isinstance(event, Failed)] == failures
    folder = Folder.open(tmp_path)
    assert folder.why_failed(Cell(entry("lstm"), 1)) == "ValueError: not today"
    assert "Traceback" in next((tmp_path / "failed").iterdir()).read_text()
    again = by_hand()
    assert run(tmp_path, again) == []
    assert again.ran == [ALL[1], ALL[3]]
    assert list((tmp_path / "failed").iterdir()) == []


@pytest.mark.parametrize("always", [False, True])
def test_a_full_disk_does_not_stop_a_grid(always: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, count = folder_module.write_whole, 0

    def full(path: Path, content: bytes) -> None:
        nonlocal count
        count += path.suffix == ".json" and path.parent.name == "cells"
        if count and (always or count == 2):
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, content)

    monkeypatch.setattr(folder_module, "write_whole", full)
    engine, seen = by_hand(), list[Event]()
    failures = run(tmp_path, engine, seen=seen)
    assert engine.ran == ALL, "all are run"
    said = "its result could not be written: OSError: [Errno 28] No space left on device"
    assert [failed.reason for failed in failures] == [said] * (4 if always else 1)
    assert [event for event in seen if isinstance(event, Failed)] == failures
    monkeypatch.undo()
    again = by_hand()
    run(tmp_path, again)
    assert again.ran == (ALL if always else [ALL[1]])


@pytest.mark.parametrize("bad", [{"steps": np.int64(3)}, {"seconds": float("nan")}, {"versions": {1, 2}}])
def test_a_result_that_is_not_json_does_not_stop_a_grid(bad: dict[str, Any], tmp_path: Path) -> None:
    engine = InThisProcess(lambda cell: result(cell, **(bad if cell.seed == 0 else {})))
    failures = run(tmp_path, engine)
    assert engine.ran == ALL
    assert [failed.item.seed for failed in failures] == [0, 0]
    assert all(failed.reason.startswith("its result could not be written: ") for failed in failures)
    assert len(outcomes(Folder.open(tmp_path))) == 2


def test_results_of_other_settings_are_refused_before_anything_runs(tmp_path: Path) -> None:
    run(tmp_path, by_hand(), entry())
    engine = by_hand()
    with pytest.raises(RunError, match="episodes 40, not 50"):
        run(tmp_path, engine, entry("lstm"), entry(episodes=50))
    assert engine.ran == []


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    engine = by_hand()
    hold = "import sys; from pathlib import Path; from seq_agents.experiments.folder_lock import alone_in\n"
    hold += "with alone_in(Path(sys.argv[1])): print('in', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "in\n"
        with pytest.raises(RunError, match="is in use by another process"):
            run(tmp_path, engine)
        assert engine.ran == []
        assert not (tmp_path / "grid.json").exists()
        other.communicate()
    run(tmp_path, engine)
    with alone_in(tmp_path):  # It is free again.
        pass


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OSError, match="exists"):
        run(tmp_path / "file", by_hand())
    assert (tmp_path / "file").read_text() == "mine"


def test_the_engine_ends_with_an_error_of_its_listener(tmp_path: Path) -> None:
    """Its processes end too, since closing the iteration ends them."""
    ended = False

    def engine(cells: Any) -> Any:
        nonlocal ended
        try:
            for cell in cells:
                yield Begun(cell)
        finally:
            ended = True

    def listen(_: Event) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        run_grid([entry()], tmp_path, engine, listen)
    assert ended


@pytest.mark.slow
def test_good_and_bad_agents_in_processes(tmp_path: Path) -> None:
    """From the grid to the folder: each bad agent loses only its own cells, with a reason."""
    bad = {
        "raises": ({"answers": "cannot learn"}, "RuntimeError: cannot learn"),
        "shape": ({"answers": "shape"}, "Error: "),
        "nan": ({"answers": "nan"}, "Error: "),
        "dtype": ({"answers": "dtype"}, "Error: "),
        "garbage": ({"moments": "three"}, "ValueError: watch takes Moment(done in [0, 1], steps, accuracy), got 3"),
        "wrong": ({"nonsense": 1}, "TypeError: "),
    }
    entries = [entry("own_agents:make", name, settings=given) for name, (given, _) in bad.items()]
    entries += [entry("own_agents:make", name="never", settings={"moments": "never"}), entry("mlp")]
    failures = run_grid(entries, tmp_path, lambda cells: do_all(run_cell, cells, 2), lambda _: None)
    assert {failed.item.entry.name for failed in failures} == bad.keys()
    for failed in failures:
        assert bad[failed.item.entry.name][1] in failed.reason
    folder = Folder.open(tmp_path)
    assert [outcome.entry.name for outcome in outcomes(folder)] == ["never", "mlp"]
    assert {cell.entry.name for cell in folder.cells() if folder.why_failed(cell)} == bad.keys()
