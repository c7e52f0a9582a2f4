"""Sorting bit vectors by priority: Graves et al. (2014), section 4.5."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs

_ = None


def check(inputs: Inputs, items: int = 3, asked: int | None = None, bits: int = 4, **_: Any) -> None:
    assert len(inputs) == items + 1 + (items if asked is None else asked)
    for step, (*vector, priority, delimiter) in enumerate(inputs):
        assert len(vector) == bits
        assert delimiter == (step == items)
        assert -1 <= priority <= 1
        if step < items:
            assert set(vector) <= {0, 1}
        else:
            assert not any([*vector, priority])


def answers(inputs: Inputs, items: int = 3, asked: int | None = None, bits: int = 4, **_: Any) -> list[Any]:
    ordered = sorted(inputs[:items], key=lambda vector: vector[bits], reverse=True)
    return [None] * (items + 1) + [[int(bit) for bit in vector[:bits]] for vector in ordered[:asked]]


def allowed(items: int, bits: int, asked: int | None = None, framing: str = "many_to_many", **_: Any) -> bool:
    return bits >= 1 and 1 <= (items if asked is None else asked) <= items and framing == "many_to_many"


DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        Case(
            {"items": 2, "bits": 2},
            [[0, 1, -0.5, 0], [1, 1, 0.25, 0], [0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0]],
            [_, _, _, [1, 1], [0, 1]],
        ),
        Case(
            {"items": 3, "bits": 1, "asked": 2},
            [[1, 0.5, 0], [0, -0.75, 0], [0, 0.75, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]],
            [_, _, _, _, [0], [1]],
        ),
        Case(
            {"items": 3, "bits": 2},
            [[1, 0, 0.5, 0], [0, 1, 0.5, 0], [1, 1, -1, 0], [0, 0, 0, 1], *[[0, 0, 0, 0]] * 3],
            [_, _, _, _, [1, 0], [0, 1], [1, 1]],
        ),
    ],
    facts=[
        Fact({"items": 3}, lambda inputs: inputs[1][0], 0.5),
        Fact({"items": 3}, lambda inputs: inputs[1][4], 0.0),
        Fact({"items": 3}, lambda inputs: inputs[2][4] ** 2, 1 / 3),
        Fact({"items": 3}, lambda inputs: inputs[0][4] > inputs[1][4] > inputs[2][4], 1 / 6),
    ],
    settings=st.fixed_dictionaries(
        {"items": st.integers(0, 6), "bits": st.integers(0, 10)},
        optional={
            "asked": st.integers(0, 6),
            "framing": st.sampled_from(["many_to_many", "one_to_one"]),
            "encoding": st.just("vector"),
        },
    ),
    allowed=allowed,
    refused=[
        ({"items": 0}, r"items must be an integer >= 1 and <= \d+, got 0"),
        ({"asked": 5}, "asked must be at most items = 3, got 5"),
        ({"asked": 0}, "asked must be an integer >= 1, got 0"),
        ({"split": "train"}, "split is not used by SeqPrioritySort"),
    ],
)
