"""What a lane must play: its stream's episodes as the data set has them, and answers to give, right ones and others."""

from __future__ import annotations

from typing import Any

import numpy as np

from seq_envs.dataset import raw_episodes, sample
from seq_envs.problem import Problem

MOST_STEPS = 2000
"""Steps that a view is played for, at most."""


class Script:
    """The episodes of one stream, and where a lane that plays them should stand."""

    def __init__(self, problem: Problem, seed: int, steps: int) -> None:
        episodes = 1
        while raw_episodes(problem, episodes, seed).lengths.sum() < steps:
            episodes *= 2
        self.data = sample(problem, episodes + 4, seed)  # So many that they do not run out.
        self._problem = problem
        self._answers = np.random.default_rng(seed)
        self._space = problem.action_space
        self._space.seed(seed)
        self.episode = 0
        self.step = 0
        self.earned = 0.0

    @property
    def observation(self) -> Any:
        """What must be shown now."""
        return self.data.observations[self.episode, self.step]

    @property
    def target(self) -> Any:
        """The right answer now."""
        return self.data.targets[self.episode, self.step]

    @property
    def scored(self) -> bool:
        """Whether an answer counts now."""
        return bool(self.data.scored[self.episode, self.step])

    @property
    def last(self) -> bool:
        """Whether this is the last step of its episode."""
        return self.step == int(self.data.lengths[self.episode]) - 1

    def answer(self) -> Any:
        """An answer to give now: where one counts, the right one every other time."""
        counts = self.step < int(self.data.lengths[self.episode]) and self.scored
        return self.target if counts and self._answers.random() < 0.5 else self._space.sample()

    def reward(self, answer: Any) -> float:
        """What it must earn."""
        return float(self._problem.grade(answer, self.target)) if self.scored else 0.0

    def facts(self, reward: float, reveal: bool) -> dict[str, Any]:
        """What info must hold after a step with this reward: at the last step, or at every step with `reveal`."""
        if not (reveal or self.last):
            return {}
        earned, asked = self.earned + reward, int(self.data.scored[self.episode, : self.step + 1].sum())
        facts: dict[str, Any] = {"is_success": self.last and earned == asked, "accuracy": earned / max(asked, 1)}
        if reveal:
            target = self.target if self.scored else self.target * 0
            facts |= {"scored": self.scored, "correct": reward, "target": target}
        return facts

    def facts_of_reset(self) -> dict[str, Any]:
        """What info must hold after a reset with `reveal`: zeros."""
        return {"is_success": False, "accuracy": 0.0, "scored": False, "correct": 0.0, "target": self.target * 0}

    def advance(self, reward: float) -> None:
        """To the next step of the episode."""
        self.earned += reward
        self.step += 1

    def next_episode(self) -> None:
        """To the first step of the next one."""
        self.episode, self.step, self.earned = self.episode + 1, 0, 0.0
