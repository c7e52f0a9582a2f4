"""Modular counting: Deletang et al. (2023), Appendix A, "Cycle Navigation" and "Modular Arithmetic (Simple)"."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs
from definitions.ranges import bounds, legal_size, sizes

_ = None


def check(inputs: Inputs, length: Any = 11, modulus: int = 5, task: str = "cycle", **_: Any) -> None:
    low, high = bounds(length)
    assert low <= len(inputs) <= high
    if task == "cycle":
        assert set(inputs) <= {0, 1, 2}
    else:
        assert len(inputs) % 2 == 1
        assert all(0 <= number < modulus for number in inputs[::2])
        assert all(modulus <= operator < modulus + 3 for operator in inputs[1::2])


def value(inputs: Inputs, modulus: int, task: str) -> int:
    """The answer after all of these inputs."""
    if task == "cycle":
        return sum({0: -1, 1: 0, 2: 1}[move] for move in inputs) % modulus
    written = ["+-*"[symbol - modulus] if symbol >= modulus else str(symbol) for symbol in inputs]
    result: int = eval("".join(written)) % modulus
    return result


def answers(inputs: Inputs, modulus: int = 5, task: str = "cycle", framing: str = "one_to_one", **_: Any) -> list[Any]:
    every: list[Any] = [None] * len(inputs)
    for step in range(len(inputs)):
        last = step == len(inputs) - 1
        if (task == "cycle" or step % 2 == 0) and (framing == "one_to_one" or last):
            every[step] = value(inputs[: step + 1], modulus, task)
    return every


def allowed(length: Any, task: str = "cycle", modulus: int = 5, **_: Any) -> bool:
    low, high = bounds(length)
    return legal_size(length, 1) and modulus >= 2 and (task == "cycle" or low != high or low % 2 == 1)


CALCULATE = {"task": "arithmetic"}
DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        Case({"length": 4}, [0, 0, 1, 2], [4, 3, 3, 4]),
        Case({"length": (2, 5), "framing": "many_to_one", "modulus": 3}, [2, 2, 2], [_, _, 0]),
        # 3 + 4 * 2 - 1 * 2 modulo 5.
        Case({"length": 9, **CALCULATE}, [3, 5, 4, 7, 2, 6, 1, 7, 2], [3, _, 2, _, 1, _, 0, _, 4]),
        # 0 - 2 * 2 * 2 modulo 7: numbers are 0 to 6 and operators 7 to 9.
        Case({"length": 7, "modulus": 7, **CALCULATE}, [0, 8, 2, 9, 2, 9, 2], [0, _, 5, _, 3, _, 6]),
        Case({"length": (1, 4), "framing": "many_to_one", **CALCULATE}, [4, 6, 1], [_, _, 3]),
    ],
    facts=[
        Fact({"length": 3}, lambda inputs: inputs[2], 1.0),
        Fact({"length": 3}, lambda inputs: inputs[1] == 0, 1 / 3),
        Fact({"length": (1, 4)}, len, 2.5),
        Fact({"length": (2, 8), **CALCULATE}, len, 5.0),
        Fact({"length": 3, **CALCULATE}, lambda inputs: inputs[1] == 7, 1 / 3),
        Fact({"length": 3, "modulus": 4, **CALCULATE}, lambda inputs: inputs[2], 1.5),
    ],
    settings=st.fixed_dictionaries(
        {"length": sizes(0, 12)},
        optional={
            "task": st.sampled_from(["cycle", "arithmetic"]),
            "modulus": st.sampled_from([1, 2, 3, 5, 7, 100, 1 << 15, 1 << 22]),
            "framing": st.sampled_from(["one_to_one", "many_to_one"]),
            "encoding": st.sampled_from(["discrete", "normalized"]),
        },
    ),
    allowed=allowed,
    refused=[
        ({"length": 0}, r"length must be an integer >= 1 and <= \d+, or a range \(low, high\) of them, got 0"),
        ({"length": 10, **CALCULATE}, "length must be odd with task='arithmetic', such as 9, or a range, got 10"),
        ({"modulus": 1}, r"modulus must be an integer >= 2 and <= \d+, got 1"),
        ({"task": "sum"}, "task must be one of 'cycle', 'arithmetic', got 'sum'"),
        ({"split": "validation"}, "split must be one of 'train', 'test', got 'validation'"),
    ],
)
