"""Say the previous value, in episodes of random lengths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seq_agents.ladder.problems.two_values import TwoValueProblem, draw_values, within
from seq_envs.encodings import Array
from seq_envs.level import Level, Levels
from seq_envs.parameters import Integer, parameter
from seq_envs.problem import Episodes


@dataclass(frozen=True, kw_only=True)
class PreviousValue(TwoValueProblem):
    """At every step but the first, say the value of the step before.

    Lengths are random, so the episodes of different lanes soon start at different times. An agent that confuses the
    states of lanes, or resets all lanes when one episode ends, loses the value.
    """

    title = "say the previous value, in episodes of random lengths"
    shortest: int = parameter(4, Integer(2), "steps of the shortest episodes")
    longest: int = parameter(9, Integer(2), "steps of the longest episodes")

    @property
    def steps(self) -> int:
        return self.longest

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        raw = draw_values(rng, batch, self.longest)
        lengths = rng.integers(self.shortest, self.longest + 1, size=batch)
        scored = within(lengths, self.longest) & (np.arange(self.longest) > 0)
        return Episodes(raw, np.roll(raw, 1, axis=1), scored, lengths)

    def solve(self, history: Array) -> Array:
        return history[:, max(history.shape[1] - 2, 0)]

    def known_levels(self) -> Levels:
        exact_by_chance = float(np.mean(0.5 ** np.arange(self.shortest - 1.0, self.longest)))
        guessing = Level(0.5, exact_by_chance)
        return Levels(guessing, guessing, Level(1.0, 1.0))
