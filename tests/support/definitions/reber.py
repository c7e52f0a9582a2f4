"""The embedded Reber grammar: Hochreiter and Schmidhuber (1997), section 5.1."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

from definitions.definition import Case, Definition, Fact, Inputs

_ = None

ORDER = "BTPSXVE"
FROM_3 = "(?:XT*VP)*(?:S|XT*VV)"
STRING = re.compile(f"B([TP])B(?:TS*X{FROM_3}|PT*V(?:V|P{FROM_3}))E\\1E")
"""A whole string. From node 4, V ends the inner string and P leads to node 3."""
ARCS = ["0T1", "0P2", "1S1", "1X3", "2T2", "2V4", "3X2", "3S5", "4P3", "4V5"]


def text(inputs: Inputs) -> str:
    return "".join(ORDER[symbol] for symbol in inputs)


def check(inputs: Inputs, longest: int = 24, **_: Any) -> None:
    assert len(inputs) <= longest
    assert STRING.fullmatch(text(inputs) + "E")


def legal(prefix: str) -> str:
    """The symbols that may follow a prefix."""
    if len(prefix) <= 3:
        return {"B": "TP", "BT": "B", "BP": "B", "BTB": "TP", "BPB": "TP"}[prefix]
    node = "0"
    for place, symbol in enumerate(prefix[3:], start=3):
        if node == "5":
            after = prefix[place:]
            return prefix[1] if after == "E" else "E"
        [node] = [arc[2] for arc in ARCS if arc[:2] == node + symbol]
    return "E" if node == "5" else "".join(arc[1] for arc in ARCS if arc[0] == node)


def answers(inputs: Inputs, ask: str = "legal", **_: Any) -> list[Any]:
    string = text(inputs)
    if ask == "outer":
        return [None] * (len(string) - 2) + ["TP".index(string[1]), None]
    sets = [legal(string[: step + 1]) for step in range(len(string))]
    return [[int(symbol in may_follow) for symbol in ORDER] for may_follow in sets]


def read(string: str) -> Inputs:
    """The inputs of a string: all symbols but the last."""
    return [ORDER.index(symbol) for symbol in string[:-1]]


def sets(*symbols: str) -> list[list[int]]:
    return [[int(symbol in some) for symbol in ORDER] for some in symbols]


DEFINITION = Definition(
    check=check,
    answers=answers,
    cases=[
        Case({}, read("BTBTXSETE"), sets("TP", "B", "TP", "SX", "XS", "E", "T", "E")),
        Case({}, read("BPBPTVPXVVEPE"), sets("TP", "B", "TP", "TV", "TV", "PV", "XS", "TV", "PV", "E", "P", "E")),
        Case({"ask": "outer"}, read("BPBTSXXTVPSEPE"), [*[_] * 11, 1, _]),
        Case({"ask": "outer", "longest": 8}, read("BTBPVVETE"), [*[_] * 6, 0, _]),
    ],
    facts=[
        Fact({}, lambda inputs: inputs[1] == ORDER.index("T"), 0.5),
        Fact({"longest": 9}, lambda inputs: inputs[3] == ORDER.index("T"), 3 / 7),
        Fact({"longest": 9}, lambda inputs: len(inputs) == 8, 4 / 7),
        Fact({"longest": 100}, len, 11.0),
        Fact({"longest": 100}, lambda inputs: text(inputs[3:7]) in ("TSSX", "TSXX", "PTTV", "PTVP"), 1 / 4),
    ],
    settings=st.fixed_dictionaries(
        {"longest": st.integers(6, 30)},
        optional={
            "ask": st.sampled_from(["legal", "outer", "inner"]),
            "encoding": st.sampled_from(["one_hot", "discrete", "normalized"]),
        },
    ),
    allowed=lambda longest, ask="legal", encoding="one_hot": (
        longest >= 8 and ask != "inner" and encoding != "normalized"
    ),
    refused=[
        ({"longest": 7}, r"longest must be an integer >= 8 and <= \d+, got 7"),
        ({"longest": (8, 20)}, r"longest must be an integer .*, got \(8, 20\)"),
        ({"ask": "inner"}, "ask must be one of 'legal', 'outer', got 'inner'"),
        ({"framing": "many_to_one"}, "framing must be one of 'one_to_one', got 'many_to_one'"),
    ],
    also_checked=[{"ask": "outer", "longest": 10}],
)
