"""The types and ranges of what a problem declares about itself: `leaks`, `splits` and `known_levels`."""

from __future__ import annotations

from dataclasses import astuple

from seq_envs.level import LEVELS, Levels
from seq_envs.problem import Problem
from seq_envs.registration import build
from seq_envs.testing.contract import ContractError, require

_LEAKS = ("action", "reward")


def check_declarations(problem: Problem) -> None:
    """`leaks` is a tuple of known names, each split makes a problem, and `known_levels` has probabilities or None."""
    leaks = problem.leaks
    require(
        isinstance(leaks, tuple) and set(leaks) <= set(_LEAKS),
        f"leaks must be a tuple that holds nothing but 'action' and 'reward', got {leaks!r}",
    )
    for name in problem.splits:
        try:
            build(type(problem), None, {"split": name})
        except (ValueError, TypeError) as wrong:
            raise ContractError(f"splits[{name!r}] must be parameters of the problem: {wrong}") from wrong
    require(callable(problem.known_levels), "known_levels must be a method, not a property")
    known = problem.known_levels()
    require(known is None or isinstance(known, Levels), f"known_levels() must return Levels or None, got {known!r}")
    for name in LEVELS:
        level = getattr(known, name, None)
        require(
            level is None or all(0.0 <= value <= 1.0 for value in astuple(level)),
            f"known_levels() must hold probabilities in [0, 1], but {name} is {level}",
        )
