"""A seed means an endless stream of episodes, which is drawn block by block."""

from __future__ import annotations

import numpy as np
import pytest

import seq_envs
from seq_envs.stream import Stream


@pytest.mark.parametrize(("steps", "episodes"), [(1, 2048), (3, 682), (1024, 2), (1025, 1), (5000, 1)])
def test_a_block_has_2048_time_steps_but_one_episode_at_least(steps: int, episodes: int) -> None:
    """With other blocks a seed would mean other episodes."""
    problem = seq_envs.SeqEcho(length=steps, lag=0)
    stream, rng = Stream(problem, np.random.default_rng(3)), np.random.default_rng(3)
    for _ in range(2):
        for drawn, expected in zip(stream.block(), problem.sample(rng, episodes), strict=True):
            assert np.array_equal(drawn, expected)
