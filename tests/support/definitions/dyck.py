"""Brackets: the languages Dyck-(k, m) of Hewitt et al. (2020)."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs
from definitions.ranges import bounds, legal_size, sizes

_ = None


def stacks(inputs: Inputs, kinds: int) -> list[list[int]]:
    """The kinds of the brackets that are open after each step, the innermost last."""
    stack: list[int] = []
    every = []
    for bracket in inputs:
        if bracket < kinds:
            stack.append(bracket)
        else:
            assert stack.pop() == bracket - kinds
        every.append(list(stack))
    return every


def check(inputs: Inputs, length: Any = 16, kinds: int = 2, depth: int = 3, **_: Any) -> None:
    low, high = bounds(length)
    assert low <= len(inputs) <= high
    assert all(0 <= bracket < 2 * kinds for bracket in inputs)
    assert max(len(stack) for stack in stacks(inputs, kinds)) <= depth


def answers(inputs: Inputs, kinds: int = 2, depth: int = 3, ask: str = "closer", **_: Any) -> list[Any]:
    every: list[Any] = []
    for stack in stacks(inputs, kinds):
        if ask == "closer":
            every.append(stack[-1] if stack else None)
        else:
            following = set(range(kinds)) if len(stack) < depth else set()
            following |= {kinds + stack[-1]} if stack else set()
            every.append([int(bracket in following) for bracket in range(2 * kinds)])
    return every


def open_at_the_end(inputs: Inputs) -> int:
    """How many brackets of two kinds are open at the end."""
    return len(stacks(inputs, 2)[-1])


LEGAL = {"ask": "legal"}
DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        # ( [ ] ) [ (
        Case({"length": 6}, [0, 1, 3, 2, 1, 0], [0, 1, 0, _, 1, 0]),
        # ( [ ] ) with at most two open.
        Case(
            {"length": 4, "depth": 2, **LEGAL},
            [0, 1, 3, 2],
            [[1, 1, 1, 0], [0, 0, 0, 1], [1, 1, 1, 0], [1, 1, 0, 0]],
        ),
        Case({"length": (2, 3), "kinds": 3, "depth": 1}, [2, 5], [2, _]),
        Case({"length": 3, "kinds": 1, **LEGAL}, [0, 0, 0], [[1, 1], [1, 1], [0, 1]]),
    ],
    facts=[
        Fact({"length": 2}, open_at_the_end, 1.0),
        # Of three steps the first opens. Then it is 3, 1, 1 or 1.
        Fact({"length": 3}, open_at_the_end, 1.5),
        # From 3 it can only close, so 2 is as likely as 2, 0, 2, 0 and 2, each after its three steps.
        Fact({"length": 4}, open_at_the_end, 0.25 * 2 + 0.75 * 1),
        Fact({"length": 2, "depth": 1}, open_at_the_end, 0.0),
        Fact({"length": 3, "kinds": 128, "depth": 5}, lambda inputs: inputs[0], 63.5),
        Fact({"length": 4}, lambda inputs: inputs[1] == 0, 0.25),
        Fact({"length": (1, 4)}, len, 2.5),
    ],
    settings=st.fixed_dictionaries(
        {"length": sizes(0, 12)},
        optional={
            "kinds": st.sampled_from([0, 1, 2, 3, 5, 200]),
            "depth": st.sampled_from([0, 1, 2, 3, 4, 1 << 30]),
            "ask": st.sampled_from(["closer", "legal"]),
            "encoding": st.sampled_from(["one_hot", "discrete"]),
        },
    ),
    allowed=lambda length, kinds=2, depth=3, ask="closer", **_: (
        legal_size(length, 1) and kinds >= (2 if ask == "closer" else 1) and depth >= 1
    ),
    refused=[
        ({"length": 0}, r"length must be an integer >= 1 and <= \d+, or a range \(low, high\) of them, got 0"),
        ({"kinds": 1}, "kinds must be >= 2 with ask='closer', got 1"),
        ({"depth": 0}, r"depth must be an integer >= 1 and <= \d+, got 0"),
        ({"ask": "next"}, "ask must be one of 'closer', 'legal', got 'next'"),
        ({"framing": "many_to_one"}, "framing must be one of 'one_to_one', got 'many_to_one'"),
    ],
)
