"""Induction heads: Gu and Dao (2023), section 4.1.2."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs
from definitions.ranges import bounds, legal_size, sizes

_ = None


def specials(inputs: Inputs, vocabulary: int) -> list[int]:
    return [step for step, symbol in enumerate(inputs) if symbol == vocabulary - 1]


def check(inputs: Inputs, length: Any = 12, vocabulary: int = 8, **_: Any) -> None:
    assert bounds(length)[0] <= len(inputs) <= bounds(length)[1]
    assert all(0 <= symbol < vocabulary for symbol in inputs)
    first, second = specials(inputs, vocabulary)
    assert first <= len(inputs) - 3
    assert second == len(inputs) - 1


def answers(inputs: Inputs, vocabulary: int = 8, **_: Any) -> list[Any]:
    return [None] * (len(inputs) - 1) + [inputs[specials(inputs, vocabulary)[0] + 1]]


DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        Case({"length": 5}, [2, 7, 5, 1, 7], [_, _, _, _, 5]),
        Case({"length": 3, "vocabulary": 3}, [2, 1, 2], [_, _, 1]),
        Case({"length": (3, 6), "vocabulary": 4}, [0, 3, 2, 3], [_, _, _, 2]),
    ],
    facts=[
        Fact({"length": 9}, lambda inputs: specials(inputs, 8)[0], 3.0),
        Fact({"length": 9}, lambda inputs: float(specials(inputs, 8)[0] == 6), 1 / 7),
        Fact({"length": (3, 8)}, len, 5.5),
        Fact({"length": (3, 8)}, lambda inputs: specials(inputs, 8)[0], 1.25),
        Fact({"vocabulary": 6}, lambda inputs: inputs[specials(inputs, 6)[0] + 1], 2.0),
    ],
    settings=st.fixed_dictionaries(
        {"length": sizes(2, 12)},
        optional={
            "vocabulary": st.integers(2, 9),
            "framing": st.just("many_to_one"),
            "encoding": st.sampled_from(["one_hot", "discrete", "normalized"]),
        },
    ),
    allowed=lambda length, vocabulary=8, **_: legal_size(length, 3) and vocabulary >= 3,
    refused=[
        ({"length": 2}, r"length must be an integer >= 3 and <= \d+, or a range \(low, high\) of them, got 2"),
        ({"length": (9, 5)}, r"length must be .*, got \(9, 5\)"),
        ({"vocabulary": 2}, r"vocabulary must be an integer >= 3 and <= \d+, got 2"),
        ({"framing": "one_to_one"}, "framing must be one of 'many_to_one', got 'one_to_one'"),
        ({"split": "test_100"}, "split must be one of 'train', 'test_64', .*, got 'test_100'"),
    ],
)
