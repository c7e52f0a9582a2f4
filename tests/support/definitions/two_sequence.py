"""The two-sequence problem: Hochreiter and Schmidhuber (1997), section 5.3."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs
from definitions.ranges import bounds, legal_size, sizes

_ = None


def check(inputs: Inputs, length: Any = (20, 22), informative: int = 3, noise: bool = False, **_: Any) -> None:
    low, high = bounds(length)
    assert low <= len(inputs) <= high
    assert all(-4 <= number <= 4 for [number] in inputs)
    if not noise:
        assert inputs[:informative] in ([[1.0]] * informative, [[-1.0]] * informative)


def answers(inputs: Inputs, informative: int = 3, noise: bool = False, ask: str = "class", **_: Any) -> list[Any]:
    """The best answers: the likelier class, or the mean of its two means by their probabilities."""
    numbers = [number for [number] in inputs[:informative]]
    if noise:
        of_class = [sum((number - mean) ** 2 for number in numbers) / (2 * 0.2) for mean in (1, -1)]
        odds = math.exp(min(of_class[0] - of_class[1], 700))  # Of class 2 against class 1.
    else:
        odds = 0.0 if numbers[0] > 0 else math.inf
    class_1 = 1 / (1 + odds)
    answer = int(class_1 > 0.5) if ask == "class" else [0.2 * class_1 + 0.8 * (1 - class_1)]
    return [None] * (len(inputs) - 1) + [answer]


def column(*numbers: float) -> Inputs:
    return [[number] for number in numbers]


def best_only(noise: bool = False, ask: str = "class", **_: Any) -> bool:
    return noise or ask == "mean"


DEFINITION = Definition(
    check=check,
    answers=answers,
    best_only=best_only,
    cases=[
        Case({"length": 5}, column(1, 1, 1, -0.5, -0.75), [_, _, _, _, 1]),
        Case({"length": (4, 6)}, column(-1, -1, -1, 1.5, 0.25), [_, _, _, _, 0]),
        Case({"length": 4, "informative": 2, "noise": True}, column(-0.25, 0.5, -2, -2), [_, _, _, 1]),
        Case({"length": 3, "informative": 1, "ask": "mean"}, column(-1, 0.5, 0.5), [_, _, [0.8]]),
        Case({"length": 3, "informative": 2, "ask": "mean", "noise": True}, column(0, 0, 2), [_, _, [0.5]]),
        Case({"length": 3, "informative": 2, "ask": "mean", "noise": True}, column(2, 2, -3), [_, _, [0.2]]),
    ],
    facts=[
        Fact({}, len, 21.0),
        Fact({"length": (2, 5), "informative": 1}, len, 3.5),
        Fact({}, lambda inputs: inputs[0][0], 0.0),
        Fact({}, lambda inputs: inputs[3][0], 0.0),
        Fact({}, lambda inputs: inputs[19][0] ** 2, 0.2),
        Fact({"noise": True}, lambda inputs: inputs[2][0] ** 2, 1.2),
        Fact({"noise": True}, lambda inputs: inputs[0][0] * inputs[2][0], 1.0),
        Fact({"noise": True}, lambda inputs: inputs[3][0] ** 2, 0.2),
    ],
    settings=st.fixed_dictionaries(
        {"length": sizes(1, 9), "informative": st.integers(0, 4)},
        optional={"noise": st.booleans(), "ask": st.sampled_from(["class", "mean", "sum"])},
    ),
    allowed=lambda length, informative, ask="class", **_: (
        legal_size(length, 2) and 1 <= informative < bounds(length)[0] and ask != "sum"
    ),
    refused=[
        ({"length": 1}, r"length must be an integer >= 2 and <= \d+, or a range \(low, high\) of them, got 1"),
        ({"length": (9, 8)}, r"length must be .*, got \(9, 8\)"),
        ({"informative": 20}, r"informative must be in 1 \.\.\. the shortest length - 1 = 19, got 20"),
        ({"length": 3}, r"informative must be in 1 \.\.\. length-1 = 2, got 3"),
        ({"informative": 0}, r"informative must be an integer >= 1 and <= \d+, got 0"),
        ({"noise": 1}, "noise must be True or False, got 1"),
        ({"ask": "sum"}, "ask must be one of 'class', 'mean', got 'sum'"),
    ],
    also_checked=[
        {"length": (2, 3), "informative": 1, "noise": True},
        {"length": 4, "informative": 2, "noise": True, "ask": "mean"},
    ],
    tolerance=1e-6,
)
