"""Parity of bits: Deletang et al. (2023), Appendix A."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs
from definitions.ranges import bounds, legal_size, sizes

_ = None


def check(inputs: Inputs, length: Any = 10, **_: Any) -> None:
    low, high = bounds(length)
    assert low <= len(inputs) <= high
    assert set(inputs) <= {0, 1}


def answers(inputs: Inputs, framing: str = "one_to_one", **_: Any) -> list[Any]:
    every = [str(inputs[: step + 1]).count("1") % 2 for step in range(len(inputs))]
    return every if framing == "one_to_one" else [None] * (len(inputs) - 1) + every[-1:]


DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        Case({"length": 4}, [1, 0, 1, 1], [1, 1, 0, 1]),
        Case({"length": 4, "framing": "many_to_one"}, [1, 0, 1, 1], [_, _, _, 1]),
        Case({"length": (2, 4), "framing": "many_to_one"}, [1, 1], [_, 0]),
    ],
    facts=[
        Fact({"length": 5}, lambda inputs: inputs[3], 0.5),
        Fact({"length": (1, 3)}, len, 2.0),
    ],
    settings=st.fixed_dictionaries(
        {"length": sizes(0, 12)},
        optional={
            "framing": st.sampled_from(["one_to_one", "many_to_one", "one_to_many"]),
            "encoding": st.sampled_from(["one_hot", "discrete", "normalized"]),
        },
    ),
    allowed=lambda length, framing="one_to_one", **_: legal_size(length, 1) and framing != "one_to_many",
    refused=[
        ({"length": 0}, r"length must be an integer >= 1 and <= \d+, or a range \(low, high\) of them, got 0"),
        ({"length": (5, 2)}, r"length must be .*, got \(5, 2\)"),
        ({"length": (0, 2)}, r"length must be .*, got \(0, 2\)"),
        ({"split": "validation"}, "split must be one of 'train', 'test', got 'validation'"),
    ],
)
