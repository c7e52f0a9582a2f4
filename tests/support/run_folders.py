"""Run folders of tiny agents: making, stopping, reading and comparing them."""

from __future__ import annotations

import csv
import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from seq_agents.experiments import training
from seq_agents.experiments.config import Config
from seq_agents.learners.learner import Moment
from tiny_agents import same, settings, taken_by

LONG = 600
"""Seconds after which a subprocess is stuck."""


def config_of(agent: str, seed: int = 0, **others: Any) -> Config:
    if agent == "encoder-decoder":
        id, parameters = "SeqCopy-v0", {"length": 2, "n_values": 3}
    else:
        id, parameters = "SeqEcho-v0", {"length": 4, "n_values": 3}
    return Config.of(agent, id, parameters, seed, settings(agent, taken_by(agent), **others))


def figures(path: Path) -> dict[str, Any]:
    """The final evaluation without its duration."""

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
    assert {file.name for file in path.iterdir()} - {".lock"} == names - {".lock"}
    steps = [float(row["steps"]) for row in rows(path)]
    assert steps == sorted(set(steps)), "steps increase"
    seconds = [float(row["seconds"]) for row in rows(path)]
    assert seconds == sorted(seconds)


def assert_same_end(path: Path, unbroken: Path) -> None:
    assert figures(path) == figures(unbroken)
    assert same(checkpoint(path), checkpoint(unbroken))
    for folder in (path, unbroken):
        assert_whole(folder)
    assert rows(path)[-1]["steps"] == rows(unbroken)[-1]["steps"]


def every_update(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint after every update."""
    monkeypatch.setattr(training, "_SECONDS_BETWEEN_CHECKPOINTS", -1.0)


def interrupted_after(updates: int) -> Callable[[Moment], None]:
    """A watch that sends Ctrl-C as a real signal after this many updates."""
    count = 0

    def watch(_: Moment) -> None:
        nonlocal count
        count += 1
        if count == updates:
            signal.raise_signal(signal.SIGINT)

    return watch
