"""The levels in closed form: as in their table, as found by hand, and in their order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from spaces_of_settings import any_problem, name

import seq_envs
from seq_envs import Level, Levels, Problem

# fmt: off
TABLE: list[tuple[str, dict[str, Any], float | None, float | None]] = [
    ("SeqEcho-v0",     {},                                                                 1 / 10,   1 / 10),
    ("SeqEcho-v0",     {"lag": 9, "n_values": 4},                                          1 / 4,    1 / 4),
    ("SeqEcho-v0",     {"lag": 3, "framing": "many_to_one"},                               1 / 10,   1 / 10),
    ("SeqEcho-v0",     {"lag": 0},                                                         1 / 10,   1),
    ("SeqEcho-v0",     {"lag": 0, "framing": "many_to_one"},                               1 / 10,   1),
    ("SeqCopy-v0",     {"framing": "one_to_many"},                                         1 / 10,   1),
    ("SeqNext-v0",     {"encoding": "one_hot"},                                            1 / 9,    1),
    ("SeqNext-v0",     {"tolerance": 0.01},                                                1 / 9,    1),
    ("SeqNext-v0",     {"tolerance": 0.055},                                               2 / 9,    1),
    ("SeqNext-v0",     {"tolerance": 0.14},                                                3 / 9,    1),
    ("SeqNext-v0",     {"length": 8},                                                      2 / 7,    1),
    ("SeqNext-v0",     {"framing": "many_to_one", "encoding": "discrete"},                 1 / 7,    1),
    ("SeqMemorize-v0", {},                                                                 1 / 4,    3.5 / 4),
    ("SeqMemorize-v0", {"length": 101},                                                    1 / 100,  99.5 / 100),
    ("SeqMemorize-v0", {"n_sequences": 4},                                                 1 / 4,    3.25 / 4),
    ("SeqMemorize-v0", {"overlap": True},                                                  1.5 / 4,  3.5 / 4),
    ("SeqMemorize-v0", {"framing": "many_to_one"},                                         1 / 2,    1 / 2),
    ("SeqMemorize-v0", {"framing": "many_to_one", "n_sequences": 5},                       1 / 5,    1 / 5),
    ("SeqMemorize-v0", {"distractors": "random", "n_sequences": 3},                        1 / 3,    1 / 3),
    ("SeqCopy-v0",     {},                                                                 1 / 10,   1 / 10),
    ("SeqCopy-v0",     {"output_length": 3, "delay": 2, "n_values": 4},                    1 / 4,    1 / 4),
    ("SeqCopy-v0",     {"framing": "many_to_one", "output_length": 3},                     1 / 10,   1 / 10),
    # The last value is the current observation at the scored step.
    ("SeqCopy-v0",     {"framing": "many_to_one"},                                         1 / 10,   1.4 / 5),
    ("SeqCopy-v0",     {"framing": "many_to_one", "reverse": True},                        1 / 10,   1.4 / 5),
    ("SeqCopy-v0",     {"framing": "many_to_one", "output_length": 2, "offset": 3},        1 / 10,   1.1 / 2),
    ("SeqCopy-v0",     {"framing": "many_to_one", "output_length": 1, "offset": 4},        1 / 10,   1),
]
"""Parameters, and exact accuracies of chance and memoryless."""

CLASSIFY: list[tuple[dict[str, Any], float, float]] = [
    ({"length": 10},                           0.533, 0.905),
    ({"length": 25},                           0.513, 0.937),
    ({"length": 50},                           0.507, 0.954),
    ({"length": 100},                          0.504, 0.968),
    ({"length": 10, "framing": "many_to_one"}, 0.500, 0.611),
]
"""Parameters, and measured accuracies of chance and memoryless."""
# fmt: on


def accuracies(levels: Levels) -> tuple[float, float, float]:
    return levels.chance.accuracy, levels.memoryless.accuracy, levels.optimal.accuracy


@pytest.mark.parametrize(("id", "parameters", "chance", "memoryless"), TABLE, ids=name)
def test_the_table(id: str, parameters: dict[str, Any], chance: float, memoryless: float) -> None:
    levels = seq_envs.levels(id, **parameters)
    assert accuracies(levels) == pytest.approx((chance, memoryless, 1), abs=1e-12)
    assert levels.optimal == Level(1.0, 1.0)
    assert levels.control == (memoryless == 1)


@pytest.mark.parametrize(("parameters", "chance", "memoryless"), CLASSIFY, ids=name)
def test_the_table_of_classify(parameters: dict[str, Any], chance: float, memoryless: float) -> None:
    levels = seq_envs.levels("SeqClassify-v0", **parameters)
    assert accuracies(levels) == pytest.approx((chance, memoryless, 1), abs=0.0015)
    assert levels.optimal == Level(1.0, 1.0)
    assert not levels.control


@pytest.mark.parametrize(
    ("parameters", "chance", "memoryless"),
    [
        # One value x: the label is whether x >= threshold.
        ({"length": 1, "threshold": 0.25}, (0.75, 0.75), (1, 1)),
        ({"length": 1, "threshold": 0.75, "framing": "many_to_one"}, (0.75, 0.75), (1, 1)),
        # Two values x, y and the bound 1. The label of x is 0. That of y is 1 if x + y >= 1, as likely as not; the best
        # guess at it is whether y >= 1/2, right with 3/4.
        ({"length": 2, "threshold": 0.5, "framing": "many_to_one"}, (0.5, 0.5), (0.75, 0.75)),
        ({"length": 2, "threshold": 0.5}, (0.75, 0.5), (0.875, 0.75)),
        # The bound 1/2: the label of x is 1 from 1/2 on, that of y with 7/8. Given y, x + y >= 1/2 is always the more
        # likely, so the guess is 1. It is wrong with 1/8, and otherwise the guess for x is always right.
        ({"length": 2, "threshold": 0.25}, (11 / 16, 0.5), (15 / 16, 7 / 8)),
    ],
    ids=name,
)
def test_short_classify_by_hand(
    parameters: dict[str, Any], chance: tuple[float, float], memoryless: tuple[float, float]
) -> None:
    levels = seq_envs.levels("SeqClassify-v0", **parameters)
    for level, (accuracy, exact_match) in ((levels.chance, chance), (levels.memoryless, memoryless)):
        assert level.accuracy == pytest.approx(accuracy, abs=1e-12)
        assert level.exact_match == pytest.approx(exact_match, abs=6 * level.exact_match_error + 1e-12)


@pytest.mark.parametrize(
    ("id", "parameters", "chance", "memoryless"),
    [
        ("SeqEcho-v0", {"n_values": 2}, 2**-9, 2**-9),
        ("SeqEcho-v0", {"lag": 0, "framing": "many_to_one"}, 1 / 10, 1),
        ("SeqCopy-v0", {"output_length": 3}, 1e-3, 1e-3),
        ("SeqCopy-v0", {"framing": "many_to_one", "output_length": 3}, 1e-3, 1e-3),
        ("SeqCopy-v0", {"framing": "many_to_one"}, 1e-5, 1e-4),
        ("SeqCopy-v0", {"framing": "one_to_many"}, 1e-5, 1),
        ("SeqMemorize-v0", {"n_sequences": 4}, 0, 1 / 4),
        ("SeqMemorize-v0", {"length": 3, "overlap": True}, 1 / 2, 1 / 2),
        ("SeqMemorize-v0", {"framing": "many_to_one"}, 1 / 2, 1 / 2),
    ],
    ids=name,
)
def test_exact_match_by_hand(id: str, parameters: dict[str, Any], chance: float, memoryless: float) -> None:
    levels = seq_envs.levels(id, **parameters)
    assert levels.chance.exact_match == pytest.approx(chance, rel=1e-12)
    assert levels.memoryless.exact_match == pytest.approx(memoryless, rel=1e-12)


@given(problem=any_problem)
def test_levels_are_ordered(problem: Problem) -> None:
    levels = problem.known_levels()
    assert levels is not None
    rounding = 1e-12
    assert 0 < levels.chance.accuracy <= levels.memoryless.accuracy + rounding <= 1 + 2 * rounding
    assert levels.optimal == Level(1.0, 1.0)
    for level in (levels.chance, levels.memoryless):
        assert level.accuracy_error == 0
        assert 0 <= level.exact_match <= level.accuracy + 6 * level.exact_match_error + rounding
        assert level.exact_match_error == 0 or isinstance(problem, seq_envs.SeqClassify)


def test_levels_take_ids_problems_and_parameters() -> None:
    assert seq_envs.levels("SeqEcho-v0", lag=0) == seq_envs.levels(seq_envs.SeqEcho(lag=0))
    assert seq_envs.levels(seq_envs.SeqEcho(), lag=0).memoryless == Level(1.0, 1.0)
    with pytest.raises(ValueError, match="lag must be"):
        seq_envs.levels("SeqEcho-v0", lag=10)


def test_levels_of_a_very_long_sequence() -> None:
    """The sum of many values is nearly normal, so the label flips near twice the threshold."""
    levels = seq_envs.levels("SeqClassify-v0", length=3000)
    assert levels.chance.accuracy == pytest.approx(0.5, abs=0.001)
    assert 0.99 < levels.memoryless.accuracy < 1
