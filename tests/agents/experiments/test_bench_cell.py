"""One cell: what it learns, when it is evaluated, and what is stored."""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from own_agents import LastValue, ReportsMoments
from seq_agents.agents import AGENTS, make_learner
from seq_agents.experiments import cell as module
from seq_agents.experiments.cell import CURVE_COLUMNS, CURVE_EPISODES, answers_of, run_cell
from seq_agents.experiments.entry import Cell, Entry
from seq_agents.experiments.provenance import hardware
from seq_agents.experiments.until import Until
from seq_agents.learners.learner import Moment
from tiny_agents import same, taken_by
from tiny_grids import ECHO, entry, exam, result

import seq_envs

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CURVE_EPISODES", 20)


def but_seconds(got: dict[str, Any]) -> dict[str, Any]:
    curve = [[steps, *rest] for steps, _, *rest in got["curve"]]
    return {**got, "seconds": 0, "curve": curve}


def rising(curve: list[list[float]]) -> bool:
    steps, seconds = [row[0] for row in curve], [row[1] for row in curve]
    return steps == sorted(set(steps)) and seconds == sorted(seconds) and seconds[0] >= 0


@pytest.mark.parametrize("agent", AGENTS)
def test_evaluations_change_nothing(agent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same as a plain training: weights, optimizer, generators, and the final evaluation."""
    cell = Cell(entry(agent), 3)
    kept: list[Any] = []
    learner = Cell.config(cell).learner

    class Kept:
        def learner(self) -> Any:
            kept.append(learner())
            return kept[-1]

    monkeypatch.setattr(Cell, "config", lambda _: Kept())
    got = run_cell(cell)
    plain = make_learner(agent, taken_by(agent), 3, cell.entry.settings)
    moments: list[Moment] = []
    plain.learn(moments.append)
    (examined,) = kept
    assert same(examined.state(), plain.state())
    final = seq_envs.evaluate(plain.policy(), taken_by(agent), 40)
    assert got["evaluation"]["accuracy"] == final.accuracy
    assert got["evaluation"]["exact_match"] == final.exact_match
    assert got["steps"] == (moments[-1].steps if moments else 0)
    assert got["curve"][-1] == [got["steps"], got["seconds"], final.accuracy, final.exact_match]
    assert [row[0] for row in got["curve"]] == sorted({moment.steps for moment in moments} or {0})
    assert rising(got["curve"])


def test_each_point_of_the_curve_evaluates_the_agent_at_that_time() -> None:
    """Each equals the evaluation of a training that ends there, on other episodes than the final evaluation has."""
    cell = Cell(entry("mlp"), 0)
    problem = cell.entry.problem()
    learner = cell.config().learner()
    expected = []

    def see(_: Moment) -> None:
        seed = len(expected) + 1  # Each evaluation has other episodes.
        expected.append(seq_envs.evaluate(learner.policy(), problem, 20, seed).accuracy)

    learner.learn(see)
    assert [row[2] for row in run_cell(cell)["curve"][:-1]] == expected[:-1]
    assert len(expected) == 4


def test_the_same_cell_gives_the_same() -> None:
    cell = Cell(entry("recurrent-ppo"), 1)
    first, other = run_cell(cell), run_cell(cell)
    assert but_seconds(first) == but_seconds(other)
    assert but_seconds(run_cell(Cell(cell.entry, 2))) != but_seconds(first)


def test_what_is_stored() -> None:
    chosen = entry("lstm", name="mine", elsewhere=({"length": 9}, {"lag": 2}))
    seen: list[Moment] = []
    got = run_cell(Cell(chosen, 5), seen.append)

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    assert json.loads(json.dumps(got), parse_constant=refuse) == got
    assert Entry.of_json(got["entry"]).as_json() == chosen.as_json()
    assert got["seed"] == 5
    assert got["problem"] == str(chosen.problem())
    assert got["answers"] == 3
    assert got["evaluation"]["episodes"] == 40
    assert got["evaluation"]["accuracy_by_step"][0] is None, "nothing is asked at the first step"
    assert [there["changes"] for there in got["elsewhere"]] == [{"length": 9}, {"lag": 2}]
    assert len(got["elsewhere"][0]["evaluation"]["accuracy_by_step"]) == 9
    assert got["elsewhere"][1]["evaluation"]["accuracy_by_step"][:2] == [None, None]
    assert {"python", "torch", "seq-envs"} <= got["versions"].keys()
    assert len(seen) == 4
    assert all(len(row) == len(CURVE_COLUMNS) for row in got["curve"])
    assert set(got["weights"]) == {"core", "network", "learned"}
    assert {*result(Cell(chosen, 5)), "weights"} == set(got), "results by hand look alike"
    assert exam().keys() == got["evaluation"].keys()


def test_elsewhere_evaluates_the_trained_agent() -> None:
    got = run_cell(Cell(entry("optimal", elsewhere=({"length": 20},)), 0))
    assert got["elsewhere"][0]["evaluation"]["accuracy"] == 1.0


def test_a_score_that_is_not_defined() -> None:
    got = run_cell(Cell(entry("random", id="SeqNext-v0", parameters={"length": 2}), 0))
    assert got["evaluation"]["normalized_score"] is None


# When the agent is evaluated.


def schedule(shares: list[float], monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The steps of the evaluations, of a training with these moments."""
    monkeypatch.setitem(ReportsMoments.MOMENTS, "given", [Moment(share, n + 1, 0.5) for n, share in enumerate(shares)])
    chosen = entry("own_agents:make", settings={"moments": "given"})
    return [row[0] for row in run_cell(Cell(chosen, 0))["curve"]]


def test_evaluations_are_dense_and_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """From half a percent on, each within a tenth of the one before, or 4% of the training."""
    count = 20_000
    monkeypatch.setattr(module, "CURVE_EPISODES", 1)
    steps = schedule([n / count for n in range(1, count + 1)], monkeypatch)
    assert steps[0] == count * 0.005
    assert steps[-1] == count
    assert 50 <= len(steps) <= 70
    for earlier, other in itertools.pairwise(steps):
        assert other - earlier <= min(earlier * 0.1, count * 0.04) + 1
        assert other - earlier >= min(earlier * 0.1, count * 0.04) - 1 or other == count


@pytest.mark.parametrize(
    ("shares", "steps"),
    [([0.5, 1.0], [1, 2]), ([1.0], [1]), ([0.001, 0.002], [2]), ([0.3, 0.3, 0.301, 1.0], [1, 4]), ([0.0, 0.9], [2])],
)
def test_evaluations_by_hand(shares: list[float], steps: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    assert schedule(shares, monkeypatch) == steps


def test_seconds_are_those_of_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a clock where each moment takes one second, and each evaluation a hundred."""
    clock = [0.0]
    evaluate = seq_envs.evaluate

    def slow(*given: Any) -> Any:
        clock[0] += 100.0
        return evaluate(*given)

    def learn(_: ReportsMoments, watch: Any) -> None:
        for n in range(1, 5):
            clock[0] += 1.0
            watch(Moment(n / 4, n, 0.5))

    monkeypatch.setattr(module.time, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(seq_envs, "evaluate", slow)
    monkeypatch.setattr(ReportsMoments, "learn", learn)
    got = run_cell(Cell(entry("own_agents:make", settings={}), 0))
    assert [row[:2] for row in got["curve"]] == [[1, 1.0], [2, 2.0], [3, 3.0], [4, 4.0]]
    assert got["seconds"] == 4.0


def test_the_number_of_episodes_of_a_check() -> None:
    assert CURVE_EPISODES == 500


def test_every_evaluation_has_fresh_episodes(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds: list[int] = []
    evaluate = seq_envs.evaluate

    def noting(policy: Any, problem: Any, episodes: int, seed: int = 0) -> Any:
        seeds.append(seed)
        return evaluate(policy, problem, episodes, seed)

    monkeypatch.setattr(seq_envs, "evaluate", noting)
    run_cell(Cell(entry("own_agents:make", settings={"moments": "good"}), 0))
    assert seeds == [*range(1, 10), 0]


# User-defined agents.


@pytest.mark.parametrize(
    ("moments", "steps"),
    [
        ("good", list(range(10, 110, 10))),
        ("never", [0]),
        ("tuple", [5, 10]),
        ("backwards", [50, 55]),
        ("stops short", [50]),
    ],
)
def test_user_defined_agents(moments: str, steps: list[int]) -> None:
    got = run_cell(Cell(entry("own_agents:make", settings={"moments": moments}), 0))
    assert [row[0] for row in got["curve"]] == steps
    assert rising(got["curve"])
    json.dumps(got, allow_nan=False)
    assert all(type(row[0]) is int for row in got["curve"])


@pytest.mark.parametrize("garbage", ["three", "none", "text", "two", "beyond", "nan", "endless", "negative"])
def test_user_defined_agents_that_report_wrong_moments(garbage: str) -> None:
    with pytest.raises(ValueError, match=r"^watch takes Moment\(done in \[0, 1\], steps, accuracy\), got "):
        run_cell(Cell(entry("own_agents:make", settings={"moments": garbage}), 0))


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ("shape", ValueError),
        ("nan", ValueError),
        ("dtype", ValueError),
        ("range", ValueError),
        ("pair", TypeError),
        ("raises", RuntimeError),
        ("cannot learn", RuntimeError),
    ],
)
@pytest.mark.parametrize("moments", ["good", "never"])
def test_user_defined_agents_with_wrong_answers(answers: str, error: type[Exception], moments: str) -> None:
    with pytest.raises(error):
        run_cell(Cell(entry("own_agents:make", settings={"answers": answers, "moments": moments}), 0))


@pytest.mark.parametrize("error", [RuntimeError, TypeError, IndexError, ValueError])
def test_an_agent_that_fails_elsewhere_keeps_its_cell(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    """The training is complete; only the evaluation on longer episodes is missing."""

    def act(self: LastValue, observations: Any, state: Any) -> Any:
        self.answered = getattr(self, "answered", 0) + 1
        if self.answered > 4:
            raise error("too long")
        return observations.argmax(-1), state

    monkeypatch.setattr(LastValue, "act", act)
    got = run_cell(Cell(entry("own_agents:make", settings={"moments": "never"}, elsewhere=({"length": 9},)), 0))
    assert got["evaluation"]["accuracy"] >= 0
    (there,) = got["elsewhere"]
    assert (there["evaluation"], there["why"]) == (None, f"{error.__name__}: too long")


# Names of files.


def test_plain_keys() -> None:
    """Keys are readable and equal those in existing folders."""
    plain = dataclasses.replace(entry("recurrent-ppo"), parameters={})
    assert Cell(plain, 3).key == "recurrent-ppo--SeqEcho-v0--3"
    assert Cell(entry("mlp", swept="lag"), 0).key == "mlp--SeqEcho-v0--length=4--n_values=3--over-lag--0"


NAMES = st.text(alphabet="aAbB-./ :\u00e4\u0308", max_size=6) | st.text(max_size=300)
PARAMETERS = st.dictionaries(st.sampled_from(["x", "X", "y"]), st.sampled_from([1, 1.5, "a b", "A b", "x=1", None]))
ENTRIES = st.builds(
    Entry, name=NAMES, agent=st.just("mlp"), id=st.sampled_from(["SeqEcho-v0", "seqecho-v0", "SeqEcho-v0--x=1"]),
    parameters=PARAMETERS, swept=st.sampled_from(["", "x", "X"]),
)  # fmt: skip


@pytest.mark.slow
@given(first=ENTRIES, other=ENTRIES, seeds=st.tuples(st.integers(0, 12), st.integers(0, 12)))
def test_no_two_cells_have_one_file(first: Entry, other: Entry, seeds: tuple[int, int]) -> None:
    """Also on file systems that ignore case. Every file system takes the names."""
    keys = [Cell(first, seeds[0]).key, Cell(other, seeds[1]).key]
    apart = (first.identity, seeds[0]) != (other.identity, seeds[1])
    assert (keys[0].lower() != keys[1].lower()) == apart
    for key in keys:
        assert 0 < len(key.encode()) < 200
        assert key.isascii()
        assert not set(key) & set('/\\:*?"<>| \n')


# What else is stored.


@pytest.mark.parametrize(
    ("id", "parameters", "answers"),
    [
        ("SeqEcho-v0", ECHO, 3),
        ("SeqClassify-v0", {}, 2),
        ("SeqNext-v0", {"encoding": "value"}, None),
        ("SeqNext-v0", {"encoding": "one_hot"}, 10),
    ],
)
def test_the_number_of_answers(id: str, parameters: dict[str, Any], answers: int | None) -> None:
    assert answers_of(seq_envs.make_problem(id, **parameters)) == answers


def test_hardware() -> None:
    found = hardware()
    assert found["cores"] >= 1
    assert isinstance(found["cpu"], str)
    assert found["cpu"]


@pytest.mark.parametrize(
    "broken",
    [
        {"name": 3},
        {"seeds": "5"},
        {"seeds": 0},
        {"seeds": True},
        {"parameters": []},
        {"elsewhere": 3},
        {"more": 1},
        {"until": 3},
        {"until": {"every": 0, "without_mistake": 1}},
        {"until": {"every": 1}},
        {"reported": None},
    ],
)
def test_broken_entries_are_refused(broken: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        Entry.of_json({**entry().as_json(), **broken})


def test_entries_of_older_versions_are_read_and_equal() -> None:
    """They have neither `until` nor `reported`, and an entry without the two is written as before."""
    chosen = entry()
    assert not {"until", "reported"} & chosen.as_json().keys()
    assert Entry.of_json(chosen.as_json()) == chosen
    explicit = {**chosen.as_json(), "until": None, "reported": ""}
    assert Entry.of_json(explicit) == chosen
    full = dataclasses.replace(chosen, until=Until(every=3, without_mistake=4), reported="90%")
    assert Entry.of_json(json.loads(json.dumps(full.as_json()))) == full
    ranged = dataclasses.replace(full, parameters={"length": (5, 20)}, elsewhere=({"length": (21, 40)},))
    again = Entry.of_json(json.loads(json.dumps(ranged.as_json())))
    assert (again, again.identity, Cell(again, 0).key) == (ranged, ranged.identity, Cell(ranged, 0).key)
    assert full.identity == chosen.identity


def test_an_unfinished_training_has_no_nan() -> None:
    got = run_cell(Cell(entry("own_agents:make", settings={"moments": "never"}), 0))
    assert not math.isnan(got["seconds"])
    assert got["steps"] == 0
