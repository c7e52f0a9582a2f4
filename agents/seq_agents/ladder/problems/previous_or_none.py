"""Say the previous value, or 0 at the first step, where there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seq_agents.ladder.problems.two_values import TwoValueProblem, draw_values
from seq_envs.encodings import Array
from seq_envs.level import Level, Levels
from seq_envs.parameters import Integer, parameter
from seq_envs.problem import Episodes


@dataclass(frozen=True, kw_only=True)
class PreviousOrNone(TwoValueProblem):
    """At the first step say 0; at the second, the value of the first. Later answers do not count.

    Every observation is a value, so an agent recognises the first step only if its state is reset when an episode
    starts.
    """

    title = "say the previous value, or 0 where there is none"
    shortest: int = parameter(32, Integer(2), "steps of the shortest episodes")
    longest: int = parameter(32, Integer(2), "steps of the longest episodes")

    @property
    def steps(self) -> int:
        return self.longest

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        raw = draw_values(rng, batch, self.longest)
        targets = np.roll(raw, 1, axis=1)
        targets[:, 0] = 0
        scored = np.broadcast_to(np.arange(self.longest) < 2, raw.shape).copy()
        return Episodes(raw, targets, scored, rng.integers(self.shortest, self.longest + 1, size=batch))

    def solve(self, history: Array) -> Array:
        return history[:, -2] if history.shape[1] > 1 else np.zeros(len(history), history.dtype)

    def guess(self, observations: Array, step: int) -> Array:
        return np.full(len(observations), min(step, 1))

    def known_levels(self) -> Levels:
        # A memoryless policy sees the time step, so it is right at the first step and guesses at the second.
        return Levels(Level(0.5, 0.0), Level(0.75, 0.5), Level(1.0, 1.0))
