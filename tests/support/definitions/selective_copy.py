"""Selective copying: Gu and Dao (2023), section 4.1.1."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs
from definitions.ranges import bounds, legal_size, sizes

_ = None


def parts(inputs: Inputs, vocabulary: int) -> tuple[list[int], list[int]]:
    """What comes before the cues, and the cues."""
    first = inputs.index(vocabulary - 1)
    return inputs[:first], inputs[first:]


def tokens(inputs: Inputs, vocabulary: int) -> list[int]:
    return [symbol for symbol in parts(inputs, vocabulary)[0] if symbol < vocabulary - 2]


def check(inputs: Inputs, length: Any = 10, items: Any = 3, vocabulary: int = 8, **_: Any) -> None:
    shown, cues = parts(inputs, vocabulary)
    assert bounds(length)[0] <= len(shown) <= bounds(length)[1]
    assert bounds(items)[0] <= len(cues) <= bounds(items)[1]
    assert set(cues) == {vocabulary - 1}
    assert all(0 <= symbol <= vocabulary - 2 for symbol in shown)
    assert len(tokens(inputs, vocabulary)) == len(cues)


def answers(inputs: Inputs, vocabulary: int = 8, **_: Any) -> list[Any]:
    found = tokens(inputs, vocabulary)
    return [None] * (len(inputs) - len(found)) + found


def allowed(length: Any = 10, items: Any = 3, vocabulary: int = 8, **_: Any) -> bool:
    if not (legal_size(length, 1) and legal_size(items, 1) and vocabulary >= 4):
        return False
    return bounds(items)[1] <= bounds(length)[0]


DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        Case({"length": 5, "items": 2, "vocabulary": 8}, [6, 3, 6, 6, 1, 7, 7], [_, _, _, _, _, 3, 1]),
        Case({"length": 2, "items": 2, "vocabulary": 4}, [1, 0, 3, 3], [_, _, 1, 0]),
        Case({"length": (1, 3), "items": 1}, [6, 4, 7], [_, _, 4]),
        Case({"length": 4, "items": (1, 3)}, [6, 5, 6, 5, 7, 7], [_, _, _, _, 5, 5]),
    ],
    facts=[
        Fact({"length": 7, "items": 3}, lambda inputs: float(inputs[6] < 6), 3 / 7),
        # The first of k places among n is (n - k) / (k + 1) on average.
        Fact({"length": 40, "items": 3}, lambda inputs: next(i for i, s in enumerate(inputs) if s < 6), 37 / 4),
        Fact({}, lambda inputs: sum(symbol for symbol in inputs if symbol < 6) / 3, 2.5),
        Fact({"length": (4, 9), "items": (1, 4)}, lambda inputs: parts(inputs, 8)[0].__len__(), 6.5),
        Fact({"length": (4, 9), "items": (1, 4)}, lambda inputs: len(parts(inputs, 8)[1]), 2.5),
    ],
    settings=st.fixed_dictionaries(
        {"length": sizes(0, 12)},
        optional={
            "items": sizes(0, 5),
            "vocabulary": st.integers(3, 9),
            "framing": st.just("many_to_many"),
            "encoding": st.sampled_from(["one_hot", "discrete", "normalized"]),
        },
    ),
    allowed=allowed,
    refused=[
        ({"length": 0}, r"length must be an integer >= 1 and <= \d+, or a range \(low, high\) of them, got 0"),
        ({"length": 2}, "items must be at most length = 2, got 3"),
        ({"length": (4, 9), "items": (2, 5)}, "items must be at most the shortest length = 4, got 2-5"),
        ({"vocabulary": 3}, r"vocabulary must be an integer >= 4 and <= \d+, got 3"),
        ({"framing": "many_to_one"}, "framing must be one of 'many_to_many', got 'many_to_one'"),
        ({"split": "test"}, r"split is not used by SeqSelectiveCopy: leave it out \(got split='test'\)"),
    ],
)
