"""The command trains and evaluates: what it prints, and what it writes into a run folder."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import torch
from seq_agents.agents import AGENTS
from seq_agents.cli import main as cli
from seq_agents.cli.options import option
from tiny_agents import settings, taken_by
from tiny_commands import ECHO, TINY, elsewhere, everything, refused, said, trained  # noqa: F401 - a fixture.

torch.set_num_threads(1)


def test_train_and_evaluate(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["train", "lstm", *ECHO, *TINY, "--seed", "7", "--out", "run"])
    table = capsys.readouterr().out
    config = json.loads(Path("run/config.json").read_text())
    assert (config["agent"], config["id"], config["seed"]) == ("lstm", "SeqEcho-v0", 7)
    assert config["parameters"] == {"length": 4, "n_values": 3}
    assert (config["settings"]["updates"], config["settings"]["hidden"]) == (3, 4)
    final = json.loads(Path("run/evaluation.json").read_text())
    assert final["episodes"] == 40
    assert final["training_steps"] == 3 * 3 * 4
    assert re.search(rf"lstm +{final['accuracy']:.4f}", table)
    assert "run: config, checkpoint, learning curve and evaluation." in table

    before = everything(Path())
    cli.main(["evaluate", "run", "--episodes", "40", "--json"])
    as_json = json.loads(capsys.readouterr().out)
    assert as_json == {name: value for name, value in final.items() if not name.startswith("training_")}
    cli.main(["evaluate", "run", "--episodes", "40"])
    assert re.search(rf"lstm +{final['accuracy']:.4f}", capsys.readouterr().out)
    cli.main(["evaluate", "run", "--episodes", "40", "--seed", "1", "--json"])
    assert json.loads(capsys.readouterr().out)["accuracy_by_step"] != as_json["accuracy_by_step"]
    assert everything(Path()) == before, "looking changes nothing"


def test_evaluate_another_size_of_the_problem(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["train", "gru", *ECHO, *TINY, "--out", "run"])
    capsys.readouterr()
    cli.main(["evaluate", "run", "--length", "20", "--episodes", "10", "--json"])
    assert len(json.loads(capsys.readouterr().out)["accuracy_by_step"]) == 20
    cli.main(["evaluate", "run", "--length=20", "--episodes", "10"])
    assert "SeqEcho(length=20, n_values=3" in capsys.readouterr().out


def test_train_on_one_split_and_evaluate_on_another(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["train", "gru", "SeqParity-v0", "--split", "train", *TINY, "--out", "run"])
    assert json.loads(Path("run/config.json").read_text())["parameters"] == {"split": "train"}
    for split, words in (("train", "length=(1, 40)"), ("test", "length=(41, 500)")):
        capsys.readouterr()
        cli.main(["evaluate", "run", "--split", split, "--episodes", "4"])
        assert f"SeqParity({words}" in capsys.readouterr().out
    assert "split must be one of 'train', 'test', got 'tset'" in refused(["evaluate", "run", "--split", "tset"], capsys)


def test_errors_per_million_where_the_literature_reports_them(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["train", "gru", "SeqFlipFlop-v0", *TINY, "--out", "run"])
    accuracy = json.loads(Path("run/evaluation.json").read_text())["accuracy"]
    out = capsys.readouterr().out
    assert "errors per million" in out
    assert f"{(1 - accuracy) * 1e6:,.0f}" in out
    cli.main(["train", "gru", *ECHO, *TINY, "--out", "other"])
    assert "errors per million" not in capsys.readouterr().out


@pytest.mark.parametrize("agent", AGENTS)
def test_every_agent_by_the_command(agent: str, capsys: pytest.CaptureFixture[str]) -> None:
    problem = taken_by(agent)
    given = [f"{option(name)}={getattr(problem, name)}" for name in ("length", "n_values")]
    id = f"{type(problem).__name__}-v0"
    chosen = [f"--set={name}={value}" for name, value in settings(agent, problem).items()]
    cli.main(["train", agent, id, *given, *chosen, "--episodes", "20"])
    final = json.loads(Path("runs", f"{agent}-{id}-0", "evaluation.json").read_text())
    capsys.readouterr()
    cli.main(["evaluate", f"runs/{agent}-{id}-0", "--episodes", "20", "--json"])
    assert json.loads(capsys.readouterr().out)["accuracy"] == final["accuracy"]


def test_a_core_in_place_of_the_agents_own() -> None:
    cli.main(["train", "reinforce", *ECHO, *TINY, "--core", "gru"])
    config = json.loads(Path("runs/reinforce-gru-SeqEcho-v0-0/config.json").read_text())
    assert config["agent"] == "reinforce-gru"
    cli.main(["evaluate", "runs/reinforce-gru-SeqEcho-v0-0", "--episodes", "10"])


@pytest.mark.parametrize(("agent", "core"), [("random", "gru"), ("reinforce", "nothing"), ("ppo", "lstm")])
def test_a_core_that_does_not_fit(agent: str, core: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(["train", agent, *ECHO, "--core", core], capsys)
    assert said.count("\n") == 1
    assert core in said
    assert everything(Path()) == {}


def test_train_without_out_writes_into_runs() -> None:
    cli.main(["train", "random", *ECHO, "--episodes", "10", "--seed", "3"])
    assert [str(path) for path in Path().glob("*/*")] == ["runs/random-SeqEcho-v0-3"]


def test_settings_and_parameters_are_read_by_their_kinds() -> None:
    cli.main([
        "train", "lstm", "SeqCopy-v0", "--reverse", "--length", "3", "--encoding", "discrete", "--delay=1",
        "--out", "run", "--set", "orthogonal=true", "--set", "learning-rate=1e-3", *TINY,
    ])  # fmt: skip
    config = json.loads(Path("run/config.json").read_text())
    assert config["parameters"] == {"length": 3, "delay": 1, "reverse": True, "encoding": "discrete"}
    assert config["settings"]["orthogonal"] is True
    assert config["settings"]["learning_rate"] == 0.001


def test_resume_without_a_run_starts_one(capsys: pytest.CaptureFixture[str]) -> None:
    trained(Path("run"), "--resume")
    first = everything(Path("run"))
    assert "run: config" in capsys.readouterr().out
    trained(Path("run"), "--resume")
    again = everything(Path("run"))
    assert again.keys() == first.keys()
    for name in ("run/config.json", "run/curve.csv", "run/checkpoint.safetensors"):
        assert again[name] == first[name]


def test_evaluate_without_a_curve(capsys: pytest.CaptureFixture[str]) -> None:
    trained(Path("run"))
    Path("run/curve.csv").unlink()
    capsys.readouterr()
    cli.main(["evaluate", "run", "--episodes", "10", "--json"])
    assert json.loads(capsys.readouterr().out)["episodes"] == 10


def test_a_run_keeps_the_options_of_its_environment(capsys: pytest.CaptureFixture[str]) -> None:
    small = ["--set", "steps=64", "--set", "lanes=4", "--episodes", "10", "--out", "run"]
    given = ["--pay", "at_end", "--feedback", "action", "reward", *small]
    cli.main(["train", "recurrent-ppo-stock", *ECHO, *given])
    assert "with pay='at_end', feedback=('action', 'reward')" in " ".join(capsys.readouterr().out.split())
    assert json.loads(Path("run/config.json").read_text())["options"] == {
        "pay": "at_end",
        "feedback": ["action", "reward"],
    }
    stated = json.loads(Path("run/evaluation.json").read_text())["options"]
    assert stated == {"pay": "at_end", "feedback": ["action", "reward"]}
    assert json.loads(said(["evaluate", "run", "--episodes", "10", "--json"], capsys))["options"] == stated
    cli.main(["train", "recurrent-ppo-stock", *ECHO, *given, "--resume"])
    cli.main(["evaluate", "run", "--episodes", "10"])
    assert "with pay='at_end', feedback=('action', 'reward')" in " ".join(capsys.readouterr().out.split())
    played_in = "with pay='at_end', feedback=('action', 'reward')\n"
    assert played_in in said(["watch", "run"], capsys)
    inspected = said(["inspect", "run"], capsys)
    assert played_in in inspected
    assert "The agent observes its previous action and reward" in inspected
    assert "game.html: play SeqEcho-v0 against" in said(["watch", "run", "--game", "game.html"], capsys)
    other = refused(["train", "recurrent-ppo-stock", *ECHO, *small, "--resume"], capsys)
    assert "other options of the environment" in other
