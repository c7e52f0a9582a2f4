"""A rollout returns the same episodes as single steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from spaces_of_settings import EVERY_CHOICE, Ragged, name

import seq_envs
from seq_envs.stream import block_episodes

LANES = 3
MODES = ["SameStep", "NextStep", "Disabled"]


def by_steps(problem: seq_envs.Problem, episodes: int) -> list[dict[str, Any]]:
    """The episodes of each lane, played by scalar envs: lane, number, observations, scored steps and targets."""
    played = []
    for lane in range(LANES):
        env = seq_envs.SequenceEnv(problem, reveal=True)
        for episode in range(episodes):
            observation, _ = env.reset(seed=None if episode else 7 + lane)
            seen, graded, over = [observation], [], False
            while not over:
                observation, _, over, _, info = env.step(env.action_space.sample())
                seen.append(observation)
                graded.append((info["scored"], info.get("target")))
            played.append({"lane": lane, "episode": episode, "seen": seen[:-1], "graded": graded})
    return played


def assert_same(data: seq_envs.Dataset, problem: seq_envs.Problem, played: list[dict[str, Any]]) -> None:
    for record in played:
        where = (record["episode"], slice(None), record["lane"])
        length = len(record["seen"])
        assert data.lengths[record["episode"], record["lane"]] == length
        assert np.array_equal(data.observations[where][:length], np.stack(record["seen"]))
        assert (data.observations[where][length:] == problem.code.blank).all()
        assert data.scored[where].tolist() == [bool(scored) for scored, _ in record["graded"]] + [False] * (
            problem.steps - length
        )
        for step, (scored, target) in enumerate(record["graded"]):
            if scored:
                assert np.array_equal(data.targets[where][step], target)


@pytest.mark.parametrize(("id", "choice"), EVERY_CHOICE, ids=name)
def test_a_rollout_equals_single_steps(id: str, choice: dict[str, Any]) -> None:
    problem = seq_envs.make_problem(id, **choice)
    envs = seq_envs.SequenceVectorEnv(problem, num_envs=LANES)
    envs.reset(seed=7)
    data = envs.rollout(2)
    assert data.observations.shape == (2, problem.steps, LANES, *(problem.observation_space.shape or ()))
    assert data.observations.dtype == problem.observation_space.dtype
    assert data.targets.dtype == problem.action_space.dtype
    assert_same(data, problem, by_steps(problem, 2))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "problem",
    [seq_envs.SeqEcho(length=5), seq_envs.SeqEcho(length=1, lag=0), Ragged()],
    ids=["fixed", "one step", "ragged"],
)
def test_steps_continue_after_a_rollout_and_rollouts_after_steps(problem: seq_envs.Problem, mode: str) -> None:
    envs, same = (seq_envs.SequenceVectorEnv(problem, num_envs=LANES, autoreset_mode=mode) for _ in range(2))
    envs.reset(seed=7)
    same.reset(seed=7)
    # The lanes are no longer aligned, and some are in the middle of an episode, which the rollout leaves.
    for vector_env in (envs, same):
        vector_env.step(vector_env.action_space.sample())
        vector_env.reset(options={"reset_mask": np.array([False, True, False])})
    envs.rollout(3)
    if mode != "SameStep" or problem.steps > 1:  # Otherwise the step has already begun the next episode.
        same.reset(options={"reset_mask": np.array([True, False, True])})
    for _ in range(2):
        same.reset()
    for _ in range(2):
        observations, _ = same.reset()
        assert np.array_equal(envs.rollout(1).observations[0, 0], observations)
    same.reset()
    actions = np.zeros_like(envs.action_space.sample())
    for ours, theirs in zip(envs.step(actions)[:4], same.step(actions)[:4], strict=True):
        assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("problem", [seq_envs.SeqEcho(encoding="discrete"), Ragged()], ids=["fixed", "ragged"])
def test_rollouts_span_several_blocks(problem: seq_envs.Problem) -> None:
    envs = seq_envs.SequenceVectorEnv(problem, num_envs=2)
    envs.reset(seed=3)
    episodes = 700  # More than two blocks of each lane.
    assert episodes > 2 * block_episodes(problem)
    data = envs.rollout(episodes)
    for lane in range(2):
        expected = seq_envs.sample(problem, episodes, seed=3 + lane)
        assert np.array_equal(data.observations[:, :, lane], expected.observations)
        assert np.array_equal(data.targets[:, :, lane], expected.targets)
        assert np.array_equal(data.scored[:, :, lane], expected.scored)
        assert np.array_equal(data.lengths[:, lane], expected.lengths)


@pytest.mark.parametrize("episodes", [1, 2, 400])
@pytest.mark.parametrize("problem", [seq_envs.SeqEcho(), seq_envs.SeqEcho(encoding="discrete"), Ragged()])
def test_a_rollout_shares_no_memory_with_the_envs(problem: seq_envs.Problem, episodes: int) -> None:
    """Writing to a rollout changes neither later episodes of the same block nor an earlier rollout."""
    envs, untouched = (seq_envs.SequenceVectorEnv(problem, num_envs=2) for _ in range(2))
    envs.reset(seed=0)
    untouched.reset(seed=0)
    first = envs.rollout(1)
    kept = [array.copy() for array in first]
    untouched.rollout(1)
    for array in envs.rollout(episodes):
        array[...] = 0
    untouched.rollout(episodes)
    assert all(np.array_equal(before, after) for before, after in zip(kept, first, strict=True))
    for ours, theirs in zip(envs.rollout(400), untouched.rollout(400), strict=True):
        assert np.array_equal(ours, theirs)


def test_wrong_use_is_refused() -> None:
    envs = seq_envs.SequenceVectorEnv("SeqEcho-v0", num_envs=2)
    with pytest.raises(ResetNeeded, match="rollout"):
        envs.rollout(1)
    envs.reset(seed=0)
    for wrong in (0, -1, 1.5, True, "2"):
        with pytest.raises(ValueError, match="episodes must be an integer >= 1"):
            envs.rollout(wrong)
