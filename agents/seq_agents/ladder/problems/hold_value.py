"""Hold a value, in episodes of two very different lengths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seq_agents.ladder.problems.two_values import TwoValueProblem, draw_values, within
from seq_envs.encodings import Array
from seq_envs.level import Level, Levels
from seq_envs.parameters import Integer, parameter
from seq_envs.problem import Episodes

_LONG_SHARE = 0.35
"""The probability of a long episode."""


@dataclass(frozen=True, kw_only=True)
class HoldValue(TwoValueProblem):
    """A value, then silence: say the value at every silent step, of which there is one or many.

    If an agent pads episodes to one length and learns from the padding, most of its late steps teach the wrong answer.
    """

    title = "hold a value, in episodes of two very different lengths"
    long: int = parameter(10, Integer(3), "steps of a long episode; a short one has 2")

    @property
    def steps(self) -> int:
        return self.long

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        raw = np.zeros((batch, self.long), np.uint8)
        raw[:, 0] = draw_values(rng, batch)
        lengths = np.where(rng.random(batch) < _LONG_SHARE, self.long, 2)
        scored = within(lengths, self.long) & (np.arange(self.long) > 0)
        return Episodes(raw, np.repeat(raw[:, :1], self.long, axis=1), scored, lengths)

    def solve(self, history: Array) -> Array:
        return history[:, 0]

    def known_levels(self) -> Levels:
        guessing = Level(0.5, 0.5)  # One value is the answer to a whole episode: all of it is right, or none.
        return Levels(guessing, guessing, Level(1.0, 1.0))
