"""Flip-flop language: Liu et al. (2023), section 3."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs
from definitions.ranges import bounds, legal_size, sizes

_ = None
W, R, I = 2, 3, 4  # noqa: E741 - their names in the literature.


def check(inputs: Inputs, length: Any = 10, **_: Any) -> None:
    instructions, bits = inputs[::2], inputs[1::2]
    assert bounds(length)[0] <= len(instructions) <= bounds(length)[1]
    assert len(bits) == len(instructions) - 1
    assert instructions[0] == W
    assert instructions[-1] == R
    assert set(instructions) <= {W, R, I}
    assert set(bits) <= {0, 1}
    memory = None
    for instruction, bit in zip(instructions, bits, strict=False):
        if instruction == W:
            memory = bit
        assert instruction != R or bit == memory


def answers(inputs: Inputs, **_: Any) -> list[Any]:
    found: list[Any] = []
    memory = None
    for step, symbol in enumerate(inputs):
        found.append(memory if symbol == R else None)
        if step and inputs[step - 1] == W:
            memory = symbol
    return found


def allowed(length: Any = 10, ignore_probability: float = 0.8, **_: Any) -> bool:
    return legal_size(length, 2) and 0 < ignore_probability < 1


def count(symbol: int) -> Any:
    return lambda inputs: inputs[::2].count(symbol)


DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        Case({"length": 2}, [W, 1, R], [_, _, 1]),
        Case({"length": 4}, [W, 0, I, 1, R, 0, R], [_, _, _, _, 0, _, 0]),
        Case({"length": 5}, [W, 0, R, 0, W, 1, I, 0, R], [_, _, 0, _, _, _, _, _, 1]),
        Case({"length": (2, 4)}, [W, 1, W, 0, R], [_, _, _, _, 0]),
    ],
    facts=[
        Fact({}, count(W), 1 + 8 * 0.1),
        Fact({}, count(R), 1 + 8 * 0.1),
        Fact({}, count(I), 8 * 0.8),
        Fact({"length": 12, "ignore_probability": 0.1}, count(I), 1.0),
        Fact({"length": 12, "ignore_probability": 0.1}, count(R), 5.5),
        Fact({"length": (2, 5)}, len, 6.0),
        Fact({}, lambda inputs: inputs[1], 0.5),
        Fact({"ignore_probability": 0.98}, lambda inputs: inputs[15], 0.5),
    ],
    settings=st.fixed_dictionaries(
        {"length": sizes(1, 8)},
        optional={
            "ignore_probability": st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]),
            "framing": st.just("many_to_many"),
            "encoding": st.sampled_from(["one_hot", "discrete", "normalized"]),
        },
    ),
    allowed=allowed,
    refused=[
        ({"length": 1}, r"length must be an integer >= 2 and <= \d+, or a range \(low, high\) of them, got 1"),
        ({"length": (6, 5)}, r"length must be .*, got \(6, 5\)"),
        ({"ignore_probability": 1.0}, r"ignore_probability must be a number in \(0, 1\), got 1.0"),
        ({"framing": "one_to_one"}, "framing must be one of 'many_to_many', got 'one_to_one'"),
        ({"split": "sparse"}, "split must be one of 'train', 'test', 'test_dense', 'test_sparse', got 'sparse'"),
    ],
)
