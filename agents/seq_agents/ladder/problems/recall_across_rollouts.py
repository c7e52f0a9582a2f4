"""Say a value that was observed one or more rollouts ago."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seq_agents.ladder.problems.two_values import QUESTION, SILENCE, TwoValueProblem, draw_values
from seq_envs.encodings import Array
from seq_envs.level import Level, Levels
from seq_envs.parameters import Flag, Integer, parameter
from seq_envs.problem import Episodes

_QUESTION_PROBABILITY = 0.4
"""The probability of a question at each step after the first rollout."""


@dataclass(frozen=True, kw_only=True)
class RecallAcrossRollouts(TwoValueProblem):
    """The first rollout has a value at every step: say it at once. At questions in later rollouts, say its last value.

    No rollout contains both that value and a question, so the agent can learn the answer only from the state in which
    an update starts. `asked` is the number of rollouts with questions. With 2, an agent whose states are one rollout
    old is wrong in the first of them and right in the second.
    """

    title = "say a value of an earlier rollout"
    rollout: int = parameter(32, Integer(2), "steps of a rollout, of which an episode has 1 + `asked`")
    asked: int = parameter(1, Integer(1), "rollouts with questions")
    practice: bool = parameter(
        True, Flag(), "whether all answers count, or only the one `rollout` steps after the value"
    )

    @property
    def steps(self) -> int:
        return self.rollout * (1 + self.asked)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        raw = draw_values(rng, batch, self.steps)
        time_steps = np.arange(self.steps)
        later, judged = time_steps >= self.rollout, time_steps == 2 * self.rollout - 1
        targets = np.where(later, raw[:, [self.rollout - 1]], raw)
        questions = later & (rng.random(raw.shape) < _QUESTION_PROBABILITY) | judged
        raw[:, later] = SILENCE
        raw[questions] = QUESTION
        scored = (questions | ~later) & (self.practice | judged)
        return Episodes(raw, targets, scored, np.full(batch, self.steps))

    def solve(self, history: Array) -> Array:
        return history[:, min(history.shape[1], self.rollout) - 1]

    def guess(self, observations: Array, step: int) -> Array:
        return np.where(observations < QUESTION, np.maximum(observations, 1), 1).astype(np.int64)

    def known_levels(self) -> Levels:
        guessing, perfect = Level(0.5, 0.5), Level(1.0, 1.0)
        if not self.practice:
            return Levels(guessing, guessing, perfect)
        questions = 1 + _QUESTION_PROBABILITY * (self.asked * self.rollout - 1)
        # A memoryless policy says every value of the first rollout and guesses at the questions, which have one answer.
        memoryless = Level((self.rollout + questions / 2) / (self.rollout + questions), 0.5)
        return Levels(Level(0.5, 0.5**self.rollout), memoryless, perfect)
