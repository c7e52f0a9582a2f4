"""A failure while a run is written or trained is reported and leaves the earlier files whole."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
import torch
from run_folders import assert_same_end, checkpoint, config_of, every_update
from seq_agents.errors import RunError
from seq_agents.experiments.files import write_whole
from seq_agents.experiments.run_folder import Run
from seq_agents.experiments.training import train
from seq_agents.learners.learner import Moment

torch.set_num_threads(1)


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


# Weights that grow without bounds.


@pytest.mark.parametrize(("agent", "rate"), [("ppo", 1e38), ("recurrent-ppo", 1e38), ("lstm", 1e38)])
def test_a_training_that_diverges_says_so(agent: str, rate: float, tmp_path: Path) -> None:
    run = Run.create(tmp_path, config_of(agent, learning_rate=rate))
    with pytest.raises(RunError, match=r"the training broke off \(is the learning rate too high\?\): \w") as refused:
        train(run, 10)
    assert "\n" not in str(refused.value)
    assert not run.finished
