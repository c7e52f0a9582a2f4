"""Stack manipulation: Deletang et al. (2023), Appendix A."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs
from definitions.ranges import bounds, legal_size, sizes


def split_up(inputs: Inputs, n_values: int) -> tuple[Inputs, Inputs, Inputs]:
    """The values, the instructions and the cues."""
    values = [symbol for symbol in inputs if symbol < n_values]
    instructions = [symbol for symbol in inputs if n_values <= symbol < 2 * n_values + 1]
    cues = [symbol for symbol in inputs if symbol == 2 * n_values + 1]
    assert inputs == values + instructions + cues
    return values, instructions, cues


def final_stack(inputs: Inputs, n_values: int) -> Inputs:
    """The stack in the end, from bottom to top."""
    values, instructions, _ = split_up(inputs, n_values)
    stack = list(values)
    for instruction in instructions:
        if instruction > n_values:
            stack.append(instruction - n_values - 1)
        elif stack:
            stack.pop()
    return stack


def check(inputs: Inputs, length: Any = 8, n_values: int = 2, **_: Any) -> None:
    low, high = bounds(length)
    values, instructions, cues = split_up(inputs, n_values)
    assert low <= len(values) + len(instructions) <= high
    assert len(values) >= 1
    assert instructions or len(values) == 1
    assert len(cues) == len(final_stack(inputs, n_values)) + 1


def answers(inputs: Inputs, n_values: int = 2, **_: Any) -> list[Any]:
    unloaded = [*reversed(final_stack(inputs, n_values)), n_values]
    return [None] * (len(inputs) - len(unloaded)) + unloaded


def pops(inputs: Inputs) -> int:
    """The number of pops with two values."""
    return inputs.count(2)


DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        # The two examples of the literature.
        Case({"length": 7}, [0, 1, 1, 0, 4, 2, 2, 5, 5, 5, 5], [None] * 7 + [1, 1, 0, 2]),
        Case({"length": 6}, [1, 1, 0, 2, 2, 2, 5], [None] * 6 + [2]),
        # A pop of an empty stack, then a push.
        Case({"length": (2, 6), "n_values": 3}, [2, 3, 3, 5, 7, 7], [None] * 4 + [1, 3]),
        Case({"length": 1}, [1, 5, 5], [None, 1, 2]),
    ],
    facts=[
        Fact({"length": 5}, lambda inputs: split_up(inputs, 2)[0][0], 0.5),
        Fact({"length": 5}, lambda inputs: len(split_up(inputs, 2)[0]), 2.5),
        Fact({"length": 5}, pops, 2.5 / 3),
        Fact({"length": 5}, lambda inputs: inputs.count(4), 2.5 / 3),
        # One value, then a pop in a third of the episodes.
        Fact({"length": 2}, len, 2 + 2 / 3 * 3 + 1 / 3),
        Fact({"length": 2, "n_values": 4}, lambda inputs: inputs[1] == 4, 1 / 5),
        Fact({"length": (1, 3)}, lambda inputs: len(inputs) - len(split_up(inputs, 2)[2]), 2.0),
    ],
    settings=st.fixed_dictionaries(
        {"length": sizes(0, 8)},
        optional={
            "n_values": st.integers(1, 4),
            "framing": st.sampled_from(["many_to_many", "many_to_one"]),
            "encoding": st.sampled_from(["one_hot", "discrete", "normalized"]),
        },
    ),
    allowed=lambda length, n_values=2, framing="many_to_many", **_: (
        legal_size(length, 1) and n_values >= 2 and framing == "many_to_many"
    ),
    refused=[
        ({"length": 0}, r"length must be an integer >= 1 and <= \d+, or a range \(low, high\) of them, got 0"),
        ({"length": (3, 2)}, r"length must be .*, got \(3, 2\)"),
        ({"n_values": 65}, "n_values must be an integer >= 2 and <= 64, got 65"),
        ({"framing": "one_to_one"}, "framing must be one of 'many_to_many', got 'one_to_one'"),
        ({"split": "validation"}, "split must be one of 'train', 'test', got 'validation'"),
    ],
)
