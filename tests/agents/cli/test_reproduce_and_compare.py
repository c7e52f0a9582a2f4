"""`seq-envs reproduce`, and `compare` of agents that it trains, from the command line."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from seq_agents.cli import bench_commands as commands
from seq_agents.experiments import named_experiments as module
from seq_agents.experiments.grid import Experiment
from seq_agents.experiments.named_experiments import named_experiments
from seq_agents.experiments.until import Until
from tiny_agents import settings
from tiny_commands import elsewhere, everything, said, stopped  # noqa: F401 - a fixture.

import seq_envs

torch.set_num_threads(1)

# Experiments by name.


def test_reproduce_lists_the_experiments(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(["reproduce"], capsys)
    for name, experiment in named_experiments().items():
        assert re.search(rf"^{name} +{re.escape(experiment.reported)}$", out, re.MULTILINE)
    assert everything(Path()) == {}


@pytest.fixture
def tiny_experiments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Experiments that take a moment replace those of the presets."""
    small = {"updates": 3, "batch": 2, "hidden": 4}
    parameters = {"length": 4, "n_values": 3}
    made = {
        "tiny-one": Experiment(
            agent="mlp", id="SeqEcho-v0", parameters=parameters, settings=small, seeds=2, reported="90% | more"
        ),
        "tiny-two": Experiment(agent="optimal", id="SeqCopy-v0", seeds=1, until=Until(every=1, without_mistake=9)),
        "other": Experiment(agent="encoder-decoder", id="SeqEcho-v0", seeds=1),
    }
    monkeypatch.setattr(module, "named_experiments", lambda: made)


@pytest.mark.usefixtures("tiny_experiments")
def test_reproduce(here: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    out = said(["reproduce", "tiny-*", "--out", "there", "--episodes", "30"], capsys)
    assert here == ["tiny-one--SeqEcho-v0--length=4--n_values=3--0", "tiny-two--SeqCopy-v0--0", f"{here[0][:-1]}1"]
    assert "there/report.html: the report." in out
    for word in ("tiny-one", "90% | more", "tiny-two", "0 of 1"):
        assert word in out
    said(["reproduce", "tiny-one", "--out", "there", "--episodes", "30", "--seeds", "3"], capsys)
    assert here[3:] == [f"{here[0][:-1]}2"]
    text = said(["report", "there", "--markdown"], capsys)
    assert "| tiny-one | 3 |" in text
    assert "## Leaderboard" not in text, "experiments are no agents to be ranked"
    assert "seq-envs reproduce 'tiny-*' --out there --episodes 30" in text


@pytest.mark.usefixtures("tiny_experiments")
def test_reproduce_says_what_failed(here: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    message = stopped(["reproduce", "*", "--episodes", "9"], capsys).err
    assert "1 cells failed; the same command runs them, and only them, again:" in message
    assert "other--SeqEcho-v0--0: ValueError: encoder-decoder takes problems" in message
    assert len(here) == 4
    assert len(list(Path("bench-reproduce/cells").iterdir())) == 3


# Comparing.


@pytest.fixture
def tiny_comparison(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The entries that were requested; they run with settings that take a moment."""
    asked: list[Any] = []
    run = commands._run

    def tiny(entries: Any, *others: Any, **named: Any) -> None:
        asked.extend(entries)
        small = [
            dataclasses.replace(
                entry, settings={**entry.settings, **settings(entry.agent, entry.problem()), "hidden": 4}
            )
            for entry in entries
        ]  # fmt: skip
        run(small, *others, **named)

    monkeypatch.setattr(commands, "_run", tiny)
    return asked


def test_compare(here: list[str], tiny_comparison: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    problem = {"length": 4, "encoding": "discrete"}
    out = said(["compare", "SeqNext-v0", "--length", "4", "--encoding", "discrete", "--episodes", "50"], capsys)
    assert [(entry.name, entry.id, entry.seeds) for entry in tiny_comparison] == [
        (agent, "SeqNext-v0", 1) for agent in ("recurrent-ppo", "lstm", "ppo")
    ]
    assert {entry.problem() for entry in tiny_comparison} == {seq_envs.make_problem("SeqNext-v0", **problem)}
    assert len(here) == 3
    for word in ("recurrent-ppo", "lstm", "ppo", "chance", "memoryless", "optimal", "control task"):
        assert word in out
    assert "report.html" not in out
    level = seq_envs.levels("SeqNext-v0", length=4, encoding="discrete")
    assert re.search(rf"chance .* {level.chance.accuracy:.4f}", out)
    assert everything(Path()) == {}


@pytest.mark.slow
def test_compare_keeps_its_results_in_out(
    here: list[str], tiny_comparison: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["compare", "--lag", "2", "--seeds", "2", "--episodes", "20", "--out", "there"]
    out = said(arguments, capsys)
    assert "there/report.html: the report." in out
    assert {entry.label for entry in tiny_comparison} == {"SeqEcho-v0 lag=2"}
    assert len(here) == 6
    said(arguments, capsys)
    assert len(here) == 6
    assert "seq-envs compare --lag 2 --seeds 2 --episodes 20 --out there" in Path("there/report.html").read_text()
