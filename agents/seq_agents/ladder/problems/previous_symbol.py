"""Say the previous observation, a value or silence; or 1 at the first step, where there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seq_agents.ladder.problems.two_values import SILENCE, TwoValueProblem, draw_values, within
from seq_envs.encodings import Array
from seq_envs.parameters import Flag, Integer, parameter
from seq_envs.problem import Episodes

_SILENT_SHARE = 1 / 3
"""The probability of silence at each step."""
_AT_FIRST = 1
"""The answer to the first observation."""


@dataclass(frozen=True, kw_only=True)
class PreviousSymbol(TwoValueProblem):
    """At every step say the observation before, where silence counts as 0; at the first step say 1.

    Silence looks like padding, and like the observation between two episodes with autoreset "NextStep". An agent that
    reads either as part of an episode is wrong: it takes the step after a first silence for the first step, or padding
    for the previous observation.
    """

    title = "say the previous observation, a value or silence"
    shortest: int = parameter(2, Integer(2), "steps of the shortest episodes")
    longest: int = parameter(5, Integer(2), "steps of the longest episodes")
    practice: bool = parameter(True, Flag(), "whether all answers count, or only that at the second step")

    @property
    def steps(self) -> int:
        return self.longest

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        raw = draw_values(rng, batch, self.longest)
        raw[rng.random(raw.shape) < _SILENT_SHARE] = SILENCE
        targets = np.roll(raw, 1, axis=1)
        targets[:, 0] = _AT_FIRST
        lengths = rng.integers(self.shortest, self.longest + 1, size=batch)
        scored = within(lengths, self.longest) & (self.practice | (np.arange(self.longest) == 1))
        return Episodes(raw, targets, scored, lengths)

    def solve(self, history: Array) -> Array:
        return history[:, -2] if history.shape[1] > 1 else np.full(len(history), _AT_FIRST, history.dtype)

    def guess(self, observations: Array, step: int) -> Array:
        return np.full(len(observations), 0 if step else _AT_FIRST)
