"""Commands that take a moment, in an empty folder: what they print and what they write."""

from __future__ import annotations

import io
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from seq_agents.cli import bench_commands
from seq_agents.cli import main as cli
from seq_agents.experiments.cell import run_cell
from tiny_grids import InThisProcess, result

ECHO = ["SeqEcho-v0", "--length", "4", "--n-values", "3"]
TINY = ["--set", "updates=3", "--set", "batch=3", "--set", "hidden=4", "--episodes", "40"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, with a terminal that is wide enough."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("COLUMNS", "140")


def everything(folder: Path) -> dict[str, bytes | None]:
    return {str(path): path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


def trained(path: Path, *more: str) -> Path:
    cli.main(["train", "mlp", *ECHO, *TINY, "--out", str(path), *more])
    return path


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What a command prints on stdout."""
    capsys.readouterr()
    cli.main(arguments)
    return str(capsys.readouterr().out)


def stopped(arguments: list[str], capsys: pytest.CaptureFixture[str], code: int = 2) -> Ended:
    """Run a command that must end with this exit code, without a traceback."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == code
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return Ended(code, printed.out, printed.err)


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str], code: int = 2) -> str:
    """Run a command that must end with this exit code and print nothing; its message on stderr."""
    ended = stopped(arguments, capsys, code)
    assert ended.out == ""
    return ended.err


def run(arguments: list[str], encoding: str = "utf-8", errors: str = "strict", typed: bytes = b"") -> Ended:
    """Run a command in this process on streams of a console.

    Args:
        arguments: of the command.
        encoding, errors: of the streams, as Python opens them.
        typed: what stdin has.
    """
    streams = [io.TextIOWrapper(io.BytesIO(content), encoding, errors) for content in (typed, b"", b"")]
    code: int | str | None = 0
    with pytest.MonkeyPatch.context() as patch:
        for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
            patch.setattr(sys, name, stream)
        try:
            cli.main(arguments)
        except SystemExit as ended:
            code = ended.code
        for stream in streams[1:]:
            stream.flush()
    out, err = (stream.buffer.getvalue().decode(encoding, "surrogateescape") for stream in streams[1:])  # type: ignore[attr-defined]  # A BytesIO.
    return Ended(int(code or 0), out, err)


LADDER = "def train(make_envs, budget):\n    raise RuntimeError('it does not learn: ü ± ✗')\n"
"""A training function that fails on the first rung."""
GRID = """
seeds: 1
episodes: 40
ids: [{id: SeqEcho-v0, length: 4, n_values: 3}]
agents: {ünten: {agent: memoryless}, best: {agent: optimal}}
"""
COMMANDS = {
    "help": (["--help"], 0),
    "version": (["--version"], 0),
    "list": (["list"], 0),
    "show a problem": (["show", "SeqClassify-v0"], 0),
    "show an agent": (["show", "lstm"], 0),
    "show an agent on a problem": (["show", "lstm", "SeqEcho-v0"], 0),
    "list cores": (["list", "cores"], 0),
    "play": (["play", *ECHO, "--seed", "0"], 0),
    "train": (["train", "mlp", *ECHO, *TINY], 0),
    "evaluate": (["evaluate", "run", "--episodes", "40"], 0),
    "evaluate as JSON": (["evaluate", "run", "--episodes", "40", "--json"], 0),
    "plot": (["plot", "run"], 0),
    "watch": (["watch", "run", "--before"], 0),
    "inspect": (["inspect", "run"], 0),
    "reproduce": (["reproduce"], 0),
    "compare": (["compare", *ECHO, "--episodes", "40", "--out", "compared"], 0),
    "compare results": (["compare", "results"], 0),
    "ladder": (["ladder", "climber:train"], 1),
    "audit": (["audit", "seq_envs:SeqEcho-v0", "--set", "length=3", "--steps", "1000"], 0),
    "bench": (["bench", "grid.yaml", "--out", "results"], 0),
    "horizon": (["horizon", "memoryless", "--values", "1", "--seeds", "1", "--episodes", "40", "--out", "far"], 0),
    "report": (["report", "results"], 0),
    "report as Markdown": (["report", "results", "--markdown"], 0),
    "report as CSV": (["report", "results", "--csv"], 0),
    "wrong option": (["show", "SeqEcho-v0", "--lags", "ü±✗"], 2),
    "wrong value": (["show", "SeqEcho-v0", "--lag", "ü±✗"], 2),
    "wrong id": (["show", "ü±✗"], 2),
}
"""Every command with its exit code. The cells of those that train many are done before, see `prepare`."""
ANSWERS = b"1\n2\n0\n1\n"
"""For `play`."""


def prepare(folder: Path) -> None:
    """Make what `COMMANDS` need in an empty current folder, which is then copied into others by `copied`."""
    (folder / "grid.yaml").write_text(GRID, encoding="utf-8")
    (folder / "climber.py").write_text(LADDER, encoding="utf-8")
    trained(Path("run"))
    with pytest.MonkeyPatch.context() as patch:
        for name, task in (("bench", run_cell), ("horizon", run_cell), ("compare", result)):
            patch.setattr(bench_commands, "local", lambda _, task=task: InThisProcess(task))
            ended = run(COMMANDS[name][0])
            assert ended.code == 0, ended.err


def copied(folder: Path) -> None:
    """Bring what `prepare` made into the current folder."""
    shutil.copytree(folder, Path(), dirs_exist_ok=True)
