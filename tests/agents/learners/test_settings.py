"""Settings of agents: defaults, tuned ones, and messages for wrong names and values."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import gymnasium
import numpy as np
import pytest
import torch
import yaml
from paths import ROOT
from seq_agents import agents
from seq_agents.agents import AGENTS, agent_type, make_learner, settings_of
from seq_agents.cores.window import window_of
from seq_agents.learners.learner import Moment
from seq_agents.settings import Settings
from spaces_of_settings import IDS, TUTORIAL_IDS
from tiny_agents import LEARNING, settings, taken_by

import seq_envs

torch.set_num_threads(1)  # As the command line does.


@pytest.mark.parametrize("agent", AGENTS)
def test_an_unknown_setting_is_refused_with_the_nearest(agent: str) -> None:
    with pytest.raises(ValueError, match=r"there is no setting 'xyz', got 3; there are"):
        make_learner(agent, taken_by(agent), 0, {"xyz": 3})
    if agent in LEARNING:
        with pytest.raises(ValueError, match=r"there is no setting 'hiden' \(did you mean 'hidden'\?\), got 3"):
            make_learner(agent, taken_by(agent), 0, {"hiden": 3})


@pytest.mark.parametrize("agent", AGENTS)
def test_a_wrong_value_is_refused(agent: str) -> None:
    """Each setting refuses values of another type and values out of range."""
    for setting, domain in agent_type(agent).settings_type.domains().items():
        for wrong in (None, [], "nonsense", math.nan, -math.inf):
            with pytest.raises(ValueError, match=f"^{setting} must be {re.escape(str(domain))}, got "):
                agent_type(agent).settings_type.of({setting: wrong})


@pytest.mark.parametrize(
    ("agent", "wrong", "message"),
    [
        ("lstm", {"hidden": 0}, "hidden must be an integer >= 1 and <= 2147483647, got 0"),
        ("lstm", {"updates": 1.0}, "updates must be an integer >= 1, got 1.0"),
        ("lstm", {"learning_rate": 0}, r"learning_rate must be a number in \(0, inf\), got 0"),
        ("lstm", {"beta2": 1.0}, r"beta2 must be a number in \[0, 1\), got 1.0"),
        ("lstm", {"orthogonal": 1}, "orthogonal must be True or False, got 1"),
        ("ppo", {"gamma": 1.1}, r"gamma must be a number in \[0, 1\], got 1.1"),
        ("ppo", {"minibatches": 100, "lanes": 1, "episodes": 1}, "minibatches must be at most 4, got 100"),
        ("ppo-stack", {"window": -1}, "window must be an integer >= 0, got -1"),
    ],
)
def test_messages_of_wrong_values(agent: str, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_learner(agent, taken_by(agent), 0, wrong)


SMALLEST = {"hidden": 1, "beta2": 0.0}
SMALLEST_PPO = {"steps": 1, "lanes": 1, "episodes": 1, "minibatches": 1, "epochs": 1, "gamma": 0.0, "target_kl": 0.0}


@pytest.mark.parametrize(
    ("agent", "smallest"),
    [
        ("mlp", {"updates": 1, "batch": 1, "episodes": 1}),
        ("reinforce", {"updates": 1, "batch": 2, "episodes": 1}),
        ("ppo", SMALLEST_PPO),
        ("recurrent-ppo", SMALLEST_PPO),
    ],
)
def test_the_smallest_training_is_one_update(agent: str, smallest: dict[str, Any]) -> None:
    moments: list[Moment] = []
    make_learner(agent, taken_by(agent), 0, SMALLEST | smallest).learn(moments.append)
    assert [moment.done for moment in moments] == [1.0]


@pytest.mark.parametrize("updates", [1, 2, 7])
def test_a_training_within_a_number_of_time_steps(updates: int) -> None:
    problem = seq_envs.SeqEcho(length=5, lag=0)
    for agent, chosen, length, time_steps, unit in (
        ("lstm", {"batch": 3}, "updates", 3 * 5, 1),
        ("ppo", {"lanes": 2, "episodes": 3}, "steps", 2 * 3 * 5, 2 * 3 * 5),
    ):
        settings = agent_type(agent).settings_type.of(chosen)
        for most in (updates * time_steps, (updates + 1) * time_steps - 1):
            assert settings.within(problem, most).as_dict() == settings.as_dict() | {length: updates * unit}
        assert settings.within(problem, 1).as_dict()[length] == unit


def test_published_results_with_standard_settings_were_learned_with_the_defaults() -> None:
    entries = json.loads((ROOT / "results" / "standard" / "grid.json").read_text(encoding="utf-8"))["entries"]
    assert entries
    for entry in entries:
        defaults = agent_type(entry["agent"]).settings_type()
        problem = seq_envs.make_problem(entry["id"], **entry["parameters"])
        assert entry["settings"].items() <= defaults.within(problem, 2_000_000).as_dict().items(), entry


def test_settings_are_frozen_and_checked_builtins() -> None:
    chosen = settings_of("lstm", "SeqEcho-v0", {"hidden": np.int64(7), "learning_rate": 1})
    assert type(chosen.hidden) is int  # type: ignore[attr-defined]
    assert type(chosen.learning_rate) is float  # type: ignore[attr-defined]
    with pytest.raises(dataclasses.FrozenInstanceError):
        chosen.hidden = 8  # type: ignore[attr-defined]


def test_every_setting_has_a_meaning_and_a_valid_default() -> None:
    for agent in AGENTS:
        kind = agent_type(agent).settings_type
        assert isinstance(kind(), Settings)
        for field in dataclasses.fields(kind):
            assert field.metadata["meaning"]


def test_tuned_settings() -> None:
    """Every agent, id and setting in the file exists, and each learner can be made."""
    text = files("seq_agents").joinpath("tuned.yaml").read_text(encoding="utf-8")
    tuned = yaml.safe_load(text)["agents"]
    assert tuned
    for agent, by_id in tuned.items():
        assert agent in AGENTS
        base = by_id.pop("*")
        for id in IDS:
            chosen = {**(base if id in TUTORIAL_IDS else {}), **by_id.pop(id, {})}
            got = dataclasses.asdict(settings_of(agent, id))
            assert {name: got[name] for name in chosen} == chosen
            assert got == dataclasses.asdict(agent_type(agent).settings_type.of(chosen))
            assert settings_of(agent, id, {"hidden": 3}).hidden == 3  # type: ignore[attr-defined]
            make_learner(agent, id)
        assert not by_id


def test_tuned_settings_belong_to_an_id(monkeypatch: pytest.MonkeyPatch) -> None:
    tuned = {"lstm": {"*": {"hidden": 7, "batch": 3}, "SeqEcho-v0": {"hidden": 9}}}
    monkeypatch.setattr(agents, "_tuned", lambda: tuned)
    assert make_learner("lstm", "SeqEcho-v0").settings.hidden == 9
    assert make_learner("lstm", "SeqEcho-v0", lag=2).settings.hidden == 9
    assert make_learner("lstm", "SeqEcho-v0", 0, {"hidden": 8}).settings.hidden == 8
    assert make_learner("lstm", "SeqEcho-v0").settings.batch == 3
    assert make_learner("lstm", "SeqCopy-v0").settings.hidden == 7
    for other in (("gru", "SeqEcho-v0"), ("lstm", seq_envs.SeqEcho())):
        assert make_learner(*other).settings.hidden == 128
    assert make_learner("lstm", "SeqEcho-v0", standard=True).settings.hidden == 128


def test_yaml_makes_no_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    """A YAML tag that would run code is refused."""

    class Evil:
        def joinpath(self, _: str) -> Evil:
            return self

        def read_text(self, encoding: str) -> str:
            return "agents: !!python/object/apply:os.getcwd []"

    monkeypatch.setattr(agents, "files", lambda _: Evil())
    with pytest.raises(yaml.constructor.ConstructorError):
        agents._tuned.__wrapped__()


def test_unknown_names() -> None:
    with pytest.raises(
        ValueError, match=r"agent must be one of recurrent-ppo, .*, got 'lstn' \(did you mean 'lstm' or"
    ):
        make_learner("lstn", "SeqEcho-v0")
    with pytest.raises(ValueError, match=r"optimal, got 'zzz'$"):
        make_learner("zzz", "SeqEcho-v0")
    with pytest.raises(gymnasium.error.Error, match="SeqEcho"):
        make_learner("lstm", "SeqEko-v0")
    with pytest.raises(TypeError, match="unexpected keyword argument 'lagg'"):
        make_learner("lstm", "SeqEcho-v0", lagg=1)


def test_every_agent_has_a_line_for_the_menu() -> None:
    about = [AGENTS.about(name) for name in AGENTS]
    assert all(about)
    assert len(set(about)) == len(about)


@pytest.mark.parametrize(
    ("id", "parameters", "window"),
    [("SeqEcho-v0", {"lag": 3}, 4), ("SeqEcho-v0", {"lag": 0}, 1), ("SeqMemorize-v0", {"length": 7}, 6)],
)
def test_window_of(id: str, parameters: Mapping[str, Any], window: int) -> None:
    problem = seq_envs.make_problem(id, **parameters)
    assert window_of(problem) == window
    assert settings("optimal", problem) == {}
