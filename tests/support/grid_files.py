"""Grid files of tests: their entries, or the message that refuses them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from seq_agents.experiments.grid import GridError
from seq_agents.experiments.grid_file import read_grid

LSTM = "agents: [lstm]\nids: [SeqEcho-v0]\n"
SINGLE = "entries: {one: {agent: lstm, id: SeqEcho-v0}}"


def entries(path: Path, text: str) -> list[Any]:
    (path / "grid.yaml").write_text(text)
    return read_grid(path / "grid.yaml").all_entries()


def refused(path: Path, text: str) -> str:
    with pytest.raises(GridError) as wrong:
        entries(path, text)
    assert "\n" not in str(wrong.value)
    assert len(str(wrong.value)) < 1000
    return str(wrong.value)
