"""When a problem counts as solved."""

from __future__ import annotations

from collections.abc import Sequence

SOLVED_EXACT_MATCH = 0.99
"""A problem is solved from the first of `IN_A_ROW` consecutive evaluations with at least this exact match; where not
even the optimal policy is always right, with this share of its exact match."""
IN_A_ROW = 3


def solved_from(exact_matches: Sequence[float], optimal: float = 1.0) -> int | None:
    """The index of the first of `IN_A_ROW` consecutive evaluations that solve the problem, or None.

    Args:
        exact_matches: of the evaluations.
        optimal: the exact match of the optimal policy.
    """
    row = 0
    for index, exact_match in enumerate(exact_matches):
        row = row + 1 if exact_match >= SOLVED_EXACT_MATCH * optimal else 0
        if row == IN_A_ROW:
            return index - IN_A_ROW + 1
    return None
