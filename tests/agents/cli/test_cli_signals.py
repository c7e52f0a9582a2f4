"""Ctrl-C and SIGTERM at any time: no traceback, the right exit code, and what to type to continue."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from seq_agents.cli import catalogue
from seq_agents.cli import main as cli
from seq_agents.experiments import training
from tiny_commands import ECHO, LADDER, TINY, elsewhere, run, trained  # noqa: F401 - a fixture.

torch.set_num_threads(1)

BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)


def raising(number: signal.Signals) -> Callable[..., Any]:
    """A function in which a signal arrives, as a real one."""

    def interrupted(*_: object, **__: object) -> None:
        signal.raise_signal(number)

    return interrupted


@BOTH
def test_in_a_command(number: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(number)
    monkeypatch.setattr(catalogue, "_list", raising(number))
    ended = run(["list"])
    assert (ended.code, ended.out, ended.err) == (128 + number, "", "seq-envs: interrupted\n")
    assert signal.getsignal(number) == before


def test_an_interruption_that_a_library_turns_into_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """NumPy's C code does so while it is imported."""

    def interrupted(*_: object, **__: object) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise RuntimeError("the import failed") from None

    monkeypatch.setattr(catalogue, "_list", interrupted)
    ended = run(["list"])
    assert (ended.code, ended.err) == (130, "seq-envs: interrupted\n")


@BOTH
@pytest.mark.parametrize("given", [[], ["--out", "a b"], ["--out=-run"], ["--out", "run", "--resume"]], ids=str)
def test_train_says_how_to_continue(number: signal.Signals, given: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    train = ["train", "mlp", *ECHO, *TINY, *given]
    with monkeypatch.context() as patch:
        patch.setattr("seq_agents.progress.ProgressBar.__call__", raising(number))
        ended = run(train)
    assert ended.code == 128 + number
    said = re.fullmatch(r"seq-envs: interrupted\. (.*) is kept: .*\nTo continue: seq-envs (.*)\n", ended.err)
    assert said
    assert not (Path(said[1]) / "evaluation.json").exists()
    continued = run(shlex.split(said[2]))
    assert continued.code == 0, continued.err
    assert (Path(said[1]) / "evaluation.json").exists()


@BOTH
def test_train_interrupted_in_its_evaluation(number: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(training.seq_envs, "evaluate", raising(number))
        ended = run(["train", "mlp", *ECHO, *TINY])
    assert ended.code == 128 + number
    assert "its checkpoint has 36 time steps" in ended.err
    assert run(shlex.split(ended.err.partition("To continue: seq-envs ")[2])).code == 0


@BOTH
def test_ladder_says_where_it_was(number: signal.Signals) -> None:
    module = f"climber_interrupted_by_{number.name}"
    program = f"import signal\ndef train(make_envs, budget):\n    signal.raise_signal({int(number)})\n"
    Path(f"{module}.py").write_text(program, encoding="utf-8")
    ended = run(["ladder", f"{module}:train"])
    assert ended.code == 128 + number
    assert re.search(r"(?m)^seq-envs: interrupted in the rung '.+', after 0 rungs\. ", ended.err)


SLOW = """
import sys, time
from importlib import machinery
name = sys.argv.pop(1)
class Slow:  # The first import of the module lasts until a signal comes.
    def find_spec(self, found, path=None, target=None):
        if found == name:
            print("here", flush=True)
            time.sleep(60)
sys.meta_path.insert(0, Slow())
from seq_agents.cli.main import main
main()
"""


@BOTH
@pytest.mark.parametrize("module", ["argparse", "gymnasium", "numpy", "numpy.random.mtrand", "seq_envs.problems"])
def test_while_importing(number: signal.Signals, module: str) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, module, "list"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=environment,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    process.send_signal(number)
    out, said = process.communicate(timeout=300)
    assert (process.returncode, out, said) == (128 + number, "", "seq-envs: interrupted\n")


def test_the_entry_imports_next_to_nothing() -> None:
    """The time before signals are handled is then short."""
    program = "import sys; import seq_agents.cli.main; print(*sys.modules)"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert not {"argparse", "gymnasium", "numpy", "seq_envs", "torch"} & set(done.stdout.split())


def test_ignored_signals_stay_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under nohup, for example."""
    monkeypatch.setattr(catalogue, "_list", lambda *_, **__: signal.raise_signal(signal.SIGINT))
    old = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert run(["list"]).code == 0
    finally:
        signal.signal(signal.SIGINT, old)


def test_a_second_signal_ends_a_training_at_once() -> None:
    arrived: list[int] = []
    with training._noting_signals(arrived):
        signal.raise_signal(signal.SIGINT)
        assert arrived == [signal.SIGINT]
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_progress_of_train_without_a_terminal() -> None:
    start = time.monotonic()
    said = run(["train", "mlp", *ECHO, *TINY, "--set", "updates=100"]).err
    most = 2 + (time.monotonic() - start) / 10  # The first, one each ten seconds, and the last.
    shares = [int(share) for share in re.findall(r"^mlp: +(\d+)%, .* steps/s$", said, re.MULTILINE)]
    assert len(shares) == len(said.splitlines())
    assert shares == sorted(set(shares))
    assert shares[-1] == 100
    assert len(shares) <= most


def test_progress_of_ladder_without_a_terminal() -> None:
    Path("climber.py").write_text(LADDER, encoding="utf-8")
    said = run(["ladder", "climber:train", "--all"]).err.splitlines()
    starts, ends = said[::2], said[1::2]
    assert len(starts) == len(ends) == 13
    assert all(re.fullmatch(r"FAIL .+ \(\d+ s\)", line) for line in ends)
    for number, line in enumerate(starts, 1):
        assert re.fullmatch(rf"rung {number} of 13, [^,]+(, [\d,]+ steps)? \.\.\.", line)


def test_the_exit_code_of_a_main_that_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """After its work, a signal ends the process without a traceback of Python's shutdown."""
    monkeypatch.setattr(sys, "argv", ["seq-envs", "list"])
    old = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        cli.main()
        assert {signal.getsignal(number) for number in old} == {signal.SIG_DFL}
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
