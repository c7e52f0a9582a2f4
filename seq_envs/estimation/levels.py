"""The levels of any problem: its own closed forms, or an estimate from episodes with its error."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from seq_envs.estimation.feedback import EVERY_VIEW, feedback_level
from seq_envs.estimation.judging import judge, to_judge_by
from seq_envs.estimation.memoryless import best_guess, chance_answer
from seq_envs.level import Level, Levels
from seq_envs.parameters import Flag
from seq_envs.problem import Problem
from seq_envs.registration import make_problem

_NEARLY_NOTHING = 1e-3
"""Mistakes that may be those of the bins, where a real observation decides alone."""


def levels(id_or_problem: str | Problem, *, feedback: bool = False, **parameters: Any) -> Levels:
    """What chance, the best memoryless player and the optimal player get.

    Exact where the problem has closed forms (errors of 0.0); else estimated: the best answers are learned from one half
    of many episodes and judged on the other half, and the optimal player is taken to be always right.

    Args:
        id_or_problem, parameters: as for `make_problem`.
        feedback: whether to search, for some seconds, for the best player without memory that also sees its own last
            action and last reward: `Levels.feedback`.

    >>> levels("SeqMemorize-v0").memoryless
    Level(accuracy=0.875, exact_match=0.5, accuracy_error=0.0, exact_match_error=0.0)
    >>> round(levels("SeqMemorize-v0", framing="many_to_one", feedback=True).feedback.accuracy, 3)
    1.0

    Raises:
        ValueError, TypeError: as for `make_problem`.
    """
    problem = make_problem(id_or_problem, **parameters)
    known = _levels(problem)
    return replace(known, feedback=_feedback(problem)) if Flag().check("feedback", feedback) else known


@lru_cache(maxsize=256)
def _levels(problem: Problem) -> Levels:
    return problem.known_levels() or estimate(problem)


def _feedback(problem: Problem) -> Level:
    """Not below memoryless, since what a player sees it can ignore, and above it only by more than luck."""
    known = _levels(problem)
    if known.control:
        return known.memoryless
    found = max((feedback_level(problem, sees) for sees in EVERY_VIEW), key=lambda level: level.accuracy)
    luck = 4 * (found.accuracy_error + known.memoryless.accuracy_error)
    return found if found.accuracy > known.memoryless.accuracy + luck else known.memoryless


def estimate(problem: Problem) -> Levels:
    """The levels from data, whatever the problem says of itself."""
    judged = to_judge_by(problem)
    chance = judge(problem, np.broadcast_to(chance_answer(problem), judged.targets.shape), judged)
    memoryless, _ = best_guess(problem)
    missed = 1 - memoryless.accuracy
    if missed <= min(3 * memoryless.accuracy_error, _NEARLY_NOTHING):  # It cannot be told from always right.
        memoryless = replace(memoryless, accuracy=1.0)
    return Levels(chance, memoryless, Level(1.0, 1.0))
