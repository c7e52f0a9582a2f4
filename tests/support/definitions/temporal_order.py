"""Temporal order: Hochreiter and Schmidhuber (1997), experiments 6a and 6b."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs
from definitions.ranges import bounds, legal_size, sizes

_ = None
SYMBOLS = "abcdXYEB"


def letters(inputs: Inputs) -> str:
    return "".join(SYMBOLS[symbol] for symbol in inputs)


def symbols(text: str) -> Inputs:
    return [SYMBOLS.index(letter) for letter in text]


def places(inputs: Inputs) -> list[int]:
    return [step for step, letter in enumerate(letters(inputs)) if letter in "XY"]


def check(inputs: Inputs, length: Any = (20, 22), relevant: int = 2, **_: Any) -> None:
    low, high = bounds(length)
    assert low <= len(inputs) <= high
    text = letters(inputs)
    assert text[0] == "E"
    assert text[-1] == "B"
    assert set(text[1:-1]) <= set("abcdXY")
    first, *later = places(inputs)
    assert len(later) == relevant - 1
    assert low // 10 <= first <= low // 5
    for number, place in enumerate(later, 1):
        start = number * low // relevant
        assert start <= place <= start + low // 10


def answers(inputs: Inputs, **_: Any) -> list[Any]:
    order = "".join(str("XY".index(letter)) for letter in letters(inputs) if letter in "XY")
    return [None] * (len(inputs) - 1) + [int(order, 2)]


def last_of(length: int, order: int) -> list[Any]:
    return [None] * (length - 1) + [order]


DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        Case({"length": 10}, symbols("EXbcdYcdaB"), last_of(10, 1)),
        Case({"length": 10}, symbols("EaYcdXcdaB"), last_of(10, 2)),
        Case({"length": 10, "relevant": 3}, symbols("EaYYdaXbbB"), last_of(10, 6)),
        Case({"length": (10, 12), "relevant": 3}, symbols("EXbcXabYbcaB"), last_of(12, 1)),
    ],
    facts=[
        Fact({"length": (10, 13)}, len, 11.5),
        Fact({"length": 30}, lambda inputs: places(inputs)[0], 4.5),
        Fact({"length": 30}, lambda inputs: places(inputs)[0] == 3, 1 / 4),
        Fact({"length": 30}, lambda inputs: places(inputs)[1], 16.5),
        Fact({"length": 30, "relevant": 3}, lambda inputs: places(inputs)[1], 11.5),
        Fact({"length": 30, "relevant": 3}, lambda inputs: places(inputs)[2], 21.5),
        Fact({}, lambda inputs: int(letters(inputs).count("X") == 1), 1 / 2),
        Fact({}, lambda inputs: answers(inputs)[-1], 1.5),
        Fact({"length": 12}, lambda inputs: letters(inputs).count("c"), 8 / 4),
    ],
    settings=st.fixed_dictionaries(
        {"length": sizes(8, 24)},
        optional={
            "relevant": st.integers(1, 4),
            "encoding": st.sampled_from(["one_hot", "discrete", "normalized"]),
        },
    ),
    allowed=lambda length, relevant=2, encoding="one_hot", **_: (
        legal_size(length, 10) and relevant in (2, 3) and encoding != "normalized"
    ),
    refused=[
        ({"length": 9}, r"length must be an integer >= 10 and <= \d+, or a range \(low, high\) of them, got 9"),
        ({"length": (9, 20)}, r"length must be .*, got \(9, 20\)"),
        ({"relevant": 4}, "relevant must be an integer >= 2 and <= 3, got 4"),
        ({"encoding": "normalized"}, "encoding must be one of 'one_hot', 'discrete', got 'normalized'"),
        ({"split": "6c"}, "split must be one of '6a', '6b', got '6c'"),
    ],
)
