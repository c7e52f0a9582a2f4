"""`seq-envs watch`: an episode in the terminal, as a page and as an animation."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from PIL import Image
from seq_agents.browser import Game
from seq_agents.cli import main as cli
from seq_agents.cli.watch import show
from seq_agents.watch import play
from tiny_commands import ECHO, TINY, elsewhere, everything, refused, trained  # noqa: F401 - a fixture.

import seq_envs


def test_an_episode_of_a_trained_agent(capsys: pytest.CaptureFixture[str]) -> None:
    run = trained(Path("run"))
    before = everything(Path())
    capsys.readouterr()
    cli.main(["watch", "run"])
    printed = capsys.readouterr().out
    assert printed.startswith(seq_envs.make_problem("SeqEcho-v0").title)
    assert "SeqEcho(length=4, n_values=3" in printed
    assert "after 36 time steps: right " in printed
    assert "before training" not in printed
    inputs = [line for line in printed.splitlines() if line.startswith("input")]
    cli.main(["watch", str(run), "--before", "--seed", "1"])
    both = capsys.readouterr().out
    assert both.index("before training: right ") < both.index("after 36 time steps: right ")
    other = [line for line in both.splitlines() if line.startswith("input")]
    assert len(other) == 2
    assert other[0] == other[1] != inputs[0]
    cli.main(["watch", "run", "--lag", "2"])
    assert "lag=2" in capsys.readouterr().out
    assert everything(Path()) == before, "watching changes nothing"


def test_files(capsys: pytest.CaptureFixture[str]) -> None:
    trained(Path("run"))
    capsys.readouterr()
    cli.main(["watch", "run", "--before", "--html", "a page.html", "--gif", "episode.gif", "--speed", "10"])
    assert capsys.readouterr().out.splitlines() == [
        "a page.html: mlp plays an episode of SeqEcho-v0.",
        "episode.gif: mlp plays an episode of SeqEcho-v0.",
        "",
        "Next: seq-envs plot run",
    ]
    assert "before training" in Path("a page.html").read_text(encoding="utf-8")
    with Image.open("episode.gif") as animation:
        assert (animation.n_frames, animation.info["duration"]) == (5, 100)


def test_a_game(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["train", "lstm", *ECHO, *TINY, "--out", "run"])
    capsys.readouterr()
    cli.main(["watch", "run", "--game", "game.json", "--seed", "3"])
    assert capsys.readouterr().out.startswith("game.json: the data of the game SeqEcho-v0 against lstm.\n")
    game = Game.from_json(Path("game.json").read_text(encoding="utf-8"))
    assert (game.seed, game.steps_learned, len(game.lstm.order)) == (3, 36, 4)
    cli.main(["watch", "run", "--game", "GAME.JSON", "--seed", "3"])
    assert Path("GAME.JSON").read_bytes() == Path("game.json").read_bytes()
    capsys.readouterr()
    cli.main(["watch", "run", "--game", "game.html", "--length", "5"])
    assert capsys.readouterr().out.startswith("game.html: play SeqEcho-v0 against lstm in a browser.\n")
    assert "SeqEcho(length=5" in Path("game.html").read_text(encoding="utf-8")
    cli.main(["watch", "run", "--game", "game.html", "--html", "page.html", "--before", "--speed", "10"])
    assert "before training" in Path("page.html").read_text(encoding="utf-8")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """The terminal that `shown` prints to."""
    monkeypatch.setattr(os, "get_terminal_size", lambda *_: os.terminal_size((80, 24)))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Terminal()


def shown(terminal: Terminal, sleep: Callable[[float], None]) -> str:
    """What the terminal gets."""
    with redirect_stdout(terminal):  # Only now: pytest has its own stdout for each phase of a test.
        show(BEST, 5.0, sleep)
    return terminal.getvalue()


BEST = play("SeqMemorize-v0", {"best": seq_envs.policies.optimal("SeqMemorize-v0")})


def test_a_terminal_shows_one_time_step_after_another(terminal: Terminal) -> None:
    waits: list[float] = []
    first, *others = shown(terminal, waits.append).split("\033[6A\033[J")
    assert len(others) == BEST.steps == len(waits)
    assert waits == [0.2] * BEST.steps
    assert first == BEST.text(0) + "\n"
    assert others[-1] == str(BEST).replace("✓", "\033[32m✓\033[0m") + "\n"


@pytest.mark.parametrize(
    ("name", "value"), [("COLUMNS", "12"), ("TERM", "dumb")], ids=["too narrow", "a terminal without codes"]
)
def test_other_terminals_show_the_end(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    printed = shown(terminal, lambda _: pytest.fail("it waits"))
    coloured = str(BEST).replace("✓", "\033[32m✓\033[0m")
    assert printed == f"{BEST if value == 'dumb' else coloured}\n"


def test_colours_can_be_turned_off(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\033[32m" not in shown(terminal, lambda _: None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "nowhere is no run folder"),
        (
            ["lstm"],
            "watch takes the folder of a run, and lstm is an agent that must be trained first\nTry: seq-envs train",
        ),
        (["."], "is a folder of run folders\nTry: seq-envs watch"),
        (["run", "--speed", "0"], "--speed: must be a number in (0.1, 50), got '0'"),
        (["run", "--speed", "1e-320"], "--speed: must be a number in (0.1, 50), got '1e-320'"),
        (["run", "--speed", "fast"], "--speed: must be a number in (0.1, 50), got 'fast'"),
        (["run", "--html", "."], ". is a folder: name a file"),
        (["run", "--html", "page", "--gif", "./page"], "--html and --gif must name two files, got page twice"),
        (["run", "--gif", "page", "--game", "./page"], "--gif and --game must name two files, got page twice"),
        (["run", "--game", "page", "--before"], "--before has no effect on a game"),
        (["run", "--game", "page", "--speed", "4"], "--speed has no effect on a game"),
        (["run", "--game", "page.html"], "an agent with the core lstm"),
        (["optimal", "--before"], "optimal does not learn: leave --before out"),
        (
            ["run", "--html", "nowhere/page.html"],
            "--html must name a file in a folder that exists, got nowhere/page.html",
        ),
        (["run", "--gif", "run"], "run"),
        (["run", "--lag", "9"], "lag must be"),
    ],
)
def test_wrong_arguments(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    trained(Path("run"))
    cli.main(["train", "optimal", "SeqEcho-v0", "--episodes", "9", "--out", "optimal"])
    before = everything(Path())
    assert message in refused(["watch", *arguments], capsys)
    assert everything(Path()) == before


def test_an_agent_that_does_not_learn(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["train", "optimal", "SeqEcho-v0", "--episodes", "9", "--out", "run"])
    capsys.readouterr()
    cli.main(["watch", "run"])
    assert "\noptimal: right 9 of 9\n" in capsys.readouterr().out


def test_the_steps_are_those_of_the_checkpoint(capsys: pytest.CaptureFixture[str]) -> None:
    """A process that is killed in a save may leave a longer curve."""
    trained(Path("run"))
    curve = Path("run/curve.csv")
    curve.write_text(curve.read_text() + "9.0,99,0.5\n")
    cli.main(["watch", "run"])
    assert "after 36 time steps" in capsys.readouterr().out


def test_a_run_without_a_checkpoint(capsys: pytest.CaptureFixture[str]) -> None:
    trained(Path("run"))
    Path("run/checkpoint.safetensors").unlink()
    assert "run has no checkpoint yet" in refused(["watch", "run"], capsys)
