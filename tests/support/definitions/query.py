"""Query: Osband et al. (2020), the experiment "Memory size", with one value after the other."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs
from definitions.ranges import bounds, legal_size, sizes

_ = None


def check(inputs: Inputs, items: Any = 8, n_values: int = 2, **_: Any) -> None:
    low, high = bounds(items)
    *values, query = inputs
    assert low <= len(values) <= high
    assert all(0 <= value < n_values for value in values)
    assert 0 <= query - n_values < len(values)


def answers(inputs: Inputs, n_values: int = 2, **_: Any) -> list[Any]:
    *values, query = inputs
    return [None] * len(values) + [values[query - n_values]]


DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        Case({"items": 3, "n_values": 5}, [4, 0, 3, 7], [_, _, _, 3]),
        Case({"items": 3, "n_values": 5}, [4, 0, 3, 5], [_, _, _, 4]),
        Case({"items": (1, 2)}, [1, 2], [_, 1]),
        Case({"items": (1, 2)}, [0, 1, 3], [_, _, 1]),
    ],
    facts=[
        Fact({"items": 3, "n_values": 4}, lambda inputs: inputs[1], 1.5),
        Fact({"items": 3, "n_values": 4}, lambda inputs: inputs[3] == 4, 1 / 3),
        Fact({"items": 3, "n_values": 4}, lambda inputs: inputs[3] - 4, 1.0),
        Fact({"items": (1, 4)}, len, 3.5),
        Fact({"items": (1, 4)}, lambda inputs: inputs[-1] - 2, 0.75),
    ],
    settings=st.fixed_dictionaries(
        {"items": sizes(0, 8)},
        optional={
            "n_values": st.sampled_from([1, 2, 3, 250, 300]),
            "framing": st.sampled_from(["many_to_one", "many_to_one", "one_to_one"]),
            "encoding": st.sampled_from(["one_hot", "discrete", "normalized"]),
        },
    ),
    allowed=lambda items, n_values=2, framing="many_to_one", **_: (
        legal_size(items, 1) and n_values >= 2 and framing == "many_to_one"
    ),
    refused=[
        ({"items": 0}, r"items must be an integer >= 1 and <= 65536, or a range \(low, high\) of them, got 0"),
        ({"items": (3, 2)}, r"items must be .*, got \(3, 2\)"),
        ({"n_values": 1}, "n_values must be an integer >= 2 .*, got 1"),
        ({"framing": "one_to_one"}, "framing must be one of 'many_to_one', got 'one_to_one'"),
        ({"split": "train"}, "split must be one of 'all_sizes', got 'train'"),
    ],
)
