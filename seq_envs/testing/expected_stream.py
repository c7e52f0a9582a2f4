"""The episodes of a stream as the data set has them, step by step, with answers to try and their expected results."""

from __future__ import annotations

from typing import Any

import numpy as np

from seq_envs.dataset import raw_episodes, sample
from seq_envs.problem import Problem

MOST_STEPS = 2000
"""The most steps for which a view is played."""


class ExpectedStream:
    """The position in a stream at which an env, or a lane of a vector env, should be, and what it should return there.

    Args:
        problem: the problem.
        seed: the number of the stream.
        steps: the number of steps that will be played.
    """

    def __init__(self, problem: Problem, seed: int, steps: int) -> None:
        episodes = 1
        while raw_episodes(problem, episodes, seed).lengths.sum() < steps:
            episodes *= 2
        self.data = sample(problem, episodes + 4, seed)  # Some more, since resets skip the rest of an episode.
        self._problem = problem
        self._answers = np.random.default_rng(seed)
        self._space = problem.action_space
        self._space.seed(seed)
        self.episode = 0
        self.step = 0
        self.earned = 0.0

    @property
    def observation(self) -> Any:
        """The current observation."""
        return self.data.observations[self.episode, self.step]

    @property
    def target(self) -> Any:
        """The right answer to the current observation."""
        return self.data.targets[self.episode, self.step]

    @property
    def scored(self) -> bool:
        """Whether the answer to the current observation counts."""
        return bool(self.data.scored[self.episode, self.step])

    @property
    def last(self) -> bool:
        """Whether the current step is the last of its episode."""
        return self.step == int(self.data.lengths[self.episode]) - 1

    def answer(self) -> Any:
        """An answer to try: at scored steps the right one with probability 0.5, otherwise a random action."""
        counts = self.step < int(self.data.lengths[self.episode]) and self.scored
        return self.target if counts and self._answers.random() < 0.5 else self._space.sample()

    def reward(self, answer: Any) -> float:
        """The expected reward of an answer."""
        return float(self._problem.grade(answer, self.target)) if self.scored else 0.0

    def info(self, reward: float, reveal: bool) -> dict[str, Any]:
        """The expected info of a step with this reward: empty before the last step unless `reveal` is set."""
        if not (reveal or self.last):
            return {}
        earned, asked = self.earned + reward, int(self.data.scored[self.episode, : self.step + 1].sum())
        info: dict[str, Any] = {"is_success": self.last and earned == asked, "accuracy": earned / max(asked, 1)}
        if reveal:
            target = self.target if self.scored else self.target * 0
            info |= {"scored": self.scored, "correct": reward, "target": target}
        return info

    def info_of_reset(self) -> dict[str, Any]:
        """The expected info of a reset with `reveal`: zeros."""
        return {"is_success": False, "accuracy": 0.0, "scored": False, "correct": 0.0, "target": self.target * 0}

    def advance(self, reward: float) -> None:
        """Move on to the next step of the episode, after a step with this reward."""
        self.earned += reward
        self.step += 1

    def next_episode(self) -> None:
        """Move on to the first step of the next episode."""
        self.episode, self.step, self.earned = self.episode + 1, 0, 0.0
