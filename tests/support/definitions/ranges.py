"""Sizes in definitions: a number, or a range of numbers."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st


def bounds(size: Any) -> tuple[int, int]:
    """The least and the greatest number of a size."""
    low, high = size if isinstance(size, tuple) else (size, size)
    return low, high


def legal_size(size: Any, least: int, most: float = float("inf")) -> bool:
    """Whether a size is a number, or a range in order, within these bounds."""
    low, high = bounds(size)
    return least <= low <= high <= most


def sizes(low: int, high: int) -> st.SearchStrategy[Any]:
    """Numbers and ranges in `low ... high`, a few of the ranges reversed."""
    number = st.integers(low, high)
    return st.one_of(number, st.tuples(number, number).map(lambda ends: tuple(sorted(ends))), st.tuples(number, number))
