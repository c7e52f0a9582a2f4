"""When the training of an experiment stops early: at the first check in which the agent is good enough."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import seq_envs
from seq_agents.experiments.config import observed
from seq_agents.learners.playing import play_episodes
from seq_envs.dataset import Dataset, encoded, raw_episodes
from seq_envs.encodings import Array
from seq_envs.env_options import NO_OPTIONS, EnvOptions
from seq_envs.policies import Policy
from seq_envs.seeds import evaluation_stream

_FEW_EPISODES, _MORE = 100, 10
"""A check starts with a few episodes, and then plays ten times as many, because most checks find too many mistakes in
the first ones."""


@dataclass(frozen=True, kw_only=True)
class Until:
    """Stop the training at the first check in which the agent makes few enough mistakes.

    Raises:
        ValueError: at construction, if a number is outside of what is allowed.
    """

    every: int
    """Episodes learned from between two checks."""
    without_mistake: int
    """Fresh episodes of a check, which must be answered without a mistake."""
    mistakes: int = 0
    """How many of these episodes may have a mistake after all."""
    distance: float | None = None
    """For real answers: the mean distance from the best answers must be below this, and in place of `mistakes` none of
    the answers may be further from the best one than `largest_distance`. None: mistakes are counted."""
    largest_distance: float = math.inf
    """See `distance`."""

    def __post_init__(self) -> None:
        for name, least in {"every": 1, "without_mistake": 1, "mistakes": 0}.items():
            value = getattr(self, name)
            if type(value) is not int or value < least:
                raise ValueError(f"until: {name} must be an integer >= {least}, got {value!r}")
        for name in ("distance", "largest_distance"):
            value = getattr(self, name)
            if value is not None and not (type(value) in (int, float) and value > 0):
                raise ValueError(f"until: {name} must be a number > 0, got {value!r}")

    def as_json(self) -> dict[str, Any]:
        """The numbers that differ from their defaults."""
        defaults = {field.name: field.default for field in dataclasses.fields(self)}
        return {name: value for name, value in dataclasses.asdict(self).items() if value != defaults[name]}

    def reached(self, policy: Policy, problem: seq_envs.Problem, seed: int, options: EnvOptions = NO_OPTIONS) -> bool:
        """Whether the policy is good enough, on fresh episodes of this seed in an environment with these options."""
        if self.distance is not None:
            apart = distances(policy, problem, self.without_mistake, seed, options)
            return bool(apart.mean() < self.distance and apart.max() <= self.largest_distance)
        played_with = observed(options.chosen())
        return all(
            round((1.0 - seq_envs.evaluate(policy, problem, count, seed, **played_with).exact_match) * count)
            <= self.mistakes
            for count in self._counts()
        )

    def _counts(self) -> Iterator[int]:
        """The numbers of episodes that a check plays, one after the other."""
        count = _FEW_EPISODES
        while count < self.without_mistake:
            yield count
            count *= _MORE
        yield self.without_mistake


def distances(
    policy: Policy, problem: seq_envs.Problem, episodes: int, seed: int, options: EnvOptions = NO_OPTIONS
) -> Array:
    """(N,): how far each scored answer of real numbers is from the best one, on fresh episodes of this seed.

    Targets may have noise, so an answer can be the best one and still be far from its target.
    """
    raw = raw_episodes(problem, episodes, evaluation_stream(seed, 0))
    data = Dataset(encoded(problem, raw), *raw[1:])
    answers, best = play_episodes(problem, policy, options, data).answers, problem.solve_all(raw.observations)
    apart = np.abs(answers - best).reshape(*raw.scored.shape, -1).mean(axis=2)
    scored: Array = apart[raw.scored]
    return scored
