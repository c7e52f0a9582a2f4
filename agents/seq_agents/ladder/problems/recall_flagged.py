"""Say the value that had a flag, many steps later."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seq_agents.ladder.problems.two_values import FLAG, QUESTION, TwoValueProblem, draw_values
from seq_envs.encodings import Array
from seq_envs.level import Level, Levels
from seq_envs.parameters import Flag, Integer, parameter
from seq_envs.problem import Episodes

_QUESTION_PROBABILITY = 0.2
"""The probability of a question at each step before the last question. With half of it, fewer agents whose gradient is
cut learn, but sb3-contrib's RecurrentPPO does not either, in two tries.
"""


@dataclass(frozen=True, kw_only=True)
class RecallFlagged(TwoValueProblem):
    """The first value has a flag, the others have none. At each question, say the value with the flag.

    A memory that holds the sum or the last of what it sees is no help, since the values without a flag look alike. The
    agent must learn what to store, and the reward for storing it comes many steps later.
    """

    title = "say the flagged value, up to `lag` steps later"
    length: int = parameter(32, Integer(2), "steps of an episode")
    lag: int = parameter(20, Integer(1), "steps from the flagged value to the last question")
    practice: bool = parameter(True, Flag(), "whether answers to questions before the last one count")

    def check(self) -> None:
        if self.lag >= self.length:
            raise ValueError(f"lag must be in 1 ... length-1 = {self.length - 1}, got {self.lag}")

    @property
    def steps(self) -> int:
        return self.length

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        raw = draw_values(rng, batch, self.length)
        targets = np.repeat(raw[:, :1], self.length, axis=1)
        time_steps = np.arange(self.length)
        early = (time_steps > 0) & (time_steps < self.lag) & (rng.random(raw.shape) < _QUESTION_PROBABILITY)
        last = time_steps == self.lag
        raw[early | last] = QUESTION
        raw[:, 0] += FLAG
        return Episodes(raw, targets, early & self.practice | last, np.full(batch, self.length))

    def solve(self, history: Array) -> Array:
        return history[:, 0] - FLAG

    def known_levels(self) -> Levels:
        guessing = Level(0.5, 0.5)  # One value is the answer to a whole episode: all of it is right, or none.
        return Levels(guessing, guessing, Level(1.0, 1.0))
