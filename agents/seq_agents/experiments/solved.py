"""When a problem counts as solved."""

from __future__ import annotations

from collections.abc import Sequence

from seq_envs.level import Levels

SOLVED_EXACT_MATCH = 0.99
"""A problem is solved from the first of `IN_A_ROW` consecutive evaluations with at least this exact match."""
SOLVED_SCORE = 0.99
"""In place of it, the least normalised score where not even the optimal policy is always right."""
IN_A_ROW = 3


def solves(accuracy: float, exact_match: float, levels: Levels) -> bool:
    """Whether an evaluation solves the problem of these levels."""
    if levels.optimal.exact_match == 1.0:
        return exact_match >= SOLVED_EXACT_MATCH
    return levels.normalize(accuracy) >= SOLVED_SCORE


def solved_from(evaluations: Sequence[bool]) -> int | None:
    """The index of the first of `IN_A_ROW` consecutive evaluations that solve the problem, or None."""
    row = 0
    for index, solving in enumerate(evaluations):
        row = row + 1 if solving else 0
        if row == IN_A_ROW:
            return index - IN_A_ROW + 1
    return None
