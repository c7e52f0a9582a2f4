"""The embedded Reber grammar as tables.

A place is what a prefix of a string leaves open: its last symbol, its outer symbol, and the node of the inner graph.
Place 0 is that of the first B.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from seq_envs.encodings import Array

SYMBOLS = "BTPSXVE"
_INNER: dict[str, dict[str, str]] = {
    "0": {"T": "1", "P": "2"},
    "1": {"S": "1", "X": "3"},
    "2": {"T": "2", "V": "4"},
    "3": {"X": "2", "S": "5"},
    "4": {"P": "3", "V": "5"},
}
"""The arcs of the inner graph: node -> symbol -> node."""
_Place = tuple[str, str, str]
"""The last symbol, the outer symbol ("" before it), and where in the string: a node of the inner graph, or a name."""
_FIRST: _Place = ("B", "", "start")
_LAST: _Place = ("E", "", "end")


def _arcs(place: _Place) -> list[_Place]:
    """The places that may come next, with equal probability."""
    _, outer, where = place
    if where == "start":
        return [("T", "T", "outer"), ("P", "P", "outer")]
    if where == "outer":
        return [("B", outer, "0")]
    if where in _INNER:
        return [(symbol, outer, node) for symbol, node in _INNER[where].items()]
    if where == "5":
        return [("E", outer, "due")]
    if where == "due":
        return [(outer, "", "closed")]
    return [_LAST]


def _places() -> list[_Place]:
    found = [_FIRST]
    for place in found:  # It grows while it is read.
        found += [after for after in _arcs(place) if after not in found]
    return found


_PLACES = _places()
_NEXT = np.array([[_PLACES.index(arcs[0]), _PLACES.index(arcs[-1])] for arcs in map(_arcs, _PLACES)], np.uint8)
"""(places, 2): the place after each side of a coin; both are the same where only one symbol may come next."""

END = _PLACES.index(_LAST)
"""The place after the last E, where a walk stays."""
SYMBOL = np.array([SYMBOLS.index(symbol) for symbol, _, _ in _PLACES], np.uint8)
"""(places,): the symbol that leads to each place."""
OUTER_IS_DUE = np.array([where == "due" for _, _, where in _PLACES])
"""(places,) bool: whether the outer symbol comes next."""
OUTER_IS_P = np.array([outer == "P" for _, outer, _ in _PLACES], np.uint8)
"""(places,): whether the outer symbol is P; 0 where it is not known any more."""
LEGAL = np.zeros((len(_PLACES), len(SYMBOLS)), np.uint8)
"""(places, symbols): whether a symbol may come next."""
LEGAL[np.arange(len(_PLACES))[:, None], SYMBOL[_NEXT]] = 1

FOLLOW = np.zeros((len(_PLACES), len(SYMBOLS)), np.uint8)
"""(places, symbols): the place after a symbol; 0 if the symbol is not legal."""
FOLLOW[np.arange(len(_PLACES))[:, None], SYMBOL[_NEXT]] = _NEXT

CHANCES: Array = np.zeros((len(_PLACES), len(_PLACES)))
"""(places, places): the probability of each next place."""
for _side in (0, 1):
    CHANCES[np.arange(len(_PLACES)), _NEXT[:, _side]] += 0.5

_COINS = 8
"""How many coins a walk throws at once."""


def _visited() -> Array:
    """(places * 2**_COINS,): what a walk visits from a place with these coins, the lowest bit first.

    Each number holds _COINS places as its bytes.
    """
    coins = np.arange(1 << _COINS)
    place = np.arange(len(_PLACES))[:, None]
    visited = []
    for coin in range(_COINS):
        place = _NEXT[place, coins >> coin & 1]
        visited.append(place)
    return np.stack(visited, axis=-1).view(np.uint64).reshape(-1)


_VISITED = _visited()
_NEXT_START = _VISITED.view(np.uint8).reshape(-1, _COINS)[:, -1].astype(np.intp) << _COINS
"""(places * 2**_COINS,): the first row of the last place that the walk visits."""


def walks(rng: np.random.Generator, batch: int, steps: int) -> Array:
    """(batch, T): the places of strings of any length, T > `steps`."""
    blocks = -(-steps // _COINS)
    coins = rng.integers(1 << _COINS, size=(batch, blocks), dtype=np.uint8)
    rows = coins.T.astype(np.intp, order="C")  # Of the tables, if a walk began at place 0 with each number of coins.
    for before, row in pairwise(rows):
        row += _NEXT_START.take(before)
    # Eight places are one number, which is faster. Place 0 is the last of the first number.
    visited = np.zeros((batch, 1 + blocks), np.uint64)
    visited[:, 1:] = _VISITED.take(rows.T)
    return visited.view(np.uint8)[:, _COINS - 1 :]
