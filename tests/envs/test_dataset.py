"""The supervised view: `sample` returns the episodes of a stream as arrays."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
from spaces_of_settings import IDS, Ragged

import seq_envs
from seq_envs import repeated


@pytest.mark.parametrize("id", IDS)
def test_episodes_of_several_blocks(id: str) -> None:
    problem = seq_envs.make_problem(id)
    episodes = 2 * 2048 // problem.steps + 5
    data = seq_envs.sample(id, episodes=episodes, seed=1)
    assert [len(array) for array in data] == [episodes] * 4
    env = gymnasium.make(id)
    env.reset(seed=1)
    for episode in range(1, episodes):
        observation, _ = env.reset()
        assert np.array_equal(observation, data.observations[episode, 0])
    fewer = seq_envs.sample(id, episodes=5, seed=1)
    assert all(np.array_equal(few, many[:5]) for few, many in zip(fewer, data, strict=True))


def test_dtypes_and_defaults() -> None:
    data = seq_envs.sample("SeqEcho-v0", episodes=3)
    assert [array.dtype for array in data] == [np.float32, np.int64, np.bool_, np.int64]
    assert seq_envs.sample("SeqNext-v0", episodes=0).targets.shape == (0, 9, 1)
    assert seq_envs.sample("SeqNext-v0").targets.dtype == np.float32
    assert seq_envs.sample("SeqNext-v0").targets.shape == (1000, 9, 1)
    assert np.array_equal(data.targets, seq_envs.sample("SeqEcho-v0", 3, seed=0).targets)
    big = {"episodes": 100, "n_values": 100, "seed": None}
    first, other = (seq_envs.sample("SeqEcho-v0", **big) for _ in range(2))
    assert not np.array_equal(first.targets, other.targets)


@pytest.mark.parametrize("bad", [{"episodes": -1}, {"episodes": 1.0}, {"episodes": True}, {"seed": -1}, {"seed": "0"}])
def test_wrong_arguments(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(bad))} must be an integer >= 0, got"):
        seq_envs.sample("SeqEcho-v0", **bad)


def test_observations_are_blank_after_the_end_of_an_episode() -> None:
    problem = Ragged()
    data = seq_envs.sample(problem, 50)
    over = np.arange(problem.steps) >= data.lengths[:, None]
    assert over.any()
    assert (data.observations[over] == problem.code.blank).all()
    assert (data.observations[~over] != problem.code.blank).any(axis=-1).all()


@pytest.mark.parametrize(("episodes", "length", "copied"), [(1, 4096, True), (2, 3000, False)])
def test_targets_of_more_than_16_million_numbers_are_a_view(episodes: int, length: int, copied: bool) -> None:
    targets = seq_envs.sample("SeqCopy-v0", episodes, length=length, framing="many_to_one").targets
    assert targets.shape == (episodes, length, length)
    assert targets.flags.writeable == copied == (targets.size <= 2**24)
    assert repeated.is_repeated(targets) != copied
