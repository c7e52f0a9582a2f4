"""Say a value that was observed one or more rollouts ago."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seq_agents.ladder.problems.two_values import QUESTION, SILENCE, TwoValueProblem, draw_values, within
from seq_envs.encodings import Array
from seq_envs.level import Level, Levels
from seq_envs.parameters import Flag, Integer, parameter
from seq_envs.problem import Episodes

_VALUES = 2
"""The last steps of the first rollout, which have values."""
_ASKING = 4
"""The first steps of each later rollout, the last of which has a question in the second rollout."""
_QUESTION_PROBABILITY = 0.5
"""The probability of a question at each of the other steps among these."""
_SHORT_SHARE = 1 / 3
"""The probability that an episode ends after its first rollout."""


@dataclass(frozen=True, kw_only=True)
class RecallAcrossRollouts(TwoValueProblem):
    """The first rollout ends with two values: say each at once. At questions in later rollouts, say the second one.

    No rollout contains both that value and a question, so the agent can learn the answer only from the state in which
    an update starts. `asked` is the number of rollouts with questions. With 2, an agent whose states are one rollout
    old is wrong in the first of them and right in the second.

    An agent with a discount must be able to learn this too. So there are few rewards: with one at every step, the
    estimated return would fall by many rewards between the values and the questions, at a step that the observations
    do not announce, and this error would drown the advantages of the answers. And some episodes are short, so that the
    lanes are in different rollouts of their episodes. Otherwise a whole update has no questions, and the scaling of its
    advantages makes their noise as large as a reward.
    """

    title = "say a value of an earlier rollout"
    rollout: int = parameter(32, Integer(_ASKING), "steps of a rollout, of which an episode has 1 + `asked`, or 1")
    asked: int = parameter(1, Integer(1), "rollouts with questions")
    practice: bool = parameter(True, Flag(), "whether all answers count, or only the one 4 steps after the value")

    @property
    def steps(self) -> int:
        return self.rollout * (1 + self.asked)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        raw = draw_values(rng, batch, self.steps)
        time_steps = np.arange(self.steps)
        later = time_steps >= self.rollout
        values = ~later & (time_steps >= self.rollout - _VALUES)
        judged = time_steps == self.rollout + _ASKING - 1
        asking = later & (time_steps % self.rollout < _ASKING)
        questions = asking & (rng.random(raw.shape) < _QUESTION_PROBABILITY) | judged
        targets = np.where(later, raw[:, [self.rollout - 1]], raw)
        raw[:, ~values] = SILENCE
        raw[questions] = QUESTION
        scored = (questions | values) & (self.practice | judged)
        short = (rng.random(batch) < _SHORT_SHARE) & self.practice
        lengths = np.where(short, self.rollout, self.steps)
        return Episodes(raw, targets, scored & within(lengths, self.steps), lengths)

    def solve(self, history: Array) -> Array:
        return history[:, min(history.shape[1], self.rollout) - 1]

    def guess(self, observations: Array, step: int) -> Array:
        return np.where(observations < QUESTION, np.maximum(observations, 1), 1).astype(np.int64)

    def known_levels(self) -> Levels:
        guessing, perfect = Level(0.5, 0.5), Level(1.0, 1.0)
        if not self.practice:
            return Levels(guessing, guessing, perfect)
        questions = (1 - _SHORT_SHARE) * (1 + _QUESTION_PROBABILITY * (self.asked * _ASKING - 1))
        # A memoryless policy says every value and guesses at the questions of an episode, which have one answer.
        memoryless = Level((_VALUES + questions / 2) / (_VALUES + questions), (1 + _SHORT_SHARE) / 2)
        return Levels(Level(0.5, 0.5**_VALUES), memoryless, perfect)
