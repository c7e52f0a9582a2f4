"""Lanes whose blocks end at different times play the same episodes as each would alone."""

from __future__ import annotations

import numpy as np
import pytest

import seq_envs
from seq_envs.stream import block_episodes

LANES = 4


def test_some_lanes_have_a_shorter_episode_than_others() -> None:
    """A block holds one episode here, so in one block all lanes but some have the longest one."""
    problem = seq_envs.SeqEcho(length=(1024, 1025))
    assert block_episodes(problem) == 1
    ends = [seq_envs.sample(problem, 4, seed=lane).lengths.cumsum() for lane in range(LANES)]
    assert len({tuple(of_lane) for of_lane in ends}) > 1
    envs = seq_envs.SequenceVectorEnv(problem, num_envs=LANES, autoreset_mode="SameStep")
    envs.reset(seed=0)
    actions = np.zeros(LANES, np.int64)
    over = np.stack([envs.step(actions)[2] for _ in range(4 * 1024)])
    for lane, expected in enumerate(ends):
        steps = np.flatnonzero(over[:, lane]) + 1
        assert steps[:3].tolist() == expected[:3].tolist()


@pytest.mark.parametrize("problem", [seq_envs.SeqEcho(length=8), seq_envs.SeqAdding(length=8)], ids=str)
@pytest.mark.parametrize("before_the_end", [0, 1, 2])
def test_a_new_seed_at_the_end_of_a_block(before_the_end: int, problem: seq_envs.Problem) -> None:
    """One lane begins a new stream; it skips none of its episodes, and the other lanes go on with theirs."""
    played = block_episodes(problem) - before_the_end
    envs = seq_envs.SequenceVectorEnv(problem, num_envs=2, autoreset_mode="Disabled")
    envs.reset(seed=0)
    envs.rollout(played)
    envs.reset(seed=[None, 9], options={"reset_mask": np.array([False, True])})
    rest = envs.rollout(3)
    for lane, (seed, first) in enumerate([(0, played), (9, 0)]):
        expected = seq_envs.sample(problem, first + 3, seed=seed)
        assert np.array_equal(rest.observations[:, :, lane], expected.observations[first:])
        assert np.array_equal(rest.targets[:, :, lane], expected.targets[first:])
