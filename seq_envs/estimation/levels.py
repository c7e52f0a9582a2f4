"""The levels of any problem: its closed forms, or an estimate from episodes with its error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from seq_envs.env_options import FEEDBACK
from seq_envs.estimation.feedback import EVERY_FEEDBACK, feedback_level
from seq_envs.estimation.feedback_rules import Feedback
from seq_envs.estimation.judging import episodes_to_judge_by, judge
from seq_envs.estimation.memoryless import best_guess, chance_level
from seq_envs.level import Level, Levels
from seq_envs.parameters import Flag
from seq_envs.problem import Problem
from seq_envs.registration import make_problem

_SOLVED_AT_ONCE = 1000
"""The episodes that `solve` gets at once."""
_BINNING_ERROR = 1e-3
"""The share of mistakes that binning can cause even if the real observation determines the answer."""


def levels(id_or_problem: str | Problem, *, feedback: bool | Sequence[str] = False, **parameters: Any) -> Levels:
    """The scores of chance, of the best memoryless policy and of the optimal policy.

    Exact where the problem has closed forms (errors of 0.0). Otherwise estimated: the best answers are learned from
    many episodes and judged on as many others, and the optimal policy is always right unless the problem is not
    `certain`: then `solve` is judged on these episodes too.

    Args:
        id_or_problem, parameters: as for `make_problem`.
        feedback: whether to search, for some seconds, for the best memoryless policy that also receives its own
            previous action and previous reward: `Levels.feedback`. Or the names of what it receives, as an env takes
            them: `feedback=("action",)` says what this option of an env is worth. With `pay="at_end"`, rewards within
            an episode say nothing, and only the action is worth anything.

    >>> levels("SeqMemorize-v0").memoryless
    Level(accuracy=0.875, exact_match=0.5, accuracy_error=0.0, exact_match_error=0.0)
    >>> round(levels("SeqMemorize-v0", framing="many_to_one", feedback=True).feedback.accuracy, 3)
    1.0

    Raises:
        ValueError, TypeError: as for `make_problem`, or `feedback` is neither a bool nor such names.
    """
    problem = make_problem(id_or_problem, **parameters)
    if isinstance(feedback, (list, tuple)):
        names = FEEDBACK.check("feedback", feedback)
    else:
        names = FEEDBACK.options if Flag().check("feedback", feedback) else ()
    known = _levels(problem)
    received = Feedback(action="action" in names, reward="reward" in names)
    return replace(known, feedback=_feedback(problem, received)) if names else known


@lru_cache(maxsize=256)
def _levels(problem: Problem) -> Levels:
    return problem.known_levels() or estimate(problem)


def _feedback(problem: Problem, received: Feedback) -> Level:
    """The best level with this feedback, or with a part of it.

    It is the memoryless level unless it is significantly higher, because a policy can ignore its feedback.
    """
    known = _levels(problem)
    if known.control:
        return known.memoryless
    found = max(
        (feedback_level(problem, part) for part in EVERY_FEEDBACK if part.within(received)),
        key=lambda level: level.accuracy,
    )
    noise = 4 * (found.accuracy_error + known.memoryless.accuracy_error)
    return found if found.accuracy > known.memoryless.accuracy + noise else known.memoryless


def estimate(problem: Problem) -> Levels:
    """The levels learned from data, even if the problem states its own."""
    memoryless, _ = best_guess(problem)
    if not problem.certain:
        optimal = _solved(problem)
        needless = optimal.accuracy <= memoryless.accuracy + 3 * memoryless.accuracy_error
        return Levels(chance_level(problem), optimal if needless else memoryless, optimal)
    missed = 1 - memoryless.accuracy
    if missed <= min(3 * memoryless.accuracy_error, _BINNING_ERROR):  # The data does not show that it is ever wrong.
        memoryless = replace(memoryless, accuracy=1.0)
    return Levels(chance_level(problem), memoryless, Level(1.0, 1.0))


def _solved(problem: Problem) -> Level:
    """The level of `solve`, by chunks of episodes to bound memory."""
    judged = episodes_to_judge_by(problem)
    solved = [
        problem.solve_all(judged.observations[first : first + _SOLVED_AT_ONCE])
        for first in range(0, len(judged.lengths), _SOLVED_AT_ONCE)
    ]
    return judge(problem, np.concatenate(solved), judged)
