"""The reference policies must reach the stated levels."""

from __future__ import annotations

import numpy as np

from seq_envs import policies
from seq_envs.estimation.judging import episodes_to_judge_by
from seq_envs.estimation.levels import levels
from seq_envs.estimation.memoryless import chance_level, level_of, stated_guess
from seq_envs.evaluation import evaluate
from seq_envs.level import Level
from seq_envs.problem import Problem
from seq_envs.testing.contract import no_global_draws, require

_RARELY = 0.98
"""The least exact match of the optimal policy that is called a rare mistake."""
_ESTIMATED = (
    "; without known_levels() the optimal policy is always right unless the problem is not `certain`, and the other "
    "levels are learned from data"
)


def check_scores(problem: Problem, episodes: int) -> None:
    """Chance is not above memoryless, and each policy has the scores of its level."""
    stated, known = levels(problem), problem.known_levels() is not None
    chance, memoryless = stated.chance, stated.memoryless
    require(
        chance.accuracy - 5 * chance.accuracy_error <= memoryless.accuracy + 1e-9,
        f"the chance level ({chance}) is above the memoryless level ({memoryless})",
    )
    if known:
        _check_chance(problem, chance)
    else:
        _check_guess(problem, memoryless)
    for name in ("optimal", "memoryless"):
        level = getattr(stated, name)
        with no_global_draws("solve()" if name == "optimal" else "guess()"):
            found = evaluate(getattr(policies, name)(problem), problem, episodes)
        if name == "optimal" and problem.certain and level.accuracy == 1.0 and found.exact_match > _RARELY:
            require(
                found.exact_match == 1.0,
                f"the optimal policy is wrong in {1 - found.exact_match:.2%} of {found.episodes} episodes, but its "
                "level states that it never is: some episodes cannot be solved",
            )
        for metric in ("accuracy", "exact_match"):
            low, high = getattr(found, f"{metric}_interval")
            # Three times as wide as the 95% interval: one false alarm in 10^8.
            slack = (high - low) + 5 * getattr(level, f"{metric}_error")
            require(
                low - slack <= getattr(level, metric) <= high + slack,
                f"the {name} policy has {metric} {getattr(found, metric):.4f} ({low:.4f} to {high:.4f}), "
                f"but its level states {getattr(level, metric):.4f}{'' if known else _ESTIMATED}",
            )


def _check_chance(problem: Problem, chance: Level) -> None:
    """The stated chance level has the accuracy of the best constant answer, which is learned from data."""
    found = chance_level(problem)
    # The error counts twice: the best constant is chosen on one set of episodes and judged on another.
    slack = 5 * (2 * found.accuracy_error + chance.accuracy_error)
    require(
        abs(found.accuracy - chance.accuracy) <= slack,
        f"the best constant answer has accuracy {found.accuracy:.4f}, but the chance level states "
        f"{chance.accuracy:.4f}",
    )


def _check_guess(problem: Problem, best: Level) -> None:
    """`guess`, if the problem has one, is at least as accurate as answers learned from data."""
    stated = stated_guess(problem)
    if stated is not None:
        found = level_of(problem, stated, episodes_to_judge_by(problem))
        require(
            best.accuracy <= found.accuracy + 5 * float(np.hypot(best.accuracy_error, found.accuracy_error)),
            f"guess() is not the best memoryless policy: it has accuracy {found.accuracy:.4f}, answers learned from "
            f"data have {best.accuracy:.4f}",
        )
