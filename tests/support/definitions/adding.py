"""Adding and multiplication: Hochreiter and Schmidhuber (1997), experiments 4 and 5; Arjovsky et al. (2016)."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs
from definitions.ranges import bounds, legal_size, sizes


def marked(inputs: Inputs) -> list[int]:
    return [step for step, (_, marker) in enumerate(inputs) if marker == 1]


def check(inputs: Inputs, length: Any = (20, 22), operation: str = "add", variant: str = "original", **_: Any) -> None:
    low, high = bounds(length)
    steps = len(inputs)
    assert low <= steps <= high
    least = -1 if (operation, variant) == ("add", "original") else 0
    assert all(least <= number <= 1 for number, _ in inputs)
    one, other = marked(inputs)
    others = [marker for _, marker in inputs if marker != 1]
    if variant == "modern":
        assert set(others) <= {0}
        assert one < steps // 2 <= other
    else:
        assert others == ([] if one == 0 else [-1]) + [0] * (steps - 4 + (one == 0)) + [-1]
        assert one < 10
        assert other < low // 2 - 1


def answers(inputs: Inputs, operation: str = "add", variant: str = "original", **_: Any) -> list[Any]:
    numbers = [inputs[step][0] for step in marked(inputs) if step > 0 or variant == "modern"]
    if operation == "multiply":
        result = 1.0
        for number in numbers:
            result *= number
    else:
        result = sum(numbers) if variant == "modern" else 0.5 + sum(numbers) / 4
    return [None] * (len(inputs) - 1) + [[result]]


ADD = [[0.5, -1.0], [-0.25, 1.0], [0.75, 1.0], [0.5, 0.0], [1.0, 0.0], [0.0, 0.0], [0.25, 0.0], [-1.0, -1.0]]
FIRST = [[0.5, 1.0], [-0.25, 0.0], [0.75, 1.0], [0.5, 0.0], [1.0, 0.0], [0.0, 0.0], [0.25, 0.0], [-1.0, -1.0]]
MULTIPLY = [[0.5, 1.0], [0.25, 1.0], [0.75, 0.0], [0.5, 0.0], [1.0, 0.0], [0.125, -1.0]]
MODERN = [[0.5, 1.0], [0.25, 0.0], [0.75, 0.0], [0.5, 0.0], [1.0, 0.0], [0.75, 0.0], [0.125, 1.0]]
START = [None] * 5

DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        Case({"length": 8}, ADD, [*START, None, None, [0.625]]),
        Case({"length": 8}, FIRST, [*START, None, None, [0.6875]]),
        Case({"length": 6, "operation": "multiply"}, MULTIPLY, [*START, [0.25]]),
        Case({"length": 7, "variant": "modern"}, MODERN, [*START, None, [0.625]]),
        Case({"length": (6, 7), "variant": "modern", "operation": "multiply"}, MODERN, [*START, None, [0.0625]]),
    ],
    facts=[
        Fact({"length": (6, 9)}, len, 7.5),
        Fact({}, lambda inputs: inputs[4][0], 0.0),
        Fact({}, lambda inputs: inputs[4][0] ** 2, 1 / 3),
        Fact({"operation": "multiply"}, lambda inputs: inputs[4][0], 0.5),
        Fact({"variant": "modern"}, lambda inputs: inputs[4][0], 0.5),
        # One of the first 9 pairs, then one of the 8 others.
        Fact({}, lambda inputs: 3 in marked(inputs), 2 / 9),
        # Not among the first ten: only by the second choice, among 48 pairs.
        Fact({"length": 100}, lambda inputs: max(marked(inputs)) >= 10, 39 / 48),
        Fact({"length": 100}, lambda inputs: 0 in marked(inputs), 1 / 10 + 9 / 10 / 48),
        Fact({"length": 100}, lambda inputs: sum(step for step in marked(inputs) if step >= 10), 39 / 48 * 29),
        Fact({"length": 9, "variant": "modern"}, lambda inputs: marked(inputs)[0], 1.5),
        Fact({"length": 9, "variant": "modern"}, lambda inputs: marked(inputs)[1], 6.0),
        Fact({"length": (7, 8), "variant": "modern"}, lambda inputs: len(inputs) - 1 in marked(inputs), 1 / 4),
        Fact({"variant": "modern"}, lambda inputs: (answers(inputs, variant="modern")[-1][0] - 1) ** 2, 1 / 6),
    ],
    settings=st.fixed_dictionaries(
        {"length": sizes(5, 16)},
        optional={
            "operation": st.sampled_from(["add", "multiply", "multiply", "subtract"]),
            "variant": st.sampled_from(["original", "modern", "modern", "keras"]),
            "tolerance": st.sampled_from([0.0, 0.001, 0.04, 0.3, 0.9, 1.0]),
        },
    ),
    allowed=lambda length, operation="add", variant="original", tolerance=0.04, **_: (
        legal_size(length, 6) and operation != "subtract" and variant != "keras" and 0 < tolerance < 1
    ),
    refused=[
        ({"length": 5}, r"length must be an integer >= 6 and <= \d+, or a range \(low, high\) of them, got 5"),
        ({"length": (5, 12)}, r"length must be .*, got \(5, 12\)"),
        ({"operation": "subtract"}, "operation must be one of 'add', 'multiply', got 'subtract'"),
        ({"variant": "1997"}, "variant must be one of 'original', 'modern', got '1997'"),
        ({"tolerance": 0.0}, r"tolerance must be a number in \(0, 1\), got 0.0"),
        ({"encoding": "one_hot"}, "encoding must be one of 'vector', got 'one_hot'"),
        ({"split": "T2000"}, "split must be one of 'T100', .*, got 'T2000'"),
    ],
    tolerance=1e-6,
)
