"""What makes agents comparable: the same number of time steps to learn from, and cores of about the same size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import seq_envs
from seq_agents.agents import agent_type

_WIDEST = 4096
_TOLERANCE = 0.25
"""The largest relative difference between the size that is asked for and that of the nearest width."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How much every agent learns from.

    Raises:
        ValueError: at construction, unless exactly one of `steps` and `episodes` is an integer >= 1, and
            `stop_when_solved` a bool.
    """

    steps: int | None = None
    """Time steps."""
    episodes: int | None = None
    """Episodes. Each counts as many time steps as the longest episode of the problem has."""
    stop_when_solved: bool = False
    """Whether a training ends early when the problem is solved (see `seq_agents.experiments.solved`)."""

    def __post_init__(self) -> None:
        given = [value for value in (self.steps, self.episodes) if value is not None]
        if len(given) != 1 or type(given[0]) is not int or given[0] < 1:
            raise ValueError(
                f"budget must have steps or episodes, an integer >= 1, got steps={self.steps!r} and "
                f"episodes={self.episodes!r}"
            )
        if type(self.stop_when_solved) is not bool:
            raise ValueError(f"budget: stop_when_solved must be true or false, got {self.stop_when_solved!r}")

    def steps_on(self, problem: seq_envs.Problem) -> int:
        """Time steps on a problem."""
        return self.steps if self.steps is not None else (self.episodes or 0) * problem.steps


def within_budget(agent: str, problem: seq_envs.Problem, settings: Mapping[str, Any], budget: Budget) -> dict[str, Any]:
    """The settings of an agent with a training that learns from the budget, down to whole updates.

    Raises:
        ValueError: no setting says how long this agent learns.
    """
    chosen = agent_type(agent).settings_type.of(settings)
    return chosen.within(problem, budget.steps_on(problem)).as_dict()


def with_core_weights(
    agent: str, problem: seq_envs.Problem, settings: Mapping[str, Any], weights: int
) -> dict[str, Any]:
    """The settings of an agent with the `hidden` whose core has the number of weights nearest to `weights`.

    Raises:
        ValueError: the agent has no setting `hidden`, or no `hidden` gives the core about so many weights.
    """
    if "hidden" not in agent_type(agent).settings_type.domains():
        raise ValueError(f"parameters must be left out for {agent!r}, which has no setting hidden, got {weights}")
    others = tuple(sorted((name, value) for name, value in settings.items() if name != "hidden"))

    def size(hidden: int) -> int:
        return _core_weights(agent, problem, others, hidden)

    low, high = 1, 2
    while high < _WIDEST and size(high) < weights:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if size(middle) < weights else (low, middle)
    nearest = min((low, high), key=lambda hidden: abs(size(hidden) - weights))
    if abs(size(nearest) - weights) > _TOLERANCE * weights:
        raise ValueError(
            f"parameters must be a size that the core of {agent!r} can have: the nearest is {size(nearest)} with "
            f"hidden={nearest}, got {weights}"
        )
    return {**settings, "hidden": nearest}


@cache
def _core_weights(agent: str, problem: seq_envs.Problem, others: tuple[tuple[str, Any], ...], hidden: int) -> int:
    """The number of weights of an agent's core."""
    learner_type = agent_type(agent)
    learner = learner_type(problem, learner_type.settings_type.of({**dict(others), "hidden": hidden}), 0)
    weights = learner.weights()
    if weights is None:
        raise ValueError(f"parameters must be left out for {agent!r}, whose weights cannot be counted")
    return weights.core
