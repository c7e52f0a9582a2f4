"""Say the value that is observed, but at the first step follow a rule of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seq_agents.ladder.problems.two_values import ANSWERS, QUESTION, SILENCE, TwoValueProblem
from seq_envs.encodings import Array
from seq_envs.parameters import Flag, Integer, parameter
from seq_envs.problem import Episodes, fixed_length


@dataclass(frozen=True, kw_only=True)
class FirstAnswer(TwoValueProblem):
    """The first observation is a question, value 1 with a flag or value 2 with a flag: say 2, 1 or 0.

    Later observations are values or silence: say the value, or 0 at silence.

    An agent that learns from later answers only says the value at the first step too. Later answers are as often 0 as a
    value. Otherwise a sound agent that learns slowly would unlearn answer 0 before it finds its use.
    """

    title = "say the value observed, at the first step by another rule"
    length: int = parameter(5, Integer(2), "time steps of an episode")
    practice: bool = parameter(True, Flag(), "whether all answers count, or only the first one")

    @property
    def steps(self) -> int:
        return self.length

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        raw = rng.integers(SILENCE, QUESTION, size=(batch, self.length), dtype=np.uint8)
        raw[:, 0] = rng.integers(QUESTION, QUESTION + ANSWERS, size=batch)
        return fixed_length(raw, _answers(raw), self.practice | (np.arange(self.length) == 0))

    def solve(self, history: Array) -> Array:
        return _answers(history[:, -1])

    def guess(self, observations: Array, step: int) -> Array:
        return np.asarray(self.solve(observations[:, None]))


def _answers(symbols: Array) -> Array:
    """The answers to symbols of any shape: those from a question on stand at first steps only."""
    return np.where(symbols < QUESTION, symbols, QUESTION + ANSWERS - 1 - symbols)
