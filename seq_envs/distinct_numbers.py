"""Different random integers for each episode of a batch."""

from __future__ import annotations

import numpy as np

from seq_envs.encodings import Array

_MANY = 4
"""With no more than this many candidates per number, all candidates are shuffled: repeats would be too frequent."""


def distinct_numbers(rng: np.random.Generator, batch: int, count: int, below: int | Array) -> Array:
    """Draw without replacement, in time and memory that grow with `count` and not with `below`.

    Args:
        rng: the only source of randomness.
        batch: B, the number of rows.
        count: how many integers each row has.
        below: the number of candidates, at least `count`; one for all rows, or (B,) of them.

    Returns:
        (B, count) int64: in each row integers of 0 ... below-1 that are all different, in random order.
    """
    most = below if isinstance(below, int) else int(below.max())
    if most <= _MANY * count:
        ranks = rng.random((batch, most))
        if not isinstance(below, int):
            ranks[np.arange(most) >= below[:, None]] = 1.0  # Above all ranks that are drawn.
        return ranks.argsort(axis=1)[:, :count]
    # Repeats are drawn anew. This treats all candidates alike, so all choices of different ones are equally likely.
    numbers = rng.integers(below if isinstance(below, int) else below[:, None], size=(batch, count))
    # Only in the rows that have some: one row with as many numbers as candidates may take many rounds.
    left = np.flatnonzero(_repeated(np.sort(numbers, axis=1)).any(axis=1))
    while len(left):
        some = numbers[left]
        order = some.argsort(axis=1, kind="stable")
        rows, places = np.nonzero(_repeated(np.take_along_axis(some, order, axis=1)))
        bounds = below if isinstance(below, int) else below[left[rows]]
        some[rows, order[rows, places + 1]] = rng.integers(bounds, size=len(rows))
        numbers[left] = some
        left = left[_repeated(np.sort(some, axis=1)).any(axis=1)]
    return numbers


def distinct_places(rng: np.random.Generator, lengths: Array, count: int, steps: int) -> Array:
    """(B, steps) bool: `count` random places of the first `lengths` (B,), drawn without replacement.

    The algorithm of R. W. Floyd: each choice of places is equally likely.
    """
    chosen = np.zeros((len(lengths), steps), np.bool_)
    row = np.arange(len(lengths))
    for last in range(-count, 0):
        place = rng.integers(lengths + last + 1)
        chosen[row, np.where(chosen[row, place], lengths + last, place)] = True
    return chosen


def _repeated(ascending: Array) -> Array:
    """(B, count-1) bool: whether a number of (B, count) equals the next one."""
    same: Array = ascending[:, 1:] == ascending[:, :-1]
    return same
