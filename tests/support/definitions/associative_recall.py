"""Which item followed the query? Graves et al. (2014), section 4.3."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs
from definitions.ranges import bounds, legal_size, sizes

_ = None


def read(inputs: Inputs, bits: int) -> tuple[list[Any], list[Any]]:
    """The items, each a list of vectors, and the query."""
    opening, closing = [step for step, vector in enumerate(inputs) if vector[bits + 1] == 1]
    items: list[Any] = []
    for vector in inputs[:opening]:
        if vector[bits] == 1:
            items.append([])
        else:
            items[-1].append(vector[:bits])
    return items, [vector[:bits] for vector in inputs[opening + 1 : closing]]


def check(inputs: Inputs, items: Any = 3, item_length: int = 1, bits: int = 3, **_: Any) -> None:
    listed, query = read(inputs, bits)
    low, high = bounds(items)
    assert low <= len(listed) <= high
    assert all(len(item) == item_length for item in listed)
    assert query in listed[:-1]
    assert len(inputs) == len(listed) * (item_length + 1) + 2 + 2 * item_length
    for vector in inputs:
        assert len(vector) == bits + 2
        assert set(vector) <= {0, 1}
        assert not any(vector[bits:]) or sum(vector) == 1
    assert not any(map(any, inputs[-item_length:]))


def answers(inputs: Inputs, bits: int = 3, **_: Any) -> list[Any]:
    listed, query = read(inputs, bits)
    followed_by = listed[listed.index(query) + 1]
    answer = [[int(bit) for bit in vector] for vector in followed_by]
    return [None] * (len(inputs) - len(answer)) + answer


ITEM, QUERY = [0, 0, 1, 0], [0, 0, 0, 1]
V00, V01, V10, V11 = [0, 0, 0, 0], [0, 1, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0]

DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        Case(
            {"items": 3, "bits": 2},
            [ITEM, V01, ITEM, V11, ITEM, V10, QUERY, V11, QUERY, V00],
            [*[_] * 9, [1, 0]],
        ),
        Case(
            {"items": (2, 4), "bits": 2, "item_length": 2},
            [ITEM, V01, V00, ITEM, V01, V11, QUERY, V01, V00, QUERY, V00, V00],
            [*[_] * 10, [0, 1], [1, 1]],
        ),
        # The query is the first item and the third one: the first counts.
        Case(
            {"items": 4, "bits": 2},
            [ITEM, V01, ITEM, V11, ITEM, V01, ITEM, V00, QUERY, V01, QUERY, V00],
            [*[_] * 11, [1, 1]],
        ),
    ],
    facts=[
        Fact({}, lambda inputs: inputs[3][1], 0.5),
        Fact({"items": (2, 5)}, len, 11.0),
        Fact({"items": 5, "bits": 40}, lambda inputs: read(inputs, 40)[0].index(read(inputs, 40)[1]), 1.5),
        Fact({"items": 5, "bits": 40}, lambda inputs: read(inputs, 40)[0].index(read(inputs, 40)[1]) == 3, 0.25),
    ],
    settings=st.fixed_dictionaries(
        {"items": sizes(1, 6), "bits": st.integers(0, 9)},
        optional={
            "item_length": st.integers(0, 3),
            "framing": st.sampled_from(["many_to_many", "one_to_one"]),
            "encoding": st.just("vector"),
        },
    ),
    allowed=lambda items, bits, item_length=1, framing="many_to_many", **_: (
        legal_size(items, 2) and bits >= 1 and item_length >= 1 and framing == "many_to_many"
    ),
    refused=[
        ({"items": 1}, r"items must be an integer >= 2 and <= \d+, or a range \(low, high\) of them, got 1"),
        ({"items": (1, 4)}, r"items must be .*, got \(1, 4\)"),
        ({"item_length": 0}, r"item_length must be an integer >= 1 and <= \d+, got 0"),
        ({"bits": 0}, r"bits must be an integer >= 1 and <= \d+, got 0"),
    ],
)
