"""Run folders: what they hold, and that a training stopped, killed or out of disk goes on to the same end."""

from __future__ import annotations

import csv
import errno
import json
import math
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from seq_agents import cli, runs, training
from seq_agents.agents import AGENTS
from seq_agents.learner import Learner, Moment
from seq_agents.runs import Config, Run, RunError, without_nan, write_whole
from seq_agents.training import Stopped, train
from tiny_agents import LEARNING, UPDATES, kept, same, settings, taken_by

import seq_envs

torch.set_num_threads(1)

LONG = 600
"""Seconds after which a subprocess is stuck."""


def config_of(agent: str, seed: int = 0, **others: Any) -> Config:
    if agent == "encoder-decoder":
        id, parameters = "SeqCopy-v0", {"length": 2, "n_values": 3}
    else:
        id, parameters = "SeqEcho-v0", {"length": 4, "n_values": 3}
    return Config.of(agent, id, parameters, seed, settings(agent, taken_by(agent), **others))


def figures(path: Path) -> dict[str, Any]:
    """The final evaluation, but for the time it took."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    read = json.loads((path / "evaluation.json").read_text(), parse_constant=refuse)
    assert read.pop("training_seconds") >= 0
    return read


def checkpoint(path: Path) -> dict[str, torch.Tensor]:
    return safetensors.torch.load_file(path / "checkpoint.safetensors")


def rows(path: Path) -> list[dict[str, str]]:
    with (path / "curve.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def assert_whole(path: Path) -> None:
    """A finished run's folder, and nothing else."""
    names = {"config.json", "checkpoint.safetensors", "curve.csv", "evaluation.json", ".lock"}
    assert {one.name for one in path.iterdir()} - {".lock"} == names - {".lock"}
    steps = [float(row["steps"]) for row in rows(path)]
    assert steps == sorted(set(steps)), "steps increase"
    seconds = [float(row["seconds"]) for row in rows(path)]
    assert seconds == sorted(seconds)


def assert_same_end(path: Path, unbroken: Path) -> None:
    assert figures(path) == figures(unbroken)
    assert same(checkpoint(path), checkpoint(unbroken))
    for one in (path, unbroken):
        assert_whole(one)
    assert rows(path)[-1]["steps"] == rows(unbroken)[-1]["steps"]


def every_update(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint after every update."""
    monkeypatch.setattr(training, "_SECONDS_BETWEEN_CHECKPOINTS", -1.0)


# What a folder holds.


@pytest.mark.parametrize("agent", AGENTS)
def test_a_run_folder(agent: str, tmp_path: Path) -> None:
    path = tmp_path / "new" / "run"
    config = config_of(agent, seed=3)
    moments: list[Moment] = []
    got = train(Run.create(path, config), 40, moments.append)
    assert_whole(path)

    told = json.loads((path / "config.json").read_text())
    assert {name: told[name] for name in ("agent", "id", "parameters", "seed")} == {
        "agent": agent, "id": config.id, "parameters": config.parameters, "seed": 3,
    }  # fmt: skip
    chosen = settings(agent, taken_by(agent))
    assert {name: told["settings"][name] for name in chosen} == chosen
    assert told["settings"].keys() == AGENTS[agent].settings_type.kinds().keys()
    assert told["versions"]["python"] == platform.python_version()
    assert told["versions"]["torch"] == torch.__version__
    assert told["versions"]["seq-envs"] == seq_envs.__version__

    evaluation = figures(path)
    for name in ("accuracy", "exact_match", "normalized_score", "mean_return", "episodes"):
        assert evaluation[name] == getattr(got, name)
    assert evaluation["accuracy_by_step"] == [None if math.isnan(one) else one for one in got.accuracy_by_step]
    assert evaluation["training_steps"] == moments[-1].steps

    curve = rows(path)
    assert list(curve[0]) == ["seconds", "steps", "accuracy"]
    assert [float(row["steps"]) for row in curve] == [moment.steps for moment in moments]
    told_accuracies = [float(row["accuracy"]) for row in curve]
    assert np.allclose(told_accuracies, [moment.accuracy for moment in moments], atol=1e-5, equal_nan=True)

    run = Run.open(path)
    assert run.config == config
    assert run.finished
    assert run.evaluation()["accuracy"] == got.accuracy
    fresh = run.config.learner()
    run.load(fresh)
    again = seq_envs.evaluate(fresh.policy(), config.problem(), 40)
    assert repr(again) == repr(got)


def test_the_curve_of_a_long_training_has_a_few_hundred_points(tmp_path: Path) -> None:
    train(Run.create(tmp_path, config_of("mlp", updates=1000, batch=1)), 10)
    steps = [float(row["steps"]) for row in rows(tmp_path)]
    assert 150 <= len(steps) <= 500
    assert (steps[0], steps[-1]) == (4, 4000)
    assert steps == sorted(set(steps))


def test_parameters_from_numpy_are_kept_as_numbers(tmp_path: Path) -> None:
    config = Config.of("random", "SeqEcho-v0", {"lag": np.int64(2)})
    run = Run.create(tmp_path / "run", config)
    assert Run.open(run.path).config == config


def test_a_run_that_no_interrupt_can_reach(tmp_path: Path) -> None:
    """Only the main thread hears of Ctrl-C; others can train all the same."""
    import threading

    run = Run.create(tmp_path, config_of("mlp"))
    thread = threading.Thread(target=lambda: train(run, 10))
    thread.start()
    thread.join()
    assert run.finished


# Stopped, and gone on with.


def interrupted_after(updates: int) -> Callable[[Moment], None]:
    """A watch during which Ctrl-C comes, as a real signal."""
    count = 0

    def watch(_: Moment) -> None:
        nonlocal count
        count += 1
        if count == updates:
            signal.raise_signal(signal.SIGINT)

    return watch


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


def test_ctrl_c_at_the_last_update_stops_nothing(tmp_path: Path) -> None:
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
def test_a_training_leaves_nothing_elsewhere(agent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SB3's own logger makes a folder among the machine's temporary ones, or in this one."""
    monkeypatch.setenv("SB3_LOGDIR", str(tmp_path / "logs"))
    train(Run.create(tmp_path / "run", config_of(agent)), 40)
    assert [one.name for one in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("agent", LEARNING)
def test_a_training_that_breaks_goes_on_from_its_last_checkpoint(
    agent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a curve that is longer than the checkpoint goes, as after a kill between the two."""
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


def test_a_curve_that_is_gone_does_not_stop_a_run(tmp_path: Path) -> None:
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
from seq_agents import cli, runs, supervised, training

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


def child(*arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=environment,
    )  # fmt: skip


def command_for(agent: str, out: Path) -> list[str]:
    config = config_of(agent, updates=8)
    given = [f"{commands_option(name)}={value}" for name, value in config.parameters.items()]
    chosen = [f"--set={name}={value}" for name, value in settings(agent, taken_by(agent), updates=8).items()]
    return ["train", agent, config.id, *given, *chosen, "--episodes", "40", "--out", str(out)]


def commands_option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def test_a_real_ctrl_c(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = command_for("lstm", tmp_path / "broken")
    sign = tmp_path / "in-the-middle"
    process = child("wait", str(sign), *command)
    end = time.monotonic() + LONG
    while not sign.exists() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    sign.with_name(sign.name + "-go-on").touch()
    out, said = process.communicate(timeout=LONG)
    assert process.returncode == 2, said
    assert out == ""
    assert f"seq-envs: stopped; go on with the same command and --resume --out {tmp_path / 'broken'}" in said
    assert "Traceback" not in said
    assert {one.name for one in (tmp_path / "broken").iterdir()} - {".lock"} == {
        "config.json", "checkpoint.safetensors", "curve.csv",
    }  # fmt: skip
    assert int(checkpoint(tmp_path / "broken")["updates"]) == 6, "the update under way is finished, and kept"

    cli.main([*command, "--resume"])
    cli.main(command_for("lstm", tmp_path / "unbroken"))
    assert_same_end(tmp_path / "broken", tmp_path / "unbroken")
    assert f"{tmp_path / 'broken'}: config, checkpoint, learning curve and evaluation." in capsys.readouterr().out


@pytest.mark.parametrize(("agent", "write"), [("lstm", 9), ("recurrent-ppo", 8)])
def test_killed_in_the_middle_of_a_write(agent: str, write: int, tmp_path: Path) -> None:
    """The first write is of the config, then a curve and a checkpoint follow each other."""
    command = command_for(agent, tmp_path / "broken")
    process = child("kill", str(write), *command)
    process.communicate(timeout=LONG)
    assert process.returncode == -signal.SIGKILL
    assert list((tmp_path / "broken").glob("*.tmp")), "what was being written"
    assert "updates" not in checkpoint(tmp_path / "broken") or int(checkpoint(tmp_path / "broken")["updates"]) == 3
    assert len(rows(tmp_path / "broken")) == (4 if write == 9 else 3)
    cli.main([*command, "--resume"])
    cli.main(command_for(agent, tmp_path / "unbroken"))
    assert_same_end(tmp_path / "broken", tmp_path / "unbroken")


# Writes that fail.


def full(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("call", ["os.fsync", "pathlib.Path.replace"])
def test_a_write_that_fails_leaves_the_old_file(call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_whole(path, b"old")
    for error in (full, KeyboardInterrupt):
        with monkeypatch.context() as patched:
            patched.setattr(call, full if error is full else lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises((OSError, KeyboardInterrupt)):
                write_whole(path, b"new")
        assert path.read_bytes() == b"old"
        assert list(tmp_path.iterdir()) == [path]
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_disk_that_is_full_in_mid_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train(Run.create(tmp_path / "unbroken", config_of("gru")), 40)
    run = Run.create(tmp_path / "broken", config_of("gru"))
    every_update(monkeypatch)
    count = 0

    def watch(_: Moment) -> None:
        nonlocal count
        count += 1
        if count == 2:
            monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space left"):
        train(run, 40, watch)
    monkeypatch.undo()
    assert int(checkpoint(run.path)["updates"]) == 2
    assert not list(run.path.glob("*.tmp"))
    train(run, 40)
    assert_same_end(run.path, tmp_path / "unbroken")


@pytest.mark.parametrize("call", ["os.fsync", "pathlib.Path.replace", "pathlib.Path.mkdir"])
def test_a_folder_that_cannot_be_written_is_not_left_behind(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call, full)
    with pytest.raises(RunError, match="new/run cannot be written: No space left on device"):
        Run.create(tmp_path / "new" / "run", config_of("mlp"))
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    (tmp_path / "old").mkdir()
    monkeypatch.setattr(call, full)
    with pytest.raises(RunError):
        Run.create(tmp_path / "old", config_of("mlp"))
    assert list((tmp_path / "old").iterdir()) == [], "a folder that was there stays"


# Folders and files that are not what they should be.


def finished(path: Path, agent: str = "mlp", **others: Any) -> Path:
    train(Run.create(path, config_of(agent, **others)), 10)
    return path


def test_a_folder_is_not_taken_twice(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", config_of("mlp"))
    with pytest.raises(RunError, match=r"run is not empty: choose another folder, or go on .* with --resume"):
        Run.create(run.path, config_of("mlp"))
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="file is a file: choose a folder"):
        Run.create(tmp_path / "file", config_of("mlp"))
    with pytest.raises(RunError, match="cannot be written: Not a directory"):
        Run.create(tmp_path / "file" / "run", config_of("mlp"))
    (tmp_path / "empty").mkdir()
    assert Run.create(tmp_path / "empty", config_of("mlp")).path.is_dir()


HOLDER = "import sys, filelock; lock = filelock.FileLock(sys.argv[1]); lock.acquire(); print(flush=True); input()"


def test_a_run_in_use_by_another_process(tmp_path: Path) -> None:
    path = finished(tmp_path / "run")
    before = {one.name: one.read_bytes() for one in path.iterdir()}
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path / ".lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        holder.stdout.readline()
        with pytest.raises(RunError, match="run is in use by another process"):
            train(Run.open(path), 10)
        assert {one.name: one.read_bytes() for one in path.iterdir()} == before
    finally:
        holder.communicate(b"\n", timeout=LONG)
    train(Run.open(path), 10)


def test_a_run_is_free_again_after_whatever_happened(tmp_path: Path) -> None:
    run = Run.create(tmp_path, config_of("mlp"))
    with pytest.raises(Stopped):
        train(run, 10, interrupted_after(1))
    with pytest.raises(ZeroDivisionError):
        train(run, 10, lambda _: print(1 / 0))
    train(run, 10)


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", "3", "{}", '{"agent": "lstm"}', "\0", "🐍", '{"agent": {}, "id": 3, "parameters": 4}'],
)
def test_a_broken_config(content: str, tmp_path: Path) -> None:
    path = finished(tmp_path / "run")
    (path / "config.json").write_text(content, encoding="utf-8")
    with pytest.raises(RunError, match=r"config\.json is broken"):
        Run.open(path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("agent", "nobody"), ("id", "SeqEko-v0"), ("id", "CartPole-v1"), ("parameters", {"lag": 99}),
        ("parameters", None), ("settings", {"hidden": 0}), ("settings", {"nonsense": 1}), ("settings", []),
    ],
)  # fmt: skip
def test_a_config_with_a_wrong_value(name: str, value: Any, tmp_path: Path) -> None:
    path = finished(tmp_path / "run")
    told = json.loads((path / "config.json").read_text())
    (path / "config.json").write_text(json.dumps(told | {name: value}))
    with pytest.raises(RunError, match=r"config\.json is broken"):
        Run.open(path)


def test_what_is_no_run_folder(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(RunError, match=f"{path.name} is no run folder: config.json cannot be read"):
            Run.open(path)


@pytest.mark.parametrize("agent", ["lstm", "recurrent-ppo", "reinforce", "optimal"])
@pytest.mark.parametrize("spoil", ["empty", "truncated", "cut", "noise", "text", "folder", "pickle"])
def test_a_broken_checkpoint(agent: str, spoil: str, tmp_path: Path) -> None:
    path = finished(tmp_path / "run", agent)
    file = path / "checkpoint.safetensors"
    content = file.read_bytes()
    if spoil == "folder":
        file.unlink()
        file.mkdir()
    else:
        spoiled = {
            "empty": b"", "truncated": content[: len(content) // 2], "cut": content[:-1], "text": b"hello, world",
            "noise": bytes(255 - byte for byte in content), "pickle": b"\x80\x04\x8c\x02os\x8c\x06getcwd\x93)R.",
        }  # fmt: skip
        file.write_bytes(spoiled[spoil])
    run = Run.open(path)
    with pytest.raises(RunError, match=r"checkpoint\.safetensors is broken"):
        run.load(run.config.learner())


def test_checkpoints_of_others(tmp_path: Path) -> None:
    path = finished(tmp_path / "run", "lstm")
    run = Run.open(path)
    for other, message in (
        (finished(tmp_path / "agent", "gru"), r"was made by gru on SeqEcho\(.*, not by lstm on SeqEcho\("),
        (finished(tmp_path / "size", "lstm", hidden=5), "does not fit: the weights are those of another network"),
    ):
        (path / "checkpoint.safetensors").write_bytes((other / "checkpoint.safetensors").read_bytes())
        with pytest.raises(RunError, match=message):
            run.load(run.config.learner())
    safetensors.torch.save_file({"x": torch.zeros(1)}, path / "checkpoint.safetensors")
    with pytest.raises(RunError, match="was made by something else, not by lstm"):
        run.load(run.config.learner())


@pytest.mark.parametrize("missing", ["updates", "network.head.linear.bias", "network.lstm.weight_hh_l0"])
def test_a_checkpoint_that_lacks_something(missing: str, tmp_path: Path) -> None:
    path = finished(tmp_path / "run", "lstm")
    with safetensors.safe_open(path / "checkpoint.safetensors", "pt") as file:
        facts = file.metadata()
    tensors = checkpoint(path)
    del tensors[missing]
    safetensors.torch.save_file(tensors, path / "checkpoint.safetensors", facts)
    run = Run.open(path)
    with pytest.raises(RunError, match="does not fit"):
        run.load(run.config.learner())


@pytest.mark.parametrize("content", ["a\nx,1,2\n", "a\n1\n", "a\n1,2,3\n\n1,2\n", "a\n1,2,3,4\n", "a\n1,nan,3\n"])
def test_a_broken_curve(content: str, tmp_path: Path) -> None:
    path = finished(tmp_path / "run")
    (path / "curve.csv").write_text(content)
    with pytest.raises(RunError, match=r"curve\.csv is broken"):
        train(Run.open(path), 10)


def test_a_run_without_a_checkpoint_begins_anew(tmp_path: Path) -> None:
    run = Run.create(tmp_path, config_of("lstm"))
    learner = run.config.learner()
    before = kept(learner)
    assert not run.begun
    assert run.load(learner) == []
    assert same(kept(learner), before)


# Evaluations as JSON.


def test_without_nan() -> None:
    value = {"a": math.nan, "b": [1.0, (math.nan, {"c": math.nan})], "d": "nan", "e": 2, "f": None, "g": True}
    assert without_nan(value) == {"a": None, "b": [1.0, [None, {"c": None}]], "d": "nan", "e": 2, "f": None, "g": True}


def test_a_score_that_is_not_defined_is_null(tmp_path: Path) -> None:
    """Where chance is as good as the best player there is no scale."""
    config = Config.of("random", "SeqNext-v0", {"length": 2})
    train(Run.create(tmp_path / "run", config), 5)
    assert figures(tmp_path / "run")["normalized_score"] is None


# Weights that grow without bounds.


@pytest.mark.parametrize(("agent", "rate"), [("ppo", 1e38), ("recurrent-ppo", 1e38), ("lstm", 1e38)])
def test_a_training_that_diverges_says_so(agent: str, rate: float, tmp_path: Path) -> None:
    run = Run.create(tmp_path, config_of(agent, learning_rate=rate))
    with pytest.raises(RunError, match=r"the training broke off \(is the learning rate too high\?\): \w") as refused:
        train(run, 10)
    assert "\n" not in str(refused.value)
    assert not run.finished


def test_versions_name_what_matters() -> None:
    told = runs.versions()
    names = ["python", "machine", "seq-envs", "gymnasium", "numpy", "torch", "stable-baselines3", "sb3-contrib"]
    assert list(told) == names
    assert all(told.values())


def test_a_learner_is_that_of_the_config() -> None:
    config = config_of("lstm", seed=9)
    learner = config.learner()
    assert isinstance(learner, Learner)
    assert (learner.seed, learner.problem) == (9, taken_by("lstm"))
    assert learner.settings.hidden == 4
    assert config.learner(config.problem(length=6)).problem == seq_envs.SeqEcho(length=6, n_values=3)
