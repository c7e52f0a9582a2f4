"""The multiplication tables of the groups of SeqWordProblem, made when they are first used."""

from __future__ import annotations

from functools import cache
from itertools import permutations
from typing import Literal

import numpy as np

from seq_envs.encodings import Array

GroupName = Literal["S3", "S5", "A5", "Z60", "A4xZ5"]
"""The groups: symmetric (S), alternating (A) and cyclic (Z), and a product of two."""
ORDERS: dict[GroupName, int] = {"S3": 6, "S5": 120, "A5": 60, "Z60": 60, "A4xZ5": 60}
"""The number of elements of each group."""


def times(group: GroupName, first: Array, then: Array) -> Array:
    """The products (...) of elements (...), uint8, in this order."""
    return _looked_up(_tables(group)[0], first, then)


def quotients(group: GroupName, first: Array, products: Array) -> Array:
    """The elements (...), uint8, that give these products (...) when they follow `first` (...)."""
    return _looked_up(_tables(group)[1], first, products)


def _looked_up(table: Array, row: Array, column: Array) -> Array:
    # One index into the flat table is faster than two; 120 * 120 elements fit 16 bits.
    place = row.astype(np.uint16)
    place *= np.uint16(len(table))
    place += column
    return table.ravel().take(place)


@cache
def _tables(group: GroupName) -> tuple[Array, Array]:
    """(n, n) uint8 twice: the product of each element and each next one, and the quotient: the next one, from the
    element and the product."""
    if group == "Z60":
        products = _cyclic(60)
    elif group == "A4xZ5":
        products = _direct_product(_of_permutations(4, even=True), _cyclic(5))
    else:
        products = _of_permutations(int(group[1:]), even=group[0] == "A")
    # Each row of a table holds every element once, so sorting it inverts it.
    found = products.astype(np.uint8), products.argsort(axis=1).astype(np.uint8)
    for table in found:
        table.setflags(write=False)
    return found


def _cyclic(order: int) -> Array:
    """(order, order): the sums modulo `order`."""
    return np.add.outer(np.arange(order), np.arange(order)) % order


def _of_permutations(places: int, *, even: bool) -> Array:
    """(n, n): the product of each permutation of so many places, or each even one, and each next one."""
    every = np.array(list(permutations(range(places))))  # In lexicographic order.
    before, after = np.triu_indices(places, 1)
    inversions = (every[:, before] > every[:, after]).sum(axis=1)
    elements = every[inversions % 2 == 0] if even else every
    # A permutation as a number, in base `places`: these numbers are in the same order as the permutations.
    powers = places ** np.arange(places - 1, -1, -1)
    # [first, then, place]: the next permutation at the place where the first one sends it.
    products = elements.T[elements].transpose(0, 2, 1)
    numbers: Array = np.searchsorted(elements @ powers, products @ powers)
    return numbers


def _direct_product(left: Array, right: Array) -> Array:
    """The table of pairs (i, j), which have the number `i * len(right) + j`."""
    pairs = left[:, None, :, None] * len(right) + right[None, :, None, :]
    order = len(left) * len(right)
    return pairs.reshape(order, order)
