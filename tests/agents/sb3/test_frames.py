"""Stacked observations equal windows written by hand, in a `VecEnv` and for a policy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from seq_agents.sb3.frames import Frames, FramesPolicy, FramesVecEnv
from seq_agents.sb3.vec_env import make_vec_env
from spaces_of_settings import EVERY_BASE_CHOICE, Ragged, name
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv

import seq_envs

torch.set_num_threads(1)
CASES: list[tuple[Any, dict[str, Any]]] = [*EVERY_BASE_CHOICE, (Ragged(), {})]


def by_hand(problem: seq_envs.Problem, frames: int, clock: bool, lane: int, episodes: int) -> list[list[Any]]:
    """The features of each step of the first episodes of a stream."""
    data = seq_envs.sample(problem, episodes, lane)
    discrete = not problem.observation_space.shape
    size = problem.observation_space.n if discrete else int(np.prod(problem.observation_space.shape))
    features = []
    for observations, length in zip(data.observations, data.lengths, strict=True):
        episode = []
        for step in range(length):
            row: list[float] = []
            for back in range(frames - 1, -1, -1):
                if step - back < 0:
                    row += [0.0] * size
                elif discrete:
                    row += [float(symbol == observations[step - back]) for symbol in range(size)]
                else:
                    row += observations[step - back].ravel().tolist()
            row += [float(now == step) for now in range(problem.steps)] if clock else []
            episode.append(np.array(row, np.float32))
        features.append(episode)
    return features


def test_an_episode_by_hand() -> None:
    problem = seq_envs.make_problem("SeqEcho-v0", length=3, n_values=2, lag=0, encoding="discrete")
    frames = Frames(problem, 2, clock=True)
    assert frames.space.shape == (2 * 2 + 3,)
    state = frames.initial_state(2)
    expected = [
        [[0, 0, 0, 1, 1, 0, 0], [0, 0, 1, 0, 1, 0, 0]],
        [[0, 1, 1, 0, 0, 1, 0], [1, 0, 1, 0, 0, 1, 0]],
        [[1, 0, 1, 0, 0, 0, 1], [1, 0, 0, 1, 0, 0, 1]],
    ]
    for observation, expected_features in zip(([1, 0], [0, 0], [0, 1]), expected, strict=True):
        features, state = frames.stack(np.array(observation), state)
        assert features.dtype == np.float32
        assert features.tolist() == expected_features


@pytest.mark.parametrize("clock", [True, False])
@pytest.mark.parametrize("frames", [1, 3, 12])
@pytest.mark.parametrize("stock", [False, True])
@pytest.mark.parametrize(("id", "choice"), CASES, ids=name)
def test_the_vec_env_returns_windows(id: Any, choice: dict[str, Any], stock: bool, frames: int, clock: bool) -> None:
    problem = seq_envs.make_problem(id, **choice)
    inner = DummyVecEnv([lambda: Monitor(seq_envs.SequenceEnv(problem))] * 3) if stock else make_vec_env(problem, 3)
    env = FramesVecEnv(inner, Frames(problem, frames, clock=clock))
    lanes = [by_hand(problem, frames, clock, lane, 4) for lane in (5, 6, 7)]
    at = [(0, 0)] * 3
    env.seed(5)
    observations = env.reset()
    kept = []
    actions = np.zeros((3, *problem.action_space.shape), problem.action_space.dtype)
    for _ in range(2 * problem.steps + 3):
        assert observations.dtype == env.observation_space.dtype
        assert observations.shape == (3, *env.observation_space.shape)
        assert all(env.observation_space.contains(observation) for observation in observations)
        for lane, (episode, step) in enumerate(at):
            assert np.array_equal(observations[lane], lanes[lane][episode][step]), (lane, episode, step)
        kept.append((observations, observations.copy()))
        observations, _, dones, infos = env.step(actions)
        for lane, (episode, step) in enumerate(at):
            assert dones[lane] == (step + 1 == len(lanes[lane][episode]))
            at[lane] = (episode + 1, 0) if dones[lane] else (episode, step + 1)
            assert ("terminal_observation" in infos[lane]) == dones[lane]
            if dones[lane]:
                assert infos[lane]["terminal_observation"].shape == env.observation_space.shape
        if max(episode for episode, _ in at) == 4:
            break
    assert max(episode for episode, _ in at) >= 2
    assert all(np.array_equal(result, copy) for result, copy in kept), "later steps change no earlier result"
    env.seed(5)
    observations = env.reset()  # In the middle of an episode.
    assert all(np.array_equal(observations[lane], lanes[lane][0][0]) for lane in range(3))


def test_the_terminal_observation_is_the_next_window() -> None:
    """SB3 would bootstrap from it: the blank observation after the last step, and the one before it."""
    problem = seq_envs.make_problem("SeqEcho-v0", length=3, n_values=2, lag=0, encoding="discrete")
    env = FramesVecEnv(make_vec_env(problem, 1, seed=0), Frames(problem, 2, clock=True))
    features = [env.reset()]
    for _ in range(3):
        observations, _, dones, infos = env.step(np.zeros(1, int))
        features.append(observations)
    assert dones[0]
    last = infos[0]["terminal_observation"]
    assert np.array_equal(last[:2], features[2][0, 2:4]), "the last observation has moved up"
    assert last[2:4].tolist() == np.eye(2)[problem.code.blank].tolist()
    assert last[4:].tolist() == [0, 0, 1], "the clock stays at its end"


class Recorder:
    """A policy that records its inputs. Its state counts the steps."""

    def __init__(self, problem: seq_envs.Problem) -> None:
        self.problem = problem
        self.features: list[Any] = []

    def initial_state(self, batch_size: int) -> int:
        self.features.append([])
        return 0

    def act(self, observations: Any, state: int) -> tuple[Any, int]:
        assert state == len(self.features[-1])
        self.features[-1].append(observations.copy())
        space = self.problem.action_space
        return np.zeros((len(observations), *space.shape), space.dtype), state + 1


@pytest.mark.parametrize("clock", [True, False])
@pytest.mark.parametrize(("id", "choice"), CASES, ids=name)
def test_a_policy_gets_what_the_vec_env_returns(id: Any, choice: dict[str, Any], clock: bool) -> None:
    problem = seq_envs.make_problem(id, **choice)
    recorder = Recorder(problem)
    policy = FramesPolicy(recorder, Frames(problem, 3, clock=clock))
    data = seq_envs.sample(problem, 6, 2)
    for first in (0, 3):  # Two batches of episodes; the second starts from a new state.
        state = policy.initial_state(3)
        for step in range(problem.steps):
            answers, state = policy.act(data.observations[first : first + 3, step], state)
            assert answers.shape == (3, *problem.action_space.shape)
    expected = by_hand(problem, 3, clock, 2, 6)
    env = FramesVecEnv(make_vec_env(problem, 1), Frames(problem, 3, clock=clock))
    env.seed(2)
    observations = env.reset()
    for number, episode in enumerate(expected):
        batch, lane = divmod(number, 3)
        for step, features in enumerate(episode):
            assert np.array_equal(recorder.features[batch][step][lane], features)
            assert np.array_equal(observations[0], features)
            observations, _, _, _ = env.step(np.zeros((1, *problem.action_space.shape), problem.action_space.dtype))


def test_evaluation_through_frames() -> None:
    """A policy that reads the previous observation from its window answers everything right."""
    problem = seq_envs.make_problem("SeqEcho-v0", length=5, n_values=4)

    class ReadsTheWindow:
        def initial_state(self, batch_size: int) -> None:
            return None

        def act(self, observations: Any, state: None) -> tuple[Any, None]:
            return observations[:, :4].argmax(-1), None

    policy = FramesPolicy(ReadsTheWindow(), Frames(problem, 2, clock=False))
    assert seq_envs.evaluate(policy, problem, 50).accuracy == 1.0
