"""Copying bit vectors, once or several times: Graves et al. (2014), sections 4.1 and 4.2."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs
from definitions.ranges import bounds, legal_size, sizes

_ = None


def once(repeats: Any) -> bool:
    return bounds(repeats) == (1, 1)


def read(inputs: Inputs, bits: int, repeats: Any) -> tuple[int, int]:
    """The length of the sequence and the number of repeats."""
    [delimiter] = [step for step, vector in enumerate(inputs) if vector[bits] == 1]
    return delimiter, 1 if once(repeats) else round(inputs[delimiter][bits + 1] * 10)


def check(inputs: Inputs, length: Any = 4, bits: int = 4, repeats: Any = 1, **_: Any) -> None:
    long, often = read(inputs, bits, repeats)
    assert bounds(length)[0] <= long <= bounds(length)[1]
    assert bounds(repeats)[0] <= often <= bounds(repeats)[1]
    marks = 0 if once(repeats) else 1
    assert len(inputs) == long + 1 + long * often + marks
    for step, vector in enumerate(inputs):
        assert len(vector) == bits + 1 + marks
        if step < long:
            assert set(vector[:bits]) <= {0, 1}
            assert not any(vector[bits:])
        elif step == long:
            assert not any(vector[:bits])
            assert not marks or abs(vector[bits + 1] - often / 10) < 1e-6
        else:
            assert not any(vector)


def answers(inputs: Inputs, bits: int = 4, repeats: Any = 1, **_: Any) -> list[Any]:
    long, often = read(inputs, bits, repeats)
    sequence = [[int(bit) for bit in vector[:bits]] for vector in inputs[:long]]
    if once(repeats):
        return [None] * (long + 1) + sequence
    return [None] * (long + 1) + [[*vector, 0] for vector in sequence] * often + [[0] * bits + [1]]


DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        Case(
            {"length": 2, "bits": 3},
            [[0, 1, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0]],
            [_, _, _, [0, 1, 1], [1, 0, 0]],
        ),
        Case(
            {"length": 2, "bits": 1, "repeats": 2},
            [[1, 0, 0], [0, 0, 0], [0, 1, 0.2], *[[0, 0, 0]] * 5],
            [_, _, _, [1, 0], [0, 0], [1, 0], [0, 0], [0, 1]],
        ),
        Case(
            {"length": (1, 3), "bits": 2, "repeats": (1, 4)},
            [[1, 1, 0, 0], [0, 0, 1, 0.3], *[[0, 0, 0, 0]] * 4],
            [_, _, [1, 1, 0], [1, 1, 0], [1, 1, 0], [0, 0, 1]],
        ),
    ],
    facts=[
        Fact({"length": 3}, lambda inputs: inputs[1][2], 0.5),
        Fact({"length": 2}, lambda inputs: inputs[0][0] == inputs[0][1] == inputs[1][0], 0.25),
        Fact({"length": (1, 3)}, len, 5.0),
        Fact({"length": (1, 3), "repeats": (1, 3)}, len, 8.0),
        Fact({"length": (1, 3), "repeats": (1, 3)}, lambda inputs: len(inputs) == 14, 1 / 9),
    ],
    settings=st.fixed_dictionaries(
        {"length": sizes(0, 4), "bits": st.integers(0, 10)},
        optional={
            "repeats": sizes(0, 3),
            "framing": st.sampled_from(["many_to_many", "one_to_one"]),
            "encoding": st.just("vector"),
        },
    ),
    allowed=lambda length, bits, repeats=1, framing="many_to_many", **_: (
        legal_size(length, 1) and bits >= 1 and legal_size(repeats, 1, 1000) and framing == "many_to_many"
    ),
    refused=[
        ({"length": 0}, r"length must be an integer >= 1 and <= \d+, or a range \(low, high\) of them, got 0"),
        ({"repeats": 1001}, r"repeats must be an integer >= 1 and <= 1000, or a range .*, got 1001"),
        ({"repeats": (2, 1)}, r"repeats must be .*, got \(2, 1\)"),
        ({"bits": 0}, r"bits must be an integer >= 1 and <= \d+, got 0"),
    ],
)
