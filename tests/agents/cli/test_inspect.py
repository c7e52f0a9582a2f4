"""`seq-envs inspect`: what a trained agent remembers, in the terminal, as a page and as a figure."""

from __future__ import annotations

import io
import os
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from seq_agents.cli import main as cli
from tiny_commands import ECHO, elsewhere, everything, refused, trained  # noqa: F401 - a fixture.

import seq_envs

LSTM = ["--set", "updates=3", "--set", "batch=3", "--set", "hidden=4", "--episodes", "40"]


def test_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["train", "lstm", *ECHO, *LSTM, "--out", "a run"])
    before = everything(Path())
    capsys.readouterr()
    cli.main(["inspect", "a run"])
    printed = capsys.readouterr().out
    assert printed.startswith(seq_envs.make_problem("SeqEcho-v0").title)
    assert "SeqEcho(length=4, n_values=3" in printed
    assert "\nh (4 units, at most " in printed
    headings = "steps ago  read from the state, accuracy  before training  chance  gradient of the answer\n"
    assert headings in printed
    table = printed.partition(headings)[2].splitlines()
    assert [row.split()[0] for row in table[1:5]] == ["0", "1", "2", "3"]
    assert [row.split()[:2] for row in printed.splitlines() if row.startswith("answers")] == [
        ["answers", "occlusion"],
        ["answers", "gradient"],
    ]
    assert "Next: seq-envs inspect 'a run' --html page.html" in printed
    cli.main(["inspect", "a run", "--lag", "2", "--seed", "1"])
    assert "lag=2" in capsys.readouterr().out
    assert everything(Path()) == before, "inspecting changes nothing"


def test_files(capsys: pytest.CaptureFixture[str]) -> None:
    trained(Path("run"))
    capsys.readouterr()
    cli.main(["inspect", "run", "--html", "page.html", "--out", "figure.svg"])
    assert capsys.readouterr().out.splitlines() == [
        "page.html: what mlp remembers on SeqEcho-v0.",
        "figure.svg: what mlp remembers on SeqEcho-v0.",
        "",
        "Next: seq-envs watch run",
    ]
    assert "What mlp remembers" in Path("page.html").read_text(encoding="utf-8")
    assert Path("figure.svg").read_bytes().startswith(b"<?xml")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({}, "\033[38;5;"),
        ({"COLORTERM": "truecolor"}, "\033[38;2;"),
        ({"NO_COLOR": "1"}, ""),
        ({"TERM": "dumb"}, ""),
    ],
    ids=["256 colours", "all colours", "NO_COLOR", "a terminal without codes"],
)
def test_colours(settings: dict[str, str], code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from seq_agents.cli.inspect import _colours
    from seq_agents.inspection.text import Colours

    for name, value in {"TERM": "xterm", "COLORTERM": "", "NO_COLOR": "", **settings}.items():
        monkeypatch.setitem(os.environ, name, value)
    with redirect_stdout(Terminal()):
        colours = _colours()
    assert colours is {"\033[38;5;": Colours.INDEXED, "\033[38;2;": Colours.DIRECT, "": Colours.NONE}[code]
    with redirect_stdout(io.StringIO()):
        assert _colours() is Colours.NONE


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "nowhere is no run folder"),
        (["lstm"], "inspect takes the folder of a run, and lstm is an agent that must be trained first"),
        (["run", "--html", "."], ". is a folder: name a file"),
        (["run", "--html", "page.svg", "--out", "./page.svg"], "--html and --out must name two files, got page.svg"),
        (["run", "--out", "figure.jpg"], "the name of a figure must end with .svg, .pdf, .png, got 'figure.jpg'"),
        (
            ["run", "--out", "nowhere/figure.svg"],
            "--out must name a file in a folder that exists, got nowhere/figure.svg",
        ),
        (["nowhere", "--html", "nowhere/page.html"], "--html must name a file in a folder that exists"),
        (["run", "--seed", "-1"], "--seed: it must be an integer >= 0"),
        (["run", "--lag", "9"], "lag must be"),
        (["optimal"], "optimal has no network to look at"),
    ],
)
def test_wrong_arguments(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    trained(Path("run"))
    cli.main(["train", "optimal", "SeqEcho-v0", "--episodes", "9", "--out", "optimal"])
    before = everything(Path())
    assert message in refused(["inspect", *arguments], capsys)
    assert everything(Path()) == before


def test_a_run_without_a_checkpoint(capsys: pytest.CaptureFixture[str]) -> None:
    trained(Path("run"))
    Path("run/checkpoint.safetensors").unlink()
    assert "run has no checkpoint yet" in refused(["inspect", "run"], capsys)
