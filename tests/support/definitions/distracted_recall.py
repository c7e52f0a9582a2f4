"""Recalling targets among distractors: Monner and Reggia (2012)."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs
from definitions.ranges import bounds, legal_size, sizes

_ = None


def check(
    inputs: Inputs, length: Any = 8, targets: int = 2, n_values: int = 4, n_distractors: int = 4, **_: Any
) -> None:
    symbols, prompts = inputs[:-targets], inputs[-targets:]
    low, high = bounds(length)
    assert low <= len(symbols) <= high
    assert all(0 <= symbol < n_values + n_distractors for symbol in symbols)
    assert sum(symbol < n_values for symbol in symbols) == targets
    assert prompts == [n_values + n_distractors + number for number in range(targets)]


def answers(inputs: Inputs, targets: int = 2, n_values: int = 4, **_: Any) -> list[Any]:
    return [None] * (len(inputs) - targets) + [symbol for symbol in inputs if symbol < n_values]


def places(inputs: Inputs) -> tuple[int, ...]:
    return tuple(place for place, symbol in enumerate(inputs) if symbol < 4)


DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        Case({"length": 4}, [5, 3, 7, 1, 8, 9], [_, _, _, _, 3, 1]),
        Case({"length": 3, "targets": 3, "n_values": 2}, [1, 0, 1, 6, 7, 8], [_, _, _, 1, 0, 1]),
        Case(
            {"length": (1, 5), "targets": 1, "n_values": 3, "n_distractors": 1},
            [3, 3, 2, 4],
            [_, _, _, 2],
        ),
    ],
    facts=[
        Fact({}, lambda inputs: places(inputs)[0], 2.0),
        Fact({}, lambda inputs: places(inputs)[1], 5.0),
        Fact({"length": 5}, lambda inputs: places(inputs) == (1, 3), 0.1),
        Fact({"length": 5}, lambda inputs: inputs[places(inputs)[0]] == 3, 0.25),
        Fact({"length": 5}, lambda inputs: inputs[places(inputs)[0]] == inputs[places(inputs)[1]], 0.25),
        Fact({"length": 5}, lambda inputs: inputs[:5].count(6), 0.75),
        Fact({"length": (2, 4)}, len, 5.0),
        Fact({"length": (2, 4)}, lambda inputs: places(inputs) == (0, 1), (1 + 1 / 3 + 1 / 6) / 3),
    ],
    settings=st.fixed_dictionaries(
        {"length": sizes(1, 8)},
        optional={
            "targets": st.integers(0, 4),
            "n_values": st.integers(1, 5),
            "n_distractors": st.integers(0, 4),
            "framing": st.sampled_from(["many_to_many", "one_to_one"]),
            "encoding": st.sampled_from(["one_hot", "discrete", "normalized"]),
        },
    ),
    allowed=lambda length, targets=2, n_values=4, n_distractors=4, framing="many_to_many", **_: (
        legal_size(length, max(targets, 1))
        and targets >= 1
        and n_values >= 2
        and n_distractors >= 1
        and framing == "many_to_many"
    ),
    refused=[
        ({"targets": 65537, "length": 70000}, "targets must be an integer >= 1 and <= 65536, got 65537"),
        ({"targets": 9}, "targets must be at most length = 8, got 9"),
        ({"targets": 4, "length": (3, 9)}, "targets must be at most the shortest length = 3, got 4"),
        ({"n_distractors": 27}, "n_distractors must be an integer >= 1 and <= 26, got 27"),
        ({"n_values": 1}, r"n_values must be an integer >= 2 and <= \d+, got 1"),
    ],
)
