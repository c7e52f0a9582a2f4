"""Multi-query associative recall: Arora et al. (2023), section 4.1."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs
from definitions.ranges import bounds, legal_size, sizes

_ = None


def context(inputs: Inputs, vocabulary: int = 8) -> list[tuple[int, int]]:
    """The bindings (key, value) that an episode begins with."""
    first_key, blank = vocabulary - vocabulary // 2, vocabulary - 1
    found = []
    for key, value in zip(inputs[::2], inputs[1::2], strict=False):
        if not (first_key <= key < blank and value < first_key):
            break
        found.append((key, value))
    return found


def bound_again(pairs: int, forget: bool) -> int:
    return -(-pairs // 2) if forget else 0


def check(
    inputs: Inputs, length: Any = 12, pairs: Any = 2, vocabulary: int = 8, forget: bool = False, **_: Any
) -> None:
    assert bounds(length)[0] <= len(inputs) <= bounds(length)[1]
    bindings = context(inputs, vocabulary)
    keys = [key for key, _value in bindings]
    assert all(0 <= value < vocabulary - vocabulary // 2 for _key, value in bindings)
    count = len(set(keys))
    assert bounds(pairs)[0] <= count <= bounds(pairs)[1]
    again = keys[count:]
    assert len(again) == len(set(again)) == bound_again(count, forget)
    assert len(set(keys[:count])) == count
    rest = inputs[2 * len(bindings) :]
    blank = vocabulary - 1
    assert set(rest[1::2]) <= {blank}
    assert sorted(symbol for symbol in rest[::2] if symbol != blank) == sorted(set(keys))
    assert len(rest) % 2 == 0 or rest[-1] == blank


def answers(inputs: Inputs, vocabulary: int = 8, **_: Any) -> list[Any]:
    bindings = context(inputs, vocabulary)
    values = dict(bindings)
    return [None] * 2 * len(bindings) + [values.get(symbol) for symbol in inputs[2 * len(bindings) :]]


def allowed(length: Any = 12, pairs: Any = 2, vocabulary: int = 8, forget: bool = False, **_: Any) -> bool:
    if not (legal_size(length, 1) and legal_size(pairs, 1) and vocabulary >= 4):
        return False
    most = bounds(pairs)[1]
    symbols = 2 * (most + bound_again(most, forget))
    return bounds(length)[0] >= symbols + 2 * most and most <= vocabulary // 2 - 1


def place(number: int) -> Any:
    """The place of the query of the key that comes at this number among the pairs: 0, 1, 2, ..."""

    def measured(inputs: Inputs) -> float:
        start = 2 * len(context(inputs))
        return inputs.index(inputs[2 * number], start) // 2 - start // 2

    return measured


WEIGHTS = [1.0, 2.0**-0.99, 3.0**-0.99]
FIRST = [weight / sum(WEIGHTS) for weight in WEIGHTS]
SECOND = [
    sum(FIRST[taken] * WEIGHTS[place] / (sum(WEIGHTS) - WEIGHTS[taken]) for taken in range(3) if taken != place)
    for place in range(3)
]
"""The probability of each of three places for the query of the first key, and of the second key."""

DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        Case({"length": 8}, [4, 3, 6, 0, 6, 7, 4, 7], [_, _, _, _, 0, _, 3, _]),
        Case({"length": 9, "pairs": 1}, [5, 2, 7, 7, 5, 7, 7, 7, 7], [_, _, _, _, 2, _, _, _, _]),
        Case(
            {"length": 10, "forget": True},
            [4, 3, 6, 0, 4, 1, 4, 7, 6, 7],
            [_, _, _, _, _, _, 1, _, 0, _],
        ),
        Case(
            {"length": (8, 9), "pairs": (1, 2), "vocabulary": 7},
            [5, 3, 6, 6, 6, 6, 5, 6, 6],
            [_, _, _, _, _, _, 3, _, _],
        ),
    ],
    facts=[
        Fact({}, lambda inputs: inputs[0], 5.0),
        Fact({}, lambda inputs: inputs[3], 1.5),
        Fact({"length": 10}, place(0), FIRST[1] + 2 * FIRST[2]),
        Fact({"length": 11}, place(1), SECOND[1] + 2 * SECOND[2]),
        Fact({"length": 10}, lambda inputs: float(place(1)(inputs) == 0), SECOND[0]),
        Fact({"length": (9, 12), "pairs": (1, 2)}, len, 10.5),
        Fact({"length": (9, 12), "pairs": (1, 2)}, lambda inputs: len(context(inputs)), 1.5),
        Fact({"forget": True, "length": 10}, lambda inputs: float(inputs[4] == inputs[0]), 0.5),
        Fact({"forget": True, "length": 10}, lambda inputs: inputs[5], 1.5),
        Fact({"forget": True, "length": 16, "pairs": 3}, lambda inputs: float(inputs[4] in inputs[6:10:2]), 2 / 3),
    ],
    settings=st.fixed_dictionaries(
        {"length": sizes(3, 20)},
        optional={
            "pairs": sizes(0, 4),
            "vocabulary": st.integers(3, 11),
            "power": st.sampled_from([0.01, 0.5, 0.99]),
            "forget": st.booleans(),
            "framing": st.just("many_to_many"),
            "encoding": st.sampled_from(["one_hot", "discrete"]),
        },
    ),
    allowed=allowed,
    refused=[
        ({"length": 7}, "length must be at least 8 with pairs=2 and forget=False, got 7"),
        ({"length": (8, 12), "pairs": (1, 3)}, "length must be at least 12 with pairs=1-3 and forget=False, got 8-12"),
        ({"length": 9, "forget": True}, "length must be at least 10 with pairs=2 and forget=True, got 9"),
        ({"pairs": 4}, "pairs must be at most vocabulary//2 - 1 = 3, the number of keys, got 4"),
        ({"pairs": 0}, r"pairs must be an integer >= 1 and <= \d+, or a range \(low, high\) of them, got 0"),
        ({"vocabulary": 3}, r"vocabulary must be an integer >= 4 and <= \d+, got 3"),
        ({"power": 1.0}, r"power must be a number in \(0, 1\), got 1.0"),
        ({"encoding": "normalized"}, "encoding must be one of 'one_hot', 'discrete', got 'normalized'"),
        ({"split": "64x5"}, "split must be one of '64x4', .*, got '64x5'"),
    ],
)
