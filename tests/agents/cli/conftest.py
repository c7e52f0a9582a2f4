"""What the tests of the command line share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from seq_agents.cli import bench_commands
from seq_agents.experiments.cell import run_cell
from seq_agents.experiments.workers import Done, failure
from tiny_commands import prepare


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `prepare` fills, once for all tests of a file."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        prepare(folder)
    return folder


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Run cells in this process; the keys of the cells that were run."""
    ran: list[str] = []

    def engine(cells: Any) -> Any:
        for cell in cells:
            ran.append(cell.key)
            try:
                yield Done(cell, run_cell(cell))
            except Exception as wrong:
                yield failure(cell, wrong)

    monkeypatch.setattr(bench_commands, "local", lambda _: engine)
    return ran
