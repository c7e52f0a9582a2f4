"""`audit` says what is known of tiny environments, and finds the exact levels of this package's own."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import audited_envs
import gymnasium
import pytest

import seq_envs
from seq_envs.audit import Audit, audit
from seq_envs.audit.made import NotInstalled

STEPS = 3000


@cache
def audited(name: str) -> Audit:
    return audit(getattr(audited_envs, name)(), steps=STEPS, most_steps=20)


FINDINGS = [
    ("Recall", "seeds", "ok", "A seed repeats its episode, and other seeds give others"),
    ("NoSeed", "seeds", "fault", "A seed does not repeat its episode.*Replayed by copies of the env"),
    ("GlobalSeed", "seeds", "fault", "Replayed by .* after seeding Python's and numpy's global generators"),
    ("OneEpisode", "seeds", "note", "all give the same one"),
    ("Recall", "actions", "ok", "the env is passive"),
    ("Active", "actions", "note", r"Actions change observations: in episode 0 .*, the observation of step 2 is \[0\]"),
    ("EndsEarly", "actions", "note", "Actions decide when an episode ends: .* after 3 steps .* after 1"),
    ("RaisesOn", "actions", "fault", "The action 2 raises IndexError: no such answer"),
    ("Recall", "spaces", "ok", "All 12 observations"),
    ("Outside", "spaces", "fault", "The observation of step 2 of episode 0 .* is not in the observation space: int 3"),
    ("Recall", "aliasing", "ok", "No returned array is changed later"),
    ("Buffer", "aliasing", "fault", "changes arrays after it has returned them, without a copy: observation"),
    ("ReadsBack", "aliasing", "fault", "reads back the observations"),
    ("Recall", "info", "ok", "Nothing in info"),
    ("Leaking", "info", "fault", r"earns more if it reads info\['state'\] \(worth 0\.\d+|1\.\d+\)"),
    ("ShowsFeedback", "observations", "note", r"show the previous action or reward, in the places \[1\]"),
    ("Doubled", "observations", "note", "the observations of the steps 0 and 1 are the same one"),
    ("Endless", "episodes", "note", "need not end within 20 steps"),
    ("Unanswerable", "rewards", "fault", r"At \d\d\.\d% of the steps every action earns -1, the reward of a wrong one"),
]


@pytest.mark.parametrize(("name", "topic", "verdict", "text"), FINDINGS)
def test_a_finding(name: str, topic: str, verdict: str, text: str) -> None:
    found = [finding for finding in audited(name).findings if finding.topic == topic and finding.verdict == verdict]
    assert any(re.search(text, finding.text) for finding in found), audited(name).findings


@pytest.mark.parametrize("name", ["Recall", "Visible", "DictObservations", "Endless", "Unanswerable"])
def test_a_right_env_has_no_other_fault(name: str) -> None:
    faults = {finding.topic for finding in audited(name).faults}
    assert faults == ({"rewards"} if name == "Unanswerable" else set())


SAME_AS_RECALL = [
    "Recall", "NoSeed", "GlobalSeed", "Leaking", "Buffer", "ShowsFeedback", "DictObservations", "RaisesOn",
]  # fmt: skip


@pytest.mark.parametrize("name", SAME_AS_RECALL)
def test_levels_known_by_hand(name: str) -> None:
    found = audited(name)
    assert found.passive
    assert found.level("memory").mean == found.level("clairvoyant").mean == 1.0
    assert "step 0" in found.level("memory").about or "ago" in found.level("memory").about
    for level in ("random", "chance", "observation", "memoryless"):
        assert abs(found.level(level).mean) <= 4 * found.level(level).error + 1e-9
        assert found.level(level).at_most >= found.level(level).mean - 1e-9
    assert found.worth[1] == "No policy can earn more."


def test_a_place_of_an_earlier_observation_is_asked_for() -> None:
    memory = audited("AsksForOne").level("memory")
    assert memory.about == "the place that the current observation asks for, of the observation of step 0"
    assert memory.mean > 0.9
    assert abs(audited("AsksForOne").level("memoryless").mean) < 0.2


def test_feedback_is_a_memory() -> None:
    """The first action can store the bit, and the second can hold it."""
    assert audited("Recall").level("feedback").mean == 1.0


def test_a_control_task() -> None:
    assert audited("Visible").level("memoryless").mean == 1.0
    assert "Memory is worth nothing" in audited("Visible").worth[0]


def test_a_third_cannot_be_answered() -> None:
    clairvoyant = audited("Unanswerable").level("clairvoyant")
    assert clairvoyant.mean == pytest.approx(1.0, abs=4 * clairvoyant.error)  # 3 steps of 2/3 - 1/3.


LIMITS = [
    ("Active", False, "Actions decide what is observed, so replays cannot tell"),
    ("Pushed", False, "Actions decide what is observed, so replays cannot tell"),
    ("Bandit", False, "Actions decide what is observed, so replays cannot tell"),
    ("EndsEarly", False, "Actions decide when an episode ends, so replays cannot tell"),
    ("Continuous", True, "but the actions are continuous"),
    ("ManyActions", True, "but there are 1,000 actions, and a table has at most 64"),
    ("OrderMatters", True, "of the episodes a reward depends on earlier actions"),
    ("AlwaysRaises", None, "no action is left that does not raise"),
]


@pytest.mark.parametrize(("name", "passive", "text"), LIMITS)
def test_what_of_the_audit_applies(name: str, passive: bool | None, text: str) -> None:
    assert audited(name).passive is passive
    assert text in audited(name).worth[0]
    assert {level.name for level in audited(name).levels} <= {"random", "chance"}
    assert (audited(name).episodes > 0) == (passive is False or name == "OrderMatters")


OWN: list[tuple[str, dict[str, Any]]] = [
    ("SeqEcho-v0", {"n_values": 3, "length": 6}),
    ("SeqMemorize-v0", {}),
    ("SeqHigherLower-v0", {}),
    ("SeqCountRecall-v0", {"n_values": 2}),
]


@pytest.mark.parametrize(("id", "parameters"), OWN)
def test_exact_levels_of_own_problems(id: str, parameters: dict[str, Any]) -> None:
    problem = seq_envs.make_problem(id, **parameters)
    asked = float(seq_envs.sample(problem, 400).scored.sum(axis=1).mean())
    known = seq_envs.levels(problem)
    found = audit(id, steps=60_000, **parameters)
    assert not found.faults
    for name, level in (("chance", known.chance), ("memoryless", known.memoryless), ("memory", known.optimal)):
        earned = found.level(name)
        # `mean` is not above the level, and `at_most` not below it, in expectation.
        assert earned.mean - 4 * earned.error - 0.02 * asked <= level.accuracy * asked
        assert level.accuracy * asked <= max(earned.mean + 0.02 * asked, earned.at_most) + 4 * earned.error


def test_the_report_is_data_and_text() -> None:
    found = audited("Leaking")
    assert json.loads(json.dumps(found.as_dict()))["levels"][0]["name"] == "random"
    assert "audited_envs:Leaking" in str(found)
    assert "fault    info" in str(found)
    assert max(map(len, str(found).splitlines())) <= 100
    assert "<table>" in found._repr_html_()
    with pytest.raises(KeyError, match="has no level 'best'"):
        found.level("best")


def test_a_space_is_written_without_an_address() -> None:
    class Unnamed(gymnasium.spaces.Discrete):
        __repr__ = object.__repr__

    env = audited_envs.Recall()
    env.observation_space = Unnamed(3)
    assert audit(env, steps=STEPS, most_steps=20).observation_space.endswith("Unnamed object>")


def test_by_name() -> None:
    assert audit("audited_envs:Recall", steps=STEPS).as_dict()["env"] == "audited_envs:Recall"
    assert audit("seq_envs:SeqEcho-v0", steps=STEPS, length=4).steps == (4, 4.0, 4)


def test_the_same_audit_twice() -> None:
    assert audit(audited_envs.Recall(), steps=STEPS, most_steps=20) == audited("Recall")


WRONG: list[tuple[Any, dict[str, Any], type[Exception], str]] = [
    ("popgyn:popgym-X-v0", {}, NotInstalled, "popgyn is not installed; to install it: pip install 'popgyn'"),
    ("NoSuch-v0", {}, gymnasium.error.NameNotFound, "NoSuch"),
    ("audited_envs:STEPS_OF", {}, gymnasium.error.Error, "STEPS_OF"),
    (3, {}, TypeError, "env must be a gymnasium.Env, its id"),
    (audited_envs.Recall(), {"length": 4}, TypeError, "takes no arguments, got length"),
    ("SeqEcho-v0", {"steps": 10}, ValueError, "steps must be an integer >= 1000"),
    ("SeqEcho-v0", {"most_steps": 0}, ValueError, "most_steps must be an integer >= 1"),
    ("SeqEcho-v0", {"length": 0}, ValueError, "length must be"),
]


@pytest.mark.parametrize(("env", "given", "error", "text"), WRONG)
def test_wrong_input(env: Any, given: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        audit(env, **given)
