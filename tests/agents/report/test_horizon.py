"""Memory horizons: the problems of a sweep, and how far an agent remembers, by hand and with reference policies."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from pages import assert_sound
from seq_agents.experiments.cell import run_cell
from seq_agents.experiments.entry import Cell, Entry
from seq_agents.experiments.results_folder import Folder
from seq_agents.experiments.running import run_grid
from seq_agents.experiments.sweeps import LONGER, SWEEPS, longer_entry, swept_entries
from seq_agents.experiments.workers import Done
from seq_agents.report.horizon_tables import horizon, horizon_table, longer_table
from seq_agents.report.outcome import Outcome, outcome_of, outcomes
from seq_agents.report.page import page

import seq_envs


@pytest.mark.parametrize(
    ("points", "reached"),
    [
        ({1: 1.0, 2: 0.95, 4: 0.9499, 8: 1.0}, 2),
        ({4: 1.0, 1: 0.96, 2: 1.0}, 4),
        ({1: 0.5, 2: 1.0}, None),
        ({1: math.nan}, None),
        ({}, None),
    ],
)
def test_the_horizon_by_hand(points: dict[int, float], reached: int | None) -> None:
    assert horizon(points) == reached


@pytest.mark.parametrize("id", SWEEPS)
def test_a_sweep_needs_more_and_more_memory(id: str) -> None:
    sweep = SWEEPS[id]
    entries = swept_entries("lstm", id)
    assert [entry.parameters[sweep.parameter] for entry in entries] == list(sweep.values) == sorted(set(sweep.values))
    steps = [entry.problem().steps for entry in entries]
    assert steps == sorted(set(steps))
    for entry in entries:
        levels = seq_envs.levels(entry.problem())
        assert not levels.control, "a horizon of what needs no memory would mean nothing"
        assert entry.swept == sweep.parameter
        assert entry.settings == entries[0].settings, "what learns by updates sees as many episodes at each value"


@pytest.mark.parametrize("id", SWEEPS)
def test_time_steps_grow_with_the_episodes(id: str) -> None:
    """An agent that trains for a number of time steps then sees the same number of episodes at each value."""
    hardest = seq_envs.make_problem(SWEEPS[id].tuned).steps
    entries = swept_entries("recurrent-ppo", id)
    per_episode = [entry.settings["steps"] / entry.problem().steps for entry in entries]
    assert per_episode == pytest.approx([per_episode[0]] * len(entries), rel=0.01)
    assert swept_entries("recurrent-ppo", id, settings={"steps": 1000})[-1].settings["steps"] == 1000
    assert hardest > 0


def test_wrong_input() -> None:
    with pytest.raises(ValueError, match=r"id must be one of SeqEcho-v0, .*got 'SeqNext-v0'"):
        swept_entries("lstm", "SeqNext-v0")
    with pytest.raises(ValueError, match="lag must be"):
        swept_entries("lstm", "SeqEcho-v0", [-1])
    with pytest.raises(ValueError, match="there is no setting 'hiden'"):
        swept_entries("lstm", "SeqEcho-v0", settings={"hiden": 2})
    with pytest.raises(ValueError, match="agent must be one of"):
        longer_entry("lstn", "SeqEcho-v0")


def test_a_name_keeps_two_settings_apart(tmp_path: Path) -> None:
    entries = []
    for name, hidden in (("small", 4), ("large", 8)):
        settings = {"updates": 2, "batch": 2, "hidden": hidden}
        common: dict[str, Any] = {"name": name, "seeds": 1, "settings": settings, "episodes": 20}
        entries += [
            *swept_entries("lstm", "SeqCopy-v0", [2, 3], **common),
            longer_entry("lstm", "SeqCopy-v0", **common),
        ]
    failures = run_grid(entries, tmp_path, lambda cells: (Done(cell, run_cell(cell)) for cell in cells), id)
    assert failures == []
    done = outcomes(Folder.open(tmp_path))
    assert len(done) == 6
    assert {row[0] for row in horizon_table(done).rows} == {row[0] for row in longer_table(done).rows} == {
        "small", "large",
    }  # fmt: skip
    assert {entry.agent for entry in entries} == {"lstm"}
    assert swept_entries("lstm", "SeqCopy-v0")[0].name == longer_entry("lstm", "SeqCopy-v0").name == "lstm"


def test_longer_episodes_differ_in_nothing_else() -> None:
    entry = longer_entry("lstm", "SeqCopy-v0")
    assert entry.elsewhere == ({"length": 10}, {"length": 25}, {"length": 50})
    assert entry.swept == LONGER
    assert entry.parameters == {}


def of_policies(policies: dict[int, str], parameters: dict[str, Any]) -> list[Outcome]:
    """Runs of an agent called "mixed", which at each lag is the reference policy of that name."""
    done = []
    for lag, agent in policies.items():
        entry = Entry(
            name="mixed", agent=agent, id="SeqEcho-v0", parameters={"lag": lag, **parameters}, seeds=2, episodes=200,
            swept="lag",
        )  # fmt: skip
        done += [outcome_of(Cell(entry, seed), run_cell(Cell(entry, seed))) for seed in range(2)]
    return done


def test_the_table_of_reference_policies() -> None:
    table = horizon_table(of_policies({1: "optimal", 2: "optimal", 4: "memoryless"}, {"length": 8}))
    assert [row[:5] for row in table.texts()] == [
        ["mixed", "SeqEcho-v0", "lag", "1", "2"],
        ["mixed", "SeqEcho-v0", "lag", "2", "2"],
        ["mixed", "SeqEcho-v0", "lag", "4", "2"],
    ]
    scores = [row[5] for row in table.rows]
    assert scores[:2] == [1.0, 1.0]
    assert abs(scores[2]) < 0.1
    assert {row[7] for row in table.rows} == {"2"}
    assert {row[7] for row in horizon_table(of_policies({1: "optimal", 2: "optimal"}, {"length": 8})).rows} == {
        "at least 2"
    }
    assert {row[7] for row in horizon_table(of_policies({1: "random"}, {"length": 8})).rows} == {"less"}


def test_a_missing_value_bounds_the_horizon() -> None:
    """The agent may not remember a value that failed or lacks a seed."""
    done = of_policies({1: "optimal", 2: "optimal", 4: "optimal"}, {"length": 8})
    asked = list({outcome.entry.parameters["lag"]: outcome.entry for outcome in done}.values())
    for lost, known in ((4, "at least 2"), (2, "at least 1"), (1, "not known")):
        for left in (
            [outcome for outcome in done if outcome.entry.parameters["lag"] != lost],
            [outcome for outcome in done if outcome.entry.parameters["lag"] != lost or outcome.seed == 0],
        ):
            assert {row[7] for row in horizon_table(left, asked).rows} == {known}
    assert {row[7] for row in horizon_table(done, asked).rows} == {"at least 4"}


@pytest.mark.parametrize("agent", ["optimal", "lstm", "encoder-decoder", "recurrent-ppo", "mlp", "ppo"])
def test_a_trained_agent_is_evaluated_on_longer_episodes(agent: str, tmp_path: Path) -> None:
    """The learner is made for the other length. The optimal policy is right there too."""
    settings = {"updates": 3, "batch": 2, "hidden": 4} if agent in ("lstm", "encoder-decoder", "mlp") else {}
    settings |= {"steps": 40, "lanes": 2, "episodes": 1, "hidden": 4} if "ppo" in agent else {}
    entry = longer_entry(agent, "SeqCopy-v0", seeds=1, settings=settings, episodes=20)
    failures = run_grid([entry], tmp_path, lambda cells: (Done(cell, run_cell(cell)) for cell in cells), id)
    assert failures == []
    cell = Cell(entry, 0)
    result = Folder.open(tmp_path).result(cell)
    assert result is not None
    outcome = outcome_of(cell, result)
    fits = agent not in ("mlp", "ppo")  # Their inputs have one place for each time step.
    assert [len(exam.by_step) if exam else None for _, exam in outcome.elsewhere] == (
        [20, 50, 100] if fits else [None] * 3
    )
    table = longer_table([outcome])
    assert (table.texts()[1][3:] == ["", ""]) is not fits
    assert [row[2] for row in table.rows] == ["as learned", "length=10", "length=25", "length=50"]
    if agent == "optimal":
        assert [row[3] for row in table.rows] == [1.0] * 4
    assert_sound(page(Folder.open(tmp_path)))
