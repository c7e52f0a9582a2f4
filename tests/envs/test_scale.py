"""The normalised score: 0 at the floor, 1 at the optimal level, NaN if the two are equal."""

from __future__ import annotations

import math
from typing import Any

import pytest
from spaces_of_settings import EVERY_CHOICE, name

import seq_envs
from seq_envs import Level, Levels, policies


def levels_of(chance: float, memoryless: float, optimal: float, memoryless_error: float = 0.0) -> Levels:
    return Levels(Level(chance, 0.0), Level(memoryless, 0.0, memoryless_error), Level(optimal, 0.0))


@pytest.mark.parametrize(
    ("levels", "control", "accuracy", "score"),
    [
        (levels_of(0.25, 0.5, 1), False, 0.5, 0.0),
        (levels_of(0.25, 0.5, 1), False, 0.75, 0.5),
        (levels_of(0.25, 0.5, 1), False, 1.0, 1.0),
        (levels_of(0.25, 0.5, 1), False, 0.25, -0.5),
        (levels_of(0.25, 0.5, 0.75), False, 0.75, 1.0),
        (levels_of(0.5, 1, 1), True, 0.5, 0.0),
        (levels_of(0.5, 1, 1), True, 0.75, 0.5),
        (levels_of(0.5, 1, 1), True, 1.0, 1.0),
        (levels_of(0.5, 0.998, 1, 0.001), False, 0.998, 0.0),  # A small gap counts even if it has an error.
        (levels_of(0.5, 0.875, 1, 0.001), False, 0.875, 0.0),
    ],
)
def test_normalize_by_hand(levels: Levels, control: bool, accuracy: float, score: float) -> None:
    assert levels.control is control
    assert levels.floor is (levels.chance if control else levels.memoryless)
    assert levels.normalize(accuracy) == score


@pytest.mark.parametrize(
    "levels", [levels_of(1, 1, 1), levels_of(0.5, 0.5, 0.5), seq_envs.levels("SeqNext-v0", length=2)], ids=str
)
def test_no_scale_without_a_gap(levels: Levels) -> None:
    assert levels.control
    assert math.isnan(levels.normalize(1.0))


@pytest.mark.parametrize("length", [7, 30])
def test_no_scale_without_a_gap_with_a_wide_tolerance(length: int) -> None:
    """The answer 0.5 is always right."""
    levels = seq_envs.levels("SeqNext-v0", length=length, tolerance=0.49)
    assert levels.chance.accuracy == 1
    assert math.isnan(levels.normalize(1.0))


@pytest.mark.parametrize(("id", "choice"), EVERY_CHOICE, ids=name)
def test_scale_of_every_id(id: str, choice: dict[str, Any]) -> None:
    problem = seq_envs.make_problem(id, **choice)
    levels = seq_envs.levels(problem)
    control = id == "SeqNext-v0" or problem.framing == "one_to_many"
    assert levels.control is control
    assert levels.normalize(levels.chance.accuracy if control else levels.memoryless.accuracy) == 0
    assert levels.normalize(levels.optimal.accuracy) == 1
    evaluation = seq_envs.evaluate(policies.optimal(problem), problem, 100)
    assert evaluation.normalized_score == 1
    assert ("a control task" in str(evaluation)) is control
