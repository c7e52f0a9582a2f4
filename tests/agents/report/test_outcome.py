"""The outcome that the report computes from a stored result."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import pytest
import torch
from seq_agents.experiments.cell import run_cell
from seq_agents.experiments.entry import Cell
from seq_agents.experiments.results_folder import Folder
from seq_agents.report.outcome import labels_of, names_of, needs_memory, of, outcome_of, outcomes
from tiny_grids import entry, exam, result

import seq_envs

torch.set_num_threads(1)

CURVE = [[10, 0.5, 0.5, 0.99], [20, 1.0, 0.75, 1.0], [40, 2.5, 1.0, 1.0]]


def test_an_outcome_by_hand() -> None:
    cell = Cell(entry(), 7)
    elsewhere = [{"changes": {"lag": 2}, "evaluation": exam(0.875, 0.25)}]
    outcome = outcome_of(cell, result(cell, CURVE, elsewhere=elsewhere))
    assert (outcome.entry, outcome.seed, outcome.answers, outcome.problem) == (
        cell.entry,
        7,
        3,
        str(cell.entry.problem()),
    )
    assert (outcome.steps, outcome.seconds) == (40, 2.5)
    assert [point.normalized for point in outcome.curve] == [0.0, 0.5, 1.0], "0.5 is memoryless, 1 is optimal"
    assert [point.accuracy for point in outcome.curve] == [0.5, 0.75, 1.0]
    assert [point.exact_match for point in outcome.curve] == [0.99, 1.0, 1.0]
    assert [point.seconds for point in outcome.curve] == [0.5, 1.0, 2.5]
    assert outcome.solved == outcome.curve[0], "three in a row"
    assert outcome.episodes == 40 // 2
    assert outcome.solved_after is None
    assert outcome_of(cell, result(cell, CURVE, solved_after_episodes=9)).solved_after == 9
    assert outcome_of(cell, result(cell, CURVE[-1:])).area is None, "one point is no curve"
    assert outcome.area == pytest.approx((0 * 10 + 0.25 * 10 + 0.75 * 20) / 40)
    assert (outcome.final.accuracy, outcome.final.exact_match, outcome.final.normalized) == (1.0, 1.0, 1.0)
    assert math.isnan(outcome.final.by_step[0])
    assert outcome.final.by_step[1] == 1.0
    ((changes, other),) = outcome.elsewhere
    assert (changes, other.normalized, other.exact_match) == ({"lag": 2}, 0.75, 0.25)
    assert needs_memory(outcome)
    assert outcome_of(cell, result(cell, CURVE[:2])).solved is None, "too short to tell"


def test_a_control_is_normalised_by_chance() -> None:
    cell = Cell(entry(), 0)
    outcome = outcome_of(cell, result(cell, evaluation=exam(0.8, memoryless=1.0, optimal=1.0)))
    assert not needs_memory(outcome)
    assert outcome.final.normalized == pytest.approx(0.6)


def test_equal_levels_give_no_normalised_score() -> None:
    cell = Cell(entry("random", id="SeqNext-v0", parameters={"length": 2}), 0)
    outcome = outcome_of(cell, run_cell(cell))
    assert math.isnan(outcome.final.normalized)
    assert math.isnan(outcome.curve[0].normalized)
    assert math.isnan(outcome.area)


def test_a_real_cell() -> None:
    cell = Cell(entry("optimal"), 0)
    outcome = outcome_of(cell, run_cell(cell))
    assert outcome.final.levels == seq_envs.levels(cell.entry.problem())
    assert outcome.final.normalized == 1.0
    assert outcome.curve[-1].normalized == 1.0
    assert (outcome.steps, len(outcome.curve), outcome.area) == (0, 1, 1.0)


def test_outcomes_come_entry_by_entry(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.add_entries([entry(seeds=3), entry("lstm", seeds=2), entry("lstm", "wide", 1), entry(seeds=2, swept="lag")])
    for cell in folder.cells():
        if (cell.entry.name, cell.seed) != ("lstm", 0):
            folder.add(cell, result(cell))
    got = outcomes(folder)
    assert [(outcome.entry.name, outcome.entry.swept, outcome.seed) for outcome in got] == [
        ("mlp", "", 0), ("mlp", "", 1), ("mlp", "", 2), ("lstm", "", 1), ("wide", "", 0), ("mlp", "lag", 0),
        ("mlp", "lag", 1),
    ]  # fmt: skip
    assert names_of(got) == ["mlp", "lstm", "wide"]
    assert labels_of(got) == [entry().label]
    assert [outcome.seed for outcome in of(got, name="lstm")] == [1]
    assert of(got, name="lstm", label="elsewhere") == []
    assert of(got, label=entry().label) == got
    assert of(got) == got
    assert outcomes(Folder(tmp_path / "none")) == []


def test_labels() -> None:
    assert entry().label == "SeqEcho-v0 length=4 n_values=3"
    assert dataclasses.replace(entry(), parameters={}).label == "SeqEcho-v0"
