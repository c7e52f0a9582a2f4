"""Agents of other modules, named "module:factory"."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import own_agents
import pytest
import torch
from own_agents import OwnMlp, ReportsMoments
from seq_agents.agents import agent_type, make_learner
from seq_agents.cli import main as cli
from seq_agents.experiments.config import Config
from seq_agents.learners.learner import Moment
from seq_agents.learners.user_defined import AnySettings, UserDefinedLearner
from tiny_agents import same
from tiny_commands import ECHO, TINY, elsewhere, everything, refused  # noqa: F401 - a fixture for all.

import seq_envs

torch.set_num_threads(1)
PROBLEM = seq_envs.make_problem("SeqEcho-v0", length=4, n_values=3)


# Agents that are accepted.


@pytest.mark.parametrize("name", ["own_agents:ReportsMoments", "own_agents:make", "own_agents:Outer.Inner"])
def test_functions_and_classes(name: str) -> None:
    seen: list[Moment] = []
    learner = make_learner(name, PROBLEM, 7, {"moments": "good"})
    learner.learn(seen.append)
    assert isinstance(learner, UserDefinedLearner)
    assert seen == ReportsMoments.MOMENTS["good"]
    assert seq_envs.evaluate(learner.policy(), PROBLEM, 30).episodes == 30
    longer = seq_envs.make_problem(PROBLEM, length=9)
    assert seq_envs.evaluate(learner.policy_on(longer), longer, 30).episodes == 30
    trained: Any = learner._trainable
    assert (trained.problem, trained.seed, trained.moments) == (PROBLEM, 7, "good")
    learner.learn()  # Without a watch.


def test_subclasses_of_learner_are_learners() -> None:
    assert agent_type("own_agents:OwnMlp") is OwnMlp
    learner = make_learner("own_agents:OwnMlp", PROBLEM, 0, {"updates": 2, "hidden": 3})
    learner.learn()
    with pytest.raises(ValueError, match=r"there is no setting 'hiden' \(did you mean 'hidden'"):
        make_learner("own_agents:OwnMlp", PROBLEM, 0, {"hiden": 3})


def test_settings_reach_the_factory_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []

    def factory(problem: Any, seed: int, **settings: Any) -> ReportsMoments:
        seen.append(settings)
        return ReportsMoments(problem, seed)

    monkeypatch.setattr(own_agents, "passed_on", factory, raising=False)
    given = {"units": [3, {"a": None}], "rate": 0.5, "name": "x"}
    config = Config.of("own_agents:passed_on", "SeqEcho-v0", {}, 3, given)
    assert config.settings == given
    config.learner()
    assert seen == [given]
    assert AnySettings.of(given).as_dict() == given


def test_settings_given_as_text() -> None:
    texts = {"units": "[3, 4]", "rate": "0.5", "name": "x", "on": "true", "none": ""}
    assert AnySettings.parsed(texts) == {"units": [3, 4], "rate": 0.5, "name": "x", "on": True, "none": None}
    for wrong in ("[", "2020-13-45", "!!python/name:os.getcwd"):
        with pytest.raises(ValueError, match=r"units must be YAML, got ") as message:
            AnySettings.parsed({"units": wrong})
        assert "\n" not in str(message.value)


# Agents that are refused.


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("no_such_module:make", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("own_agents:nothing", "AttributeError: module 'own_agents' has no attribute 'nothing'"),
        ("own_agents:Outer.nothing", "AttributeError: type object 'Outer' has no attribute 'nothing'"),
        ("own_agents:", "AttributeError: "),
        (":make", "ValueError: Empty module name"),
        (":", "ValueError: Empty module name"),
        (".own_agents:make", "TypeError: "),
        ("own_agents:make:more", "AttributeError: "),
        ("raising_module:make", "ZeroDivisionError: division by zero"),
        ("leaving_module:make", "SystemExit: 3"),
        ("broken_module:make", "SyntaxError: "),
        ("talking_module:make", "RuntimeError: many lines"),
    ],
)
def test_modules_that_cannot_be_imported(name: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "raising_module.py").write_text("1 / 0")
    (tmp_path / "leaving_module.py").write_text("raise SystemExit(3)")
    (tmp_path / "broken_module.py").write_text("def make(:")
    (tmp_path / "talking_module.py").write_text("raise RuntimeError('many\\nlines')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ValueError, match=r"^agent ") as wrong:
        agent_type(name)
    assert str(wrong.value).startswith(f"agent {name!r} cannot be imported: {why}")
    assert "\n" not in str(wrong.value)


def test_a_module_can_be_imported_once_it_is_repaired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "mended_module.py").write_text("1 / 0")
    with pytest.raises(ValueError, match="cannot be imported"):
        agent_type("mended_module:ReportsMoments")
    (tmp_path / "mended_module.py").write_text("from own_agents import ReportsMoments  # Now it can be imported.")
    assert issubclass(agent_type("mended_module:ReportsMoments"), UserDefinedLearner)


def test_learners_that_lack_methods() -> None:
    with pytest.raises(ValueError, match=r"'own_agents:Unfinished' is a Learner that lacks learn, policy, restore, st"):
        agent_type("own_agents:Unfinished")
    with pytest.raises(ValueError, match=r"WithoutSettings' is a Learner that lacks settings_type, a subclass of Set"):
        agent_type("own_agents:WithoutSettings")


def test_names_that_cannot_be_called() -> None:
    with pytest.raises(ValueError, match=r"'own_agents:number' must be called with \(problem, seed, .*, got 3"):
        agent_type("own_agents:number")


@pytest.mark.parametrize(
    ("name", "given", "why"),
    [
        ("without_learn", {}, r"an agent must have learn\(watch\) and policy\(\), got .* without learn"),
        ("WithoutPolicy", {}, r"an agent must have learn\(watch\) and policy\(\), got .* without policy"),
        ("returns_none", {}, r"an agent must have learn\(watch\) and policy\(\), got None without learn"),
        ("make", {"nonsense": 3}, r"unexpected keyword argument 'nonsense'"),
        ("make", {"seed": 3}, r"multiple values for argument 'seed'"),
    ],
)
def test_factories_that_make_no_agent(name: str, given: dict[str, Any], why: str) -> None:
    with pytest.raises(TypeError, match=why):
        make_learner(f"own_agents:{name}", PROBLEM, 0, given)


def test_a_seed_out_of_range() -> None:
    with pytest.raises(ValueError, match="seed must be"):
        make_learner("own_agents:make", PROBLEM, -1)


def test_a_user_defined_agent_cannot_be_saved() -> None:
    learner = make_learner("own_agents:make", PROBLEM)
    for call in (learner.state, lambda: learner.restore({})):
        with pytest.raises(ValueError, match="can only be saved if it is a seq_agents"):
            call()


# On the command line.


def test_a_learner_is_trained_and_resumed(tmp_path: Path) -> None:
    command = ["train", "own_agents:OwnMlp", *ECHO, *TINY]
    cli.main(command)
    (path,) = Path("runs").iterdir()
    assert json.loads((path / "config.json").read_text())["agent"] == "own_agents:OwnMlp"
    cli.main([*command, "--out", str(tmp_path / "other")])
    cli.main([*command, "--resume"])
    one, other = ({**json.loads((at / "evaluation.json").read_text())} for at in (path, tmp_path / "other"))
    assert one["accuracy"] == other["accuracy"]
    config = Config.of("own_agents:OwnMlp", "SeqEcho-v0", {"length": 4, "n_values": 3}, 0, {
        "updates": 3, "batch": 3, "hidden": 4,
    })  # fmt: skip
    learner = config.learner()
    learner.learn()
    import safetensors.torch

    assert same(learner.state(), safetensors.torch.load_file(path / "checkpoint.safetensors"))
    cli.main(["evaluate", str(path), "--trust", "--episodes", "30"])


@pytest.mark.parametrize("name", ["own_agents:make", "own_agents:ReportsMoments", "own_agents:WithoutPolicy"])
def test_train_refuses_agents_that_cannot_be_saved(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def learn(*_: Any) -> None:
        raise AssertionError("trained")

    monkeypatch.setattr(ReportsMoments, "learn", learn)
    said = refused(["train", name, *ECHO], capsys)
    assert f"{name} cannot be saved" in said
    assert "Learner" in said
    assert everything(Path.cwd()) == {}


def test_a_command_with_an_unknown_agent(capsys: pytest.CaptureFixture[str]) -> None:
    assert "cannot be imported" in refused(["train", "no_such_module:make", *ECHO], capsys)
    assert everything(Path.cwd()) == {}
