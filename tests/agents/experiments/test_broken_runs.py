"""Run folders that are refused: not empty, in use, broken, or of another agent."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from run_folders import LONG, checkpoint, config_of, interrupted_after
from seq_agents.errors import RunError
from seq_agents.experiments.run_folder import Run
from seq_agents.experiments.training import Stopped, train
from tiny_agents import kept, same

torch.set_num_threads(1)


def finished(path: Path, agent: str = "mlp", **others: Any) -> Path:
    train(Run.create(path, config_of(agent, **others)), 10)
    return path


def test_a_folder_with_files_is_refused(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", config_of("mlp"))
    with pytest.raises(RunError, match=r"run is not empty: choose another folder, or continue .* with --resume"):
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
    before = {file.name: file.read_bytes() for file in path.iterdir()}
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path / ".lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        holder.stdout.readline()
        with pytest.raises(RunError, match="run is in use by another process"):
            train(Run.open(path), 10)
        assert {file.name: file.read_bytes() for file in path.iterdir()} == before
    finally:
        holder.communicate(b"\n", timeout=LONG)
    train(Run.open(path), 10)


def test_a_run_is_unlocked_after_every_end(tmp_path: Path) -> None:
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
    config = json.loads((path / "config.json").read_text())
    (path / "config.json").write_text(json.dumps(config | {name: value}))
    with pytest.raises(RunError, match=r"config\.json is broken"):
        Run.open(path)


def test_what_is_not_a_run_folder_is_refused(tmp_path: Path) -> None:
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


def test_checkpoints_of_other_agents_are_refused(tmp_path: Path) -> None:
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


@pytest.mark.parametrize("missing", ["updates", "network.head.linear.bias", "network.core.lstm.weight_hh_l0"])
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
