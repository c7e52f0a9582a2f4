"""Long time lag: Hochreiter and Schmidhuber (1997), section 5.2, Task 2c. The symbols are distractors, b, e, x, y."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs
from definitions.ranges import bounds, legal_size, sizes

_ = None


def check(inputs: Inputs, delay: Any = 5, n_distractors: int = 5, extra: int = 22, **_: Any) -> None:
    b, e, x, y = (n_distractors + place for place in range(4))
    first, second, *distractors, last = inputs
    assert first == b
    assert second in (x, y)
    assert all(0 <= symbol < n_distractors for symbol in distractors)
    assert last == e
    low, high = bounds(delay)
    assert low <= len(distractors) <= high + extra


def answers(inputs: Inputs, n_distractors: int = 5, **_: Any) -> list[Any]:
    return [None] * (len(inputs) - 1) + [{n_distractors + 2: 0, n_distractors + 3: 1}[inputs[1]]]


DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        Case({}, [5, 7, 0, 4, 2, 2, 1, 6], [*[_] * 7, 0]),
        Case({}, [5, 8, 0, 4, 2, 2, 1, 3, 3, 6], [*[_] * 9, 1]),
        Case({"delay": 0, "n_distractors": 1, "extra": 0}, [1, 4, 2], [_, _, 1]),
        Case({"delay": (0, 2), "n_distractors": 2, "extra": 1}, [2, 4, 1, 0, 0, 3], [*[_] * 5, 0]),
    ],
    facts=[
        Fact({}, lambda inputs: inputs[1] == 8, 0.5),
        Fact({"extra": 0}, len, 8.0),
        Fact({"delay": 1, "extra": 2}, len, 4 + (0.9 + 2 * 0.81) / (1 + 0.9 + 0.81)),
        Fact({"delay": 2, "extra": 400}, len, 3 + 2 + 9.0),
        Fact({"delay": 0, "extra": 400}, lambda inputs: len(inputs) == 3, 0.1),
        Fact({"delay": (3, 7), "extra": 0}, len, 8.0),
        Fact({"delay": (0, 1), "extra": 1}, lambda inputs: len(inputs) == 4, 0.5),
        Fact({"delay": 3}, lambda inputs: inputs[3] + inputs[4], 4.0),
    ],
    settings=st.fixed_dictionaries(
        {"delay": sizes(-1, 9), "n_distractors": st.integers(0, 300), "extra": st.integers(-1, 9)},
        optional={"encoding": st.sampled_from(["one_hot", "discrete", "normalized"])},
    ),
    allowed=lambda delay, n_distractors, extra, encoding="one_hot": (
        legal_size(delay, 0) and n_distractors >= 1 and extra >= 0 and encoding != "normalized"
    ),
    refused=[
        ({"delay": -1}, r"delay must be an integer >= 0 and <= \d+, or a range \(low, high\) of them, got -1"),
        ({"delay": (5, 2)}, r"delay must be .*, got \(5, 2\)"),
        ({"n_distractors": 0}, r"n_distractors must be an integer >= 1 and <= \d+, got 0"),
        ({"extra": (0, 3)}, r"extra must be an integer >= 0 and <= \d+, got \(0, 3\)"),
        ({"framing": "one_to_one"}, "framing must be one of 'many_to_one', got 'one_to_one'"),
    ],
)
