"""Higher or lower: Morad et al. (2023), with a next card of the same rank as no question."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs


def whole_deck(inputs: Inputs, n_ranks: int, copies: int) -> Inputs:
    """The cards that are dealt, and the one that is left."""
    left = sorted(list(range(n_ranks)) * copies)
    for card in inputs:
        left.remove(card)
    [last] = left
    return [*inputs, last]


def check(inputs: Inputs, n_ranks: int = 13, copies: int = 1, **_: Any) -> None:
    assert len(whole_deck(inputs, n_ranks, copies)) == n_ranks * copies


def answers(inputs: Inputs, n_ranks: int = 13, copies: int = 1, **_: Any) -> list[Any]:
    deck = whole_deck(inputs, n_ranks, copies)
    found: list[Any] = []
    for card, following in pairwise(deck):
        found.append(None if following == card else 1 if following > card else 0)
    return found


DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        # One of each card: 2 is left at the end.
        Case({"n_ranks": 4, "copies": 1}, [1, 3, 0], [1, 0, 1]),
        # At the first 1, a card of each side has been dealt twice and once.
        Case({"n_ranks": 3, "copies": 2}, [2, 0, 0, 1, 1], [0, None, 1, None, 1]),
        Case({"n_ranks": 3, "copies": 2}, [0, 2, 2, 1, 0], [1, None, 0, 0, 1]),
        Case({"n_ranks": 2, "copies": 2}, [1, 1, 0], [None, 0, None]),
    ],
    facts=[
        Fact({"n_ranks": 5, "copies": 2}, lambda inputs: inputs[3], 2.0),
        Fact({"n_ranks": 5, "copies": 3}, lambda inputs: inputs[0] == inputs[1], 2 / 14),
        Fact({"n_ranks": 5, "copies": 3}, lambda inputs: inputs[6] == inputs[13], 2 / 14),
        Fact({"n_ranks": 4, "copies": 1}, lambda inputs: inputs == [2, 0, 3], 1 / 24),
        Fact({"n_ranks": 13, "copies": 4}, len, 51),
    ],
    settings=st.fixed_dictionaries(
        {"n_ranks": st.integers(1, 6), "copies": st.integers(0, 4)},
        optional={"encoding": st.sampled_from(["one_hot", "discrete", "normalized"])},
    ),
    allowed=lambda n_ranks, copies, **_: n_ranks >= 2 and copies >= 1,
    refused=[
        ({"n_ranks": 1}, r"n_ranks must be an integer >= 2 and <= \d+, got 1"),
        ({"copies": 0}, r"copies must be an integer >= 1 and <= \d+, got 0"),
        ({"copies": 2**29}, r"copies must be in 1 ... \d+ with n_ranks=\d+, got 536870912"),
        ({"framing": "many_to_one"}, "framing must be one of 'one_to_one', got 'many_to_one'"),
        ({"split": "train"}, "split must be one of 'easy', 'medium', 'hard', got 'train'"),
    ],
)
