"""When a problem counts as solved."""

from __future__ import annotations

from collections.abc import Sequence

SOLVED_EXACT_MATCH = 0.99
"""A problem is solved from the first of `IN_A_ROW` consecutive evaluations with at least this exact match."""
IN_A_ROW = 3


def solved_from(exact_matches: Sequence[float]) -> int | None:
    """The index of the first of `IN_A_ROW` consecutive evaluations that reach `SOLVED_EXACT_MATCH`, or None."""
    row = 0
    for index, exact_match in enumerate(exact_matches):
        row = row + 1 if exact_match >= SOLVED_EXACT_MATCH else 0
        if row == IN_A_ROW:
            return index - IN_A_ROW + 1
    return None
