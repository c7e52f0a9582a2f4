"""Counting: Gers and Schmidhuber (2001), section III."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs
from definitions.ranges import bounds, legal_size, sizes

RANGE = (1, 10)


def words(letters: int, most: int) -> list[str]:
    """The words of the language up to n = `most`."""
    return ["S" + "".join(letter * n for letter in "abc"[:letters]) + "T" for n in range(1, most + 1)]


def check(inputs: Inputs, repeats: Any = RANGE, letters: int = 2, **_: Any) -> None:
    low, high = bounds(repeats)
    written = "".join("Sabc"[symbol] for symbol in inputs)
    assert written + "T" in words(letters, high)[low - 1 :]


def answers(inputs: Inputs, letters: int = 2, **_: Any) -> list[Any]:
    """By a look at all words of the language that begin as the inputs do."""
    written = "".join("Sabc"[symbol] for symbol in inputs)
    language = words(letters, len(inputs) + 1)
    places = "abc"[:letters] + "T"
    every = []
    for step in range(len(inputs)):
        begun = [word for word in language if word.startswith(written[: step + 1])]
        following = {word[step + 1] for word in begun}
        every.append([int(place in following) for place in places])
    return every


S, A, B, C = range(4)
DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        Case({"repeats": 1}, [S, A, B], [[1, 0, 0], [1, 1, 0], [0, 0, 1]]),
        Case({}, [S, A, A, B, B], [[1, 0, 0], [1, 1, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1]]),
        Case(
            {"repeats": (1, 2), "letters": 3},
            [S, A, A, B, B, C, C],
            [[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
        ),
    ],
    facts=[
        Fact({}, len, 12.0),
        Fact({"repeats": (20, 30)}, lambda inputs: inputs.count(A), 25.0),
        Fact({"repeats": (1, 4), "letters": 3}, lambda inputs: len(inputs) == 4, 0.25),
    ],
    settings=st.fixed_dictionaries(
        {"repeats": sizes(0, 7)},
        optional={
            "letters": st.sampled_from([1, 2, 3, 4]),
            "framing": st.sampled_from(["one_to_one", "many_to_one"]),
            "encoding": st.sampled_from(["one_hot", "discrete"]),
        },
    ),
    allowed=lambda repeats, letters=2, framing="one_to_one", **_: (
        legal_size(repeats, 1) and letters in (2, 3) and framing == "one_to_one"
    ),
    refused=[
        ({"repeats": 0}, r"repeats must be an integer >= 1 and <= \d+, or a range \(low, high\) of them, got 0"),
        ({"repeats": (5, 2)}, r"repeats must be .*, got \(5, 2\)"),
        ({"letters": 4}, "letters must be an integer >= 2 and <= 3, got 4"),
        ({"framing": "many_to_one"}, "framing must be one of 'one_to_one', got 'many_to_one'"),
    ],
)
