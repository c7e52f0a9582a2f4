"""A seed means an endless stream of episodes, the same in every view."""

from __future__ import annotations

import numpy as np

from seq_envs.problem import Episodes, Problem

BLOCK_STEPS = 2048
"""Time steps drawn at once. With another number a seed would mean other episodes."""


def block_episodes(problem: Problem) -> int:
    """How many episodes a block holds."""
    return max(1, (problem.block_steps or BLOCK_STEPS) // problem.steps)


class Stream:
    """The endless episodes of one random generator, drawn block by block."""

    def __init__(self, problem: Problem, rng: np.random.Generator) -> None:
        self._problem = problem
        self._rng = rng
        self._episodes = block_episodes(problem)

    def block(self) -> Episodes:
        """The next `block_episodes` episodes, raw."""
        return self._problem.sample(self._rng, self._episodes)
