"""How far beyond its training an agent is right: over a growing parameter, up to the first mistake."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import seq_envs
from seq_agents.learners.playing import play_episodes
from seq_envs.dataset import Dataset
from seq_envs.encodings import Array
from seq_envs.env_options import NO_OPTIONS, EnvOptions
from seq_envs.policies import Policy
from seq_envs.seeds import evaluation_stream

_TOGETHER = 64
"""The values that are tried at once, for speed."""


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

    def reached(
        self,
        policy_on: Callable[[seq_envs.Problem], Policy],
        problem: seq_envs.Problem,
        options: EnvOptions = NO_OPTIONS,
    ) -> int:
        """The last value up to which no episode has a mistake; `first - 1` if that one has a mistake already.

        Args:
            policy_on: the agent's policy on a problem of another value, called for every 64th value.
            problem: the problem that the agent has learned.
            options: of the environment.
        """
        for start in range(self.first, self.last + 1, _TOGETHER):
            values = range(start, min(start + _TOGETHER, self.last + 1))
            problems = [seq_envs.make_problem(problem, **{self.parameter: value}) for value in values]
            found = _all_right(policy_on(problems[-1]), problems, self.episodes, options)
            for value, right in zip(values, found, strict=True):
                if not right:
                    return value - 1
        return self.last


def _all_right(policy: Policy, problems: Sequence[seq_envs.Problem], episodes: int, options: EnvOptions) -> list[bool]:
    """Whether all answers to fresh episodes of each problem are right. The episodes of all problems are played at once.

    Args:
        policy: of the last of the problems, whose spaces are those of all of them.
        problems: with episodes of growing lengths.
        episodes: of each problem.
        options: of the environment.
    """
    data = [seq_envs.sample(problem, episodes, seed=evaluation_stream(0, 0)) for problem in problems]
    longest = max(each.scored.shape[1] for each in data)
    observations, targets, scored = (
        np.concatenate([_padded(each[part], longest) for each in data]) for part in range(3)
    )
    together = Dataset(observations, targets, scored, np.concatenate([each.lengths for each in data]))
    answers = play_episodes(problems[-1], policy, options, together).answers
    right = []
    for problem, each, given in zip(problems, data, np.split(answers, len(data)), strict=True):
        grades = problem.grade(given[:, : each.scored.shape[1]], each.targets)
        right.append(bool((grades[each.scored] == 1.0).all()))
    return right


def _padded(array: Array, steps: int) -> Array:
    """An array (B, T, ...) with further zeros, (B, steps, ...)."""
    return np.pad(array, [(0, 0), (0, steps - array.shape[1]), *[(0, 0)] * (array.ndim - 2)])
