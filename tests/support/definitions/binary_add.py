"""Binary addition: Deletang et al. (2023), Appendix A, with numbers of the same length."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs
from definitions.ranges import bounds, legal_size, sizes

DIGITS = {0, 1}
PLUS, EQUALS = 2, 3


def numbers(inputs: Inputs, framing: str) -> tuple[Inputs, Inputs]:
    """The digits of both numbers, the least first."""
    if framing == "one_to_one":
        return [first for first, _ in inputs[:-1]], [second for _, second in inputs[:-1]]
    plus = inputs.index(PLUS)
    return inputs[:plus], inputs[plus + 1 : inputs.index(EQUALS)]


def check(inputs: Inputs, length: Any = 8, framing: str = "one_to_one", **_: Any) -> None:
    low, high = bounds(length)
    first, second = numbers(inputs, framing)
    assert len(first) == len(second)
    assert low <= len(first) <= high
    assert set(first) | set(second) <= DIGITS
    if framing == "one_to_one":
        assert inputs[-1] == [0, 0]
    else:
        assert inputs == [*first, PLUS, *second] + [EQUALS] * (len(first) + 1)


def answers(inputs: Inputs, framing: str = "one_to_one", **_: Any) -> list[Any]:
    first, second = numbers(inputs, framing)
    total = sum(int("".join(map(str, reversed(digits))), 2) for digits in (first, second))
    written = f"{total:b}".zfill(len(first) + 1)
    digits: list[Any] = [int(digit) for digit in reversed(written)]
    return digits if framing == "one_to_one" else [None] * (2 * len(first) + 1) + digits


DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        # 3 + 1 = 4, and 6 + 7 = 13.
        Case({"length": 2}, [[1, 1], [1, 0], [0, 0]], [0, 0, 1]),
        Case({"length": (1, 3)}, [[0, 1], [1, 1], [1, 1], [0, 0]], [1, 0, 1, 1]),
        Case({"length": 2, "framing": "many_to_many"}, [1, 1, 2, 1, 0, 3, 3, 3], [None] * 5 + [0, 0, 1]),
        Case({"length": (1, 2), "framing": "many_to_many"}, [1, 2, 0, 3, 3], [None] * 3 + [1, 0]),
    ],
    facts=[
        Fact({"length": 4}, lambda inputs: inputs[3][0], 0.5),
        Fact({"length": 4}, lambda inputs: inputs[0] == [1, 1], 0.25),
        Fact({"length": (1, 3)}, len, 3.0),
        Fact({"length": 4, "framing": "many_to_many"}, lambda inputs: inputs[0] ^ inputs[5], 0.5),
        Fact({"length": (1, 3), "framing": "many_to_many"}, len, 8.0),
        Fact({"length": (1, 3), "framing": "many_to_many"}, lambda inputs: len(inputs) == 5, 1 / 3),
    ],
    settings=st.fixed_dictionaries(
        {"length": sizes(0, 8)},
        optional={
            "framing": st.sampled_from(["one_to_one", "many_to_many", "many_to_one"]),
            "encoding": st.sampled_from(["one_hot", "discrete"]),
        },
    ),
    allowed=lambda length, framing="one_to_one", **_: legal_size(length, 1) and framing != "many_to_one",
    refused=[
        ({"length": 0}, r"length must be an integer >= 1 and <= \d+, or a range \(low, high\) of them, got 0"),
        ({"length": (0, 2)}, r"length must be .*, got \(0, 2\)"),
        ({"length": 2**30}, r"length must be .*, got 1073741824"),
        ({"encoding": "normalized"}, "encoding must be one of 'one_hot', 'discrete', got 'normalized'"),
        ({"split": "validation"}, "split must be one of 'train', 'test', got 'validation'"),
    ],
)
