"""Cores of other modules learn by every rule and are resumed; a broken one is refused with a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from seq_agents.agents import AGENTS, agent_type, canonical, make_learner
from seq_agents.cli.main import main
from seq_agents.cores import core_type, make_core
from seq_agents.ladder.trainers import trainer
from tiny_commands import refused
from torch import nn

import seq_envs

torch.set_num_threads(1)
GOOD = ["Plain", "Own", "Built", "NamedStarts", "Derived", "Empty"]
RULES: dict[str, dict[str, Any]] = {
    "supervised": {"updates": 3, "batch": 4},
    "reinforce": {"updates": 3, "batch": 4},
    "recurrent-ppo": {"steps": 48, "lanes": 2, "episodes": 2, "minibatches": 1, "epochs": 1},
    "recurrent-ppo-stock": {"steps": 48, "lanes": 2, "episodes": 2, "minibatches": 1, "epochs": 1},
}


@pytest.mark.parametrize("core", GOOD)
@pytest.mark.parametrize("rule", RULES)
def test_it_learns_by_every_rule_and_resumes(rule: str, core: str) -> None:
    name = f"{rule}-own_cores:{core}"
    assert canonical(name) == name
    assert AGENTS[name].rule == rule
    assert AGENTS[name].learns_memory
    learner = make_learner(name, "SeqEcho-v0", 1, RULES[rule], length=4, n_values=3)
    before = [weights.clone() for weights in network_of(learner).parameters()]
    learner.learn()
    assert all(not torch.equal(*pair) for pair in zip(before, network_of(learner).parameters(), strict=True))
    other = make_learner(name, "SeqEcho-v0", 1, RULES[rule], length=4, n_values=3)
    other.restore(learner.state())
    scores = [seq_envs.evaluate(trained.policy(), learner.problem, 50).accuracy for trained in (learner, other)]
    assert scores[0] == scores[1]


def network_of(learner: Any) -> nn.Module:
    network: nn.Module = learner.network_and_core()[0]
    return network


def test_parameters_of_the_constructor_are_settings() -> None:
    settings = agent_type("supervised-own_cores:Plain").settings_type
    assert {"units", "gain", "name", "bias", "frozen", "learning_rate"} <= settings.domains().keys()
    assert "hidden" not in settings.domains()
    parsed = settings.parsed({"units": "3", "gain": "2", "name": "x", "bias": "false"})
    assert parsed == {"units": 3, "gain": 2.0, "name": "x", "bias": False}
    core: Any = make_core(core_type("own_cores:Plain"), 5, settings.of(parsed))
    assert (core.module.outputs, core.module.gain, core.module.name, core.module.cell.bias) == (3, 2.0, "x", False)
    with pytest.raises(ValueError, match="gain must be a finite number, got 'much'"):
        settings.of({"gain": "much"})
    with pytest.raises(ValueError, match=r"there is no setting 'unit' .did you mean 'units'"):
        settings.of({"unit": 3})


def test_a_frozen_one_keeps_its_weights() -> None:
    learner: Any = make_learner("supervised-own_cores:Plain", "SeqEcho-v0", 1, {"updates": 2, "frozen": True})
    before = [weights.clone() for weights in learner.network.core.parameters()]
    learner.learn()
    assert all(torch.equal(*pair) for pair in zip(before, learner.network.core.parameters(), strict=True))
    assert learner.weights().learned == sum(weights.numel() for weights in learner.network.head.parameters())


@pytest.mark.parametrize(
    ("core", "message"),
    [
        ("own_cores:Missing", "core 'own_cores:Missing' cannot be imported: AttributeError"),
        ("no_such_module:Core", "core 'no_such_module:Core' cannot be imported: ModuleNotFoundError"),
        ("own_cores:function", "core 'own_cores:function' must be a subclass of torch.nn.Module"),
        ("own_cores:WithoutInitialState", "core 'own_cores:WithoutInitialState' lacks initial_state"),
        ("own_cores:WithoutDefault", 'a default that is a bool, a finite number or a text.* got "units'),
        ("own_cores:Clashing", "both have the setting learning_rate: rename it in the core"),
        ("own_cores:NamedAsAMethod", "not be named 'as_dict' or .* got \"as_dict: "),
        ("own_cores:Raising", "core 'own_cores:Raising' cannot be made with 10 .* units=6: KeyError: 6"),
        ("own_cores:Exiting", "core 'own_cores:Exiting' cannot be made with .*SystemExit: 3"),
        ("own_cores:ByNameOnly", "core 'own_cores:ByNameOnly' cannot be made with .*TypeError"),
        ("own_cores:Lazy", "core 'own_cores:Lazy' fails check_core: .*uninitialized"),
        ("own_cores:BuiltWide", "core 'own_cores:BuiltWide' fails check_core: .*outputs"),
        ("own_cores:WithoutState", "core 'own_cores:WithoutState' fails check_core: .*state"),
        ("own_cores:GrowingState", "core 'own_cores:GrowingState' fails check_core: .*state"),
        ("own_cores:Wide", "core 'own_cores:Wide' fails check_core: .*7"),
        ("own_cores:NotANumber", "core 'own_cores:NotANumber' fails check_core: .*(NaN|finite)"),
        ("own_cores:Bidirectional", "core 'own_cores:Bidirectional' fails check_core: .*later"),
    ],
)
def test_one_that_cannot_be_used(core: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_learner(f"supervised-{core}", "SeqEcho-v0")


def test_the_command_line_trains_resumes_and_evaluates_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = str(tmp_path / "run")
    train = ["train", "recurrent-ppo", "SeqEcho-v0", "--core", "own_cores:Plain", "--out", run]
    sizes = [part for name, value in RULES["recurrent-ppo"].items() for part in ("--set", f"{name}={value}")]
    main([*train, *sizes, "--episodes", "20"])
    main([*train, *sizes, "--episodes", "20", "--resume"])
    assert "names own_cores:Plain" in refused(["evaluate", run, "--episodes", "20"], capsys)
    main(["evaluate", run, "--episodes", "20", "--trust"])
    assert "recurrent-ppo-own_cores:Plain" in capsys.readouterr().out


def test_nothing_is_left_of_a_run_whose_core_is_broken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    train = ["train", "supervised", "SeqEcho-v0", "--core", "own_cores:Bidirectional", "--out", str(run)]
    assert "fails check_core" in refused(train, capsys)
    assert not run.exists()


def test_it_climbs_the_ladder() -> None:
    assert callable(trainer("supervised-own_cores:Plain", {"units": "3"}))


def test_a_run_of_another_core_is_not_imported_and_not_continued(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ["--set", "updates=1", "--episodes", "20", "--out", str(tmp_path / "run")]
    main(["train", "supervised", "SeqEcho-v0", "--core", "own_cores:Plain", *run])
    for core in ("own_cores:Own", "gru"):
        error = refused(["train", "supervised", "SeqEcho-v0", "--core", core, *run, "--resume"], capsys)
        assert "was trained with own_cores:Plain. Use the same, or another --out" in error
        assert "--trust" not in error
