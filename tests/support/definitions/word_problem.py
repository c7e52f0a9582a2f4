"""The word problem of finite groups: Merrill et al. (2024), section 5."""

from __future__ import annotations

from functools import cache
from itertools import permutations, product
from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs
from definitions.ranges import bounds, legal_size, sizes

_ = None


def _sign(permutation: tuple[int, ...]) -> int:
    """1 for an even permutation, by its cycles."""
    sign, seen = 1, set[int]()
    for start in permutation:
        place, steps = start, 0
        while place not in seen:
            seen.add(place)
            place, steps = permutation[place], steps + 1
        if steps and steps % 2 == 0:
            sign = -sign
    return sign


@cache
def elements(group: str) -> list[Any]:
    """The elements in their order: permutations, numbers, or pairs."""
    if group == "Z60":
        return list(range(60))
    if group == "A4xZ5":
        return list(product(elements("A4"), range(5)))
    every = sorted(permutations(range(int(group[1]))))
    return [one for one in every if group[0] == "S" or _sign(one) == 1]


def multiply(group: str, first: Any, then: Any) -> Any:
    if group == "Z60":
        return (first + then) % 60
    if group == "A4xZ5":
        return multiply("A4", first[0], then[0]), (first[1] + then[1]) % 5
    return tuple(then[first[place]] for place in range(len(first)))


def check(inputs: Inputs, group: str = "S3", length: Any = 10, **_: Any) -> None:
    low, high = bounds(length)
    assert low <= len(inputs) <= high
    assert set(inputs) <= set(range(len(elements(group))))


def answers(inputs: Inputs, group: str = "S3", framing: str = "one_to_one", **_: Any) -> list[Any]:
    names = elements(group)
    so_far = names[0]
    every = []
    for number in inputs:
        so_far = multiply(group, so_far, names[number])
        every.append(names.index(so_far))
    return every if framing == "one_to_one" else [None] * (len(inputs) - 1) + every[-1:]


DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        # Exchange the first two places, then send 0 to 1, 1 to 2 and 2 to 0: 0 goes to 2, 1 to 1 and 2 to 0.
        Case({"length": 2}, [2, 3], [2, 5]),
        Case({"length": 3}, [3, 3, 3], [3, 4, 0]),
        Case({"length": 3, "framing": "many_to_one"}, [1, 2, 1], [_, _, 5]),
        Case({"length": 3, "group": "Z60"}, [50, 20, 59], [50, 10, 9]),
        Case({"length": (1, 5), "group": "A4xZ5", "framing": "many_to_one"}, [4, 3], [_, 2]),
        # Element 1 of A5 is (0,1,3,4,2), which has order 3; element 59 is (4,3,2,1,0), which has order 2.
        Case({"length": 5, "group": "A5"}, [1, 1, 1, 59, 59], [1, 2, 0, 59, 0]),
        # Exchange the last two places, then reverse all: 3 goes to 4 and then to 0, 4 to 3 and then to 1.
        Case({"length": 2, "group": "S5"}, [1, 119], [1, 118]),
    ],
    facts=[
        Fact({"length": 4}, lambda inputs: inputs[3], 2.5),
        Fact({"length": 4, "group": "S5"}, lambda inputs: inputs[2] == inputs[0], 1 / 120),
        Fact({"length": 4, "group": "A5"}, lambda inputs: inputs[1], 29.5),
        Fact({"length": (1, 3)}, len, 2.0),
    ],
    settings=st.fixed_dictionaries(
        {"length": sizes(0, 8)},
        optional={
            "group": st.sampled_from(["S3", "S5", "A5", "Z60", "A4xZ5", "Z5"]),
            "framing": st.sampled_from(["one_to_one", "many_to_one"]),
            "encoding": st.sampled_from(["one_hot", "discrete", "normalized"]),
        },
    ),
    allowed=lambda length, group="S3", encoding="one_hot", **_: (
        legal_size(length, 1) and group != "Z5" and encoding != "normalized"
    ),
    refused=[
        ({"group": "A6"}, "group must be one of 'S3', 'S5', 'A5', 'Z60', 'A4xZ5', got 'A6'"),
        ({"length": 0}, r"length must be an integer >= 1 and <= \d+, or a range \(low, high\) of them, got 0"),
        ({"encoding": "normalized"}, "encoding must be one of 'one_hot', 'discrete', got 'normalized'"),
        ({"split": "test"}, "split must be one of 's5', 'a5', 'z60', 'a4xz5', got 'test'"),
    ],
)
