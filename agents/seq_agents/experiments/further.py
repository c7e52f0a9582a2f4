"""How far beyond its training an agent is right: over a growing parameter, up to the first mistake."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import seq_envs
from seq_envs.policies import Policy


@dataclass(frozen=True, kw_only=True)
class Further:
    """The values of a parameter that are tried in order, up to the first one with a mistake.

    Raises:
        ValueError: at construction, if the parameter is no name, a number is no integer >= 1, or `last` is below
            `first`.
    """

    parameter: str
    """The parameter of the problem that grows, such as `repeats`."""
    last: int
    """The last value that is tried."""
    first: int = 1
    """The first value that is tried."""
    episodes: int = 1
    """Fresh episodes of each value, all of which must be answered without a mistake."""

    def __post_init__(self) -> None:
        if not isinstance(self.parameter, str):
            raise ValueError(f"further: parameter must be a name, got {self.parameter!r}")
        for name, least in {"first": 1, "last": self.first, "episodes": 1}.items():
            value = getattr(self, name)
            if type(value) is not int or value < least:
                raise ValueError(f"further: {name} must be an integer >= {least}, got {value!r}")

    def changes(self) -> tuple[Mapping[str, Any], ...]:
        """The first and the last change of the problem."""
        return {self.parameter: self.first}, {self.parameter: self.last}

    def reached(self, policy_on: Callable[[seq_envs.Problem], Policy], problem: seq_envs.Problem) -> int:
        """The last value up to which no episode has a mistake; `first - 1` if that one has a mistake already.

        Args:
            policy_on: the agent's policy on a problem of another value.
            problem: the problem that the agent has learned.
        """
        for value in range(self.first, self.last + 1):
            there = seq_envs.make_problem(problem, **{self.parameter: value})
            if seq_envs.evaluate(policy_on(there), there, self.episodes).exact_match < 1.0:
                return value - 1
        return self.last
