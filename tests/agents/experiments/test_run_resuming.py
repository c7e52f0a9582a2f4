"""A training that was stopped or killed, or that failed, resumes from its folder to the same result."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from run_folders import (
    LONG,
    assert_same_end,
    assert_whole,
    checkpoint,
    config_of,
    every_update,
    figures,
    interrupted_after,
    rows,
)
from seq_agents.agents import AGENTS
from seq_agents.cli import main as cli
from seq_agents.experiments.run_folder import Run
from seq_agents.experiments.training import Stopped, train
from seq_agents.learners.learner import Moment
from tiny_agents import LEARNING, UPDATES, same, settings, taken_by

import seq_envs

torch.set_num_threads(1)


@pytest.mark.parametrize("agent", LEARNING)
def test_ctrl_c_stops_with_a_checkpoint_and_resume_ends_the_same(agent: str, tmp_path: Path) -> None:
    train(Run.create(tmp_path / "unbroken", config_of(agent, updates=6)), 40)
    run = Run.create(tmp_path / "broken", config_of(agent, updates=6))
    before = signal.getsignal(signal.SIGINT)
    for _ in range(2):  # After the second update, and after the fourth.
        with pytest.raises(Stopped):
            train(run, 40, interrupted_after(1))
        assert signal.getsignal(signal.SIGINT) is before
        assert not run.finished
        assert run.begun
    train(Run.open(run.path), 40)
    assert_same_end(run.path, tmp_path / "unbroken")


def test_ctrl_c_at_the_last_update_does_not_stop_the_training(tmp_path: Path) -> None:
    run = Run.create(tmp_path, config_of("mlp"))
    train(run, 40, interrupted_after(UPDATES))
    assert run.finished


def test_a_second_ctrl_c_does_not_wait(tmp_path: Path) -> None:
    def watch(_: Moment) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        train(Run.create(tmp_path, config_of("mlp")), 40, watch)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_training_outside_the_main_thread(tmp_path: Path) -> None:
    """Python delivers Ctrl-C to the main thread only. Other threads can train too."""
    import threading

    run = Run.create(tmp_path, config_of("mlp"))
    thread = threading.Thread(target=lambda: train(run, 10))
    thread.start()
    thread.join()
    assert run.finished


def test_ctrl_c_in_the_final_evaluation_interrupts_and_loses_no_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(Run.create(tmp_path / "unbroken", config_of("mlp")), 40)
    run = Run.create(tmp_path / "broken", config_of("mlp"))
    with monkeypatch.context() as patch:
        patch.setattr(seq_envs, "evaluate", lambda *_: signal.raise_signal(signal.SIGINT))
        with pytest.raises(KeyboardInterrupt):
            train(run, 40)
    assert not run.finished
    train(Run.open(run.path), 40)
    assert_same_end(run.path, tmp_path / "unbroken")


@pytest.mark.parametrize("agent", LEARNING)
def test_a_training_that_fails_resumes_from_its_last_checkpoint(
    agent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The curve has more rows than the checkpoint knows, as after a kill between the two writes."""
    train(Run.create(tmp_path / "unbroken", config_of(agent)), 40)
    every_update(monkeypatch)
    run = Run.create(tmp_path / "broken", config_of(agent))

    def breaks(name: str, _: bytes) -> None:
        if name == "checkpoint.safetensors" and len(run.curve()) == 3:
            raise KeyboardInterrupt
        write(name, _)

    write = run._write
    monkeypatch.setattr(run, "_write", breaks)
    with pytest.raises(KeyboardInterrupt):
        train(run, 40)
    assert len(rows(run.path)) == 3
    assert len(run.load(run.config.learner())) == 2, "the curve up to the checkpoint"
    train(Run.open(run.path), 40)
    assert_same_end(run.path, tmp_path / "unbroken")
    assert len(rows(run.path)) == UPDATES


@pytest.mark.parametrize("agent", AGENTS)
def test_a_finished_run_is_evaluated_again(agent: str, tmp_path: Path) -> None:
    run = Run.create(tmp_path, config_of(agent))
    train(run, 40)
    first, curve, state = figures(tmp_path), rows(tmp_path), checkpoint(tmp_path)
    train(Run.open(tmp_path), 40)
    assert figures(tmp_path) == first
    assert rows(tmp_path) == curve
    assert same(checkpoint(tmp_path), state)


def test_a_run_without_its_curve_can_be_resumed(tmp_path: Path) -> None:
    run = Run.create(tmp_path, config_of("lstm"))
    with pytest.raises(Stopped):
        train(run, 40, interrupted_after(1))
    (tmp_path / "curve.csv").unlink()
    train(run, 40)
    assert_whole(tmp_path)


CHILD = """
import os, signal, sys, time
from pathlib import Path
import torch
from seq_agents.cli import main as cli
from seq_agents.experiments import training
from seq_agents.learners import supervised

what, sign, *arguments = sys.argv[1:]
torch.set_num_threads(1)
if what == "wait":  # In the middle of the training, for a signal from outside.
    update = supervised.Supervised._update
    def waiting(self, data):
        if self.updates == 5:
            Path(sign).touch()
            while not Path(sign + "-go-on").exists():
                time.sleep(0.01)
        return update(self, data)
    supervised.Supervised._update = waiting
else:  # Killed in the middle of the given write.
    training._SECONDS_BETWEEN_CHECKPOINTS = -1.0
    writes = 0
    def fsync(descriptor):
        global writes
        writes += 1
        if writes == int(sign):
            os.kill(os.getpid(), signal.SIGKILL)
    os.fsync = fsync
cli.main(arguments)
"""


def child(python: Path | str, *arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [python, "-c", CHILD, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=environment,
    )  # fmt: skip


def command_for(agent: str, out: Path) -> list[str]:
    config = config_of(agent, updates=8)
    given = [f"{commands_option(name)}={value}" for name, value in config.parameters.items()]
    chosen = [f"--set={name}={value}" for name, value in settings(agent, taken_by(agent), updates=8).items()]
    return ["train", agent, config.id, *given, *chosen, "--episodes", "40", "--out", str(out)]


def commands_option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_real_signal(number: signal.Signals, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = command_for("lstm", tmp_path / "broken")
    sign = tmp_path / "in-the-middle"
    process = child(sys.executable, "wait", str(sign), *command)
    end = time.monotonic() + LONG
    while not sign.exists() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(number)
    sign.with_name(sign.name + "-go-on").touch()
    out, said = process.communicate(timeout=LONG)
    assert process.returncode == 128 + number, said
    assert out == ""
    assert f"seq-envs: interrupted. {tmp_path / 'broken'} is kept: its checkpoint has " in said
    hint = said.partition("To continue: seq-envs ")[2].strip()
    assert "Traceback" not in said
    assert {file.name for file in (tmp_path / "broken").iterdir()} - {".lock"} == {
        "config.json", "checkpoint.safetensors", "curve.csv",
    }  # fmt: skip
    assert int(checkpoint(tmp_path / "broken")["updates"]) == 6, "the update under way is finished, and kept"

    cli.main(shlex.split(hint))
    cli.main(command_for("lstm", tmp_path / "unbroken"))
    assert_same_end(tmp_path / "broken", tmp_path / "unbroken")
    assert f"{tmp_path / 'broken'}: config, checkpoint, learning curve and evaluation." in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize(("agent", "write"), [("lstm", 9), ("recurrent-ppo", 8)])
def test_killed_in_the_middle_of_a_write(agent: str, write: int, tmp_path: Path, commands: Path) -> None:
    """The first write is of the config, then a curve and a checkpoint follow each other."""
    command = command_for(agent, tmp_path / "broken")
    process = child(commands / "python", "kill", str(write), *command)
    process.communicate(timeout=LONG)
    assert process.returncode == -signal.SIGKILL
    assert list((tmp_path / "broken").glob("*.tmp")), "what was being written"
    assert "updates" not in checkpoint(tmp_path / "broken") or int(checkpoint(tmp_path / "broken")["updates"]) == 3
    assert len(rows(tmp_path / "broken")) == (4 if write == 9 else 3)
    cli.main([*command, "--resume"])
    cli.main(command_for(agent, tmp_path / "unbroken"))
    assert_same_end(tmp_path / "broken", tmp_path / "unbroken")
