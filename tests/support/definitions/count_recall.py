"""Count recall: Morad et al. (2023), where the highest count is an answer too."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs


def check(inputs: Inputs, n_values: int = 2, copies: int = 6, **_: Any) -> None:
    assert len(inputs) == n_values * copies - 1
    for place in (0, 1):
        dealt = Counter(step[place] for step in inputs)
        assert set(dealt) <= set(range(n_values))
        # All cards are dealt but one.
        assert sorted(dealt[value] for value in range(n_values)) == [copies - 1] + [copies] * (n_values - 1)


def answers(inputs: Inputs, **_: Any) -> list[Any]:
    cards = [card for card, _ in inputs]
    return [cards[: step + 1].count(query) for step, (_, query) in enumerate(inputs)]


DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        Case({"n_values": 2, "copies": 2}, [[1, 1], [0, 1], [1, 0]], [1, 1, 1]),
        Case({"n_values": 2, "copies": 2}, [[0, 1], [0, 0], [1, 1]], [0, 2, 1]),
        Case({"n_values": 3, "copies": 1}, [[2, 0], [0, 2]], [0, 1]),
    ],
    facts=[
        Fact({"n_values": 3, "copies": 3}, lambda inputs: inputs[4][0], 1.0),
        Fact({"n_values": 3, "copies": 3}, lambda inputs: inputs[4][1], 1.0),
        Fact({"n_values": 3, "copies": 3}, lambda inputs: inputs[2][0] == inputs[2][1], 1 / 3),
        Fact({"n_values": 3, "copies": 3}, lambda inputs: inputs[2][0] == inputs[5][0], 1 / 4),
        Fact({"n_values": 3, "copies": 3}, lambda inputs: inputs[0][1] == inputs[1][1], 1 / 4),
        Fact({"n_values": 2, "copies": 26}, len, 51),
    ],
    settings=st.fixed_dictionaries(
        {"n_values": st.integers(1, 5), "copies": st.integers(0, 4)},
        optional={"encoding": st.sampled_from(["one_hot", "discrete", "normalized"])},
    ),
    allowed=lambda n_values, copies, encoding="one_hot", **_: (
        n_values >= 2 and copies >= 1 and encoding != "normalized"
    ),
    refused=[
        ({"n_values": 1}, r"n_values must be an integer >= 2 and <= \d+, got 1"),
        ({"copies": 0}, r"copies must be an integer >= 1 and <= \d+, got 0"),
        ({"n_values": 2**20, "copies": 2**20}, r"copies must be in 1 ... 2047 with n_values=1048576, got 1048576"),
        ({"encoding": "normalized"}, "encoding must be one of 'one_hot', 'discrete', got 'normalized'"),
        ({"split": "train"}, "split must be one of 'easy', 'medium', 'hard', got 'train'"),
    ],
)
