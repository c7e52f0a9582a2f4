"""Commands that end in a moment, in an empty folder, and what they leave."""

from __future__ import annotations

from pathlib import Path

import pytest
from seq_agents.cli import main as cli

ECHO = ["SeqEcho-v0", "--length", "4", "--n-values", "3"]
TINY = ["--set", "updates=3", "--set", "batch=3", "--set", "hidden=4", "--episodes", "40"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, with a terminal that is wide enough."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("COLUMNS", "140")


def everything(folder: Path) -> dict[str, bytes | None]:
    return {str(path): path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


def trained(path: Path, *more: str) -> Path:
    cli.main(["train", "mlp", *ECHO, *TINY, "--out", str(path), *more])
    return path


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str], code: int = 2) -> str:
    """Run a command that must end with this exit code; what it says."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == code
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    return str(said.err)
