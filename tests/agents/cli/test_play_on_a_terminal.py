"""A person plays on a terminal, whose screen shows no earlier time step."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import seq_envs

CLEAR, SECOND_SCREEN, FIRST_SCREEN = "\033[H\033[2J", "\033[?1049h", "\033[?1049l"

# Values and answers so large that none stands in another text by chance.
LARGE = seq_envs.SeqEcho(length=6, lag=2, n_values=4_000_000, encoding="discrete")
ON_A_TERMINAL = """
import seq_envs
from seq_agents.cli.play import play
play(seq_envs.SeqEcho(length=6, lag=2, n_values=4_000_000, encoding="discrete"), seed=0)
"""
PLAY = ["play", "SeqEcho-v0", "--length=6", "--lag=2", "--n-values=4000000", "--encoding=discrete", "--seed=0"]


class Terminal:
    """A game in a separate process, on a pseudoterminal."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process = process
        self.master = master
        self.seen = ""

    def wait_for(self, text: str, after: int = 0) -> None:
        """Until the text stands on the terminal; "" waits until the terminal is closed."""
        while not text or text not in self.seen[after:]:
            assert select.select([self.master], [], [], 60)[0], self.seen
            try:
                more = os.read(self.master, 4096)
            except OSError:  # Linux says so when the other side is closed.
                more = b""
            if not more:
                assert not text, self.seen
                return
            self.seen += more.decode()

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def interrupt(self) -> None:
        """Ctrl-C; again if it came before the process waited for a line, and so went unnoticed."""
        time.sleep(0.2)
        self.process.send_signal(signal.SIGINT)
        while not select.select([self.master], [], [], 5)[0]:
            self.process.send_signal(signal.SIGINT)


@contextmanager
def terminal(program: str, kind: str = "xterm", code: int = 0) -> Iterator[Terminal]:
    pty = pytest.importorskip("pty")
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": kind, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUTF8": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdin=slave, stdout=slave, stderr=slave, env=environment
    )
    os.close(slave)
    try:
        yield Terminal(process, master)
        assert process.wait(60) == code
    finally:
        process.kill()
        process.wait()
        os.close(master)


def test_the_screen_remembers_nothing() -> None:
    shown = [str(value) for value in seq_envs.sample(LARGE, 1, seed=0).observations[0]]
    said = [str(3_000_017 + 1_111 * step) for step in range(6)]
    with terminal(ON_A_TERMINAL) as game:
        game.wait_for("Enter begins: ")
        game.type("\n")
        for step, answer in enumerate(said):
            here = len(game.seen)
            game.wait_for(f"step {step + 1} of 6: input {shown[step]}")
            game.wait_for("Your answer: ", here)
            game.type("wrong\n")
            game.wait_for("'wrong' is not an integer from 0 to 3999999.")
            game.type(f"{answer}\n")
        game.wait_for("")
    welcome, _, rest = game.seen.partition(SECOND_SCREEN)
    played, _, end = rest.partition(FIRST_SCREEN)
    assert SECOND_SCREEN not in rest
    assert FIRST_SCREEN not in end
    assert CLEAR not in welcome + end
    before, *screens = played.split(CLEAR)
    assert not before.strip()
    assert len(screens) == 6
    numbers = {*shown, *said}
    assert len(numbers) == 12
    assert not any(number in welcome for number in numbers)
    for step, screen in enumerate(screens):
        told = {shown[step - 3]} if step >= 3 else set()  # The right answer of the step before.
        assert {number for number in numbers if number in screen} == {shown[step], said[step]} | told
        assert screen.replace("\r\n", " ").startswith(f"{LARGE} Answer with an integer from 0 to 3999999, then Enter.")
        assert ("Wrong: it was" in screen) == (step >= 3)
    assert {number for number in numbers if number in end} == numbers
    assert re.search(r"you +0\.0000 +no", end)


@pytest.mark.parametrize("way", ["Ctrl-C", "Ctrl-D", "q"])
def test_leaving_a_terminal(way: str) -> None:
    program = f"from seq_agents.cli.main import main\nmain({PLAY})" if way == "Ctrl-C" else ON_A_TERMINAL
    with terminal(program, code=130 if way == "Ctrl-C" else 0) as game:
        game.wait_for("Enter begins: ")
        game.type("\n")
        game.wait_for("Your answer: ")
        here = len(game.seen)
        game.type("1\n")
        game.wait_for("step 2 of 6", here)
        game.wait_for("Your answer: ", here)
        if way == "Ctrl-C":
            game.interrupt()
        else:
            game.type({"Ctrl-D": "\x04", "q": "q\n"}[way])
        game.wait_for("")
    played, _, end = game.seen.partition(FIRST_SCREEN)
    assert SECOND_SCREEN in played
    assert "SeqEcho  step 1 of 6  right 0 of 0" in end
    assert end.rstrip().endswith("seq-envs: interrupted" if way == "Ctrl-C" else "You left.")
    assert "Traceback" not in game.seen
    assert "Next: " not in game.seen


def test_a_terminal_without_control_codes_gets_none() -> None:
    with terminal(ON_A_TERMINAL, kind="dumb") as game:
        game.wait_for("step 1 of 6")
        game.type("q\n")
        game.wait_for("")
    assert "\033" not in game.seen
