"""Memory as input: what a network without memory of its own is shown of an episode."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper
from stable_baselines3.common.vec_env.base_vec_env import VecEnvObs, VecEnvStepReturn

import seq_envs
from seq_envs.encodings import Array
from seq_envs.policies import Policy

State = tuple[Array, Array]
"""The latest frames (lanes, frames, size), and the clock (lanes,) of the next step."""


class Frames:
    """The latest observations side by side, zeros before the first, and the clock as a one-hot vector if wanted."""

    def __init__(self, problem: seq_envs.Problem, frames: int, *, clock: bool) -> None:
        seen = problem.observation_space
        self._symbols = int(seen.n) if isinstance(seen, spaces.Discrete) else 0
        self._size = self._symbols or int(np.prod(seen.shape or ()))
        self._frames = frames
        self._clock = problem.steps if clock else 0
        self.space = spaces.Box(0.0, 1.0, (frames * self._size + self._clock,), np.float32)

    def begin(self, lanes: int) -> State:
        """The state before the first step."""
        return np.zeros((lanes, self._frames, self._size), np.float32), np.zeros(lanes, np.int64)

    def look(self, observations: Array, state: State) -> tuple[Array, State]:
        """observations (lanes, *observation shape) to what is shown (lanes, features), and the next state."""
        frames, step = state
        flat = _one_hot(observations, self._symbols) if self._symbols else observations
        frames = np.concatenate([frames[:, 1:], flat.reshape(len(frames), 1, self._size)], axis=1)
        shown = frames.reshape(len(frames), -1).copy()  # The caller's own.
        if self._clock:
            now = _one_hot(np.minimum(step, self._clock - 1), self._clock)
            shown = np.concatenate([shown, now], axis=1)
        return shown, (frames, step + 1)


def _one_hot(numbers: Array, size: int) -> Array:
    """numbers (lanes,) to (lanes, size)."""
    vectors = np.zeros((len(numbers), size), np.float32)
    vectors[np.arange(len(numbers)), numbers] = 1.0
    return vectors


class FramesVecEnv(VecEnvWrapper):
    """A VecEnv whose observations are frames."""

    def __init__(self, venv: VecEnv, frames: Frames) -> None:
        super().__init__(venv, observation_space=frames.space)
        self._frames = frames
        self._state = frames.begin(self.num_envs)

    def reset(self) -> VecEnvObs:
        shown, self._state = self._frames.look(_array(self.venv.reset()), self._frames.begin(self.num_envs))
        return shown

    def step_wait(self) -> VecEnvStepReturn:
        observations, rewards, dones, infos = self.venv.step_wait()
        if dones.any():
            ends = [
                info.get("terminal_observation", seen) for info, seen in zip(infos, _array(observations), strict=True)
            ]
            last, _ = self._frames.look(np.stack(ends), self._state)
            for lane in np.flatnonzero(dones):
                infos[lane]["terminal_observation"] = last[lane]
            for kept, fresh in zip(self._state, self._frames.begin(self.num_envs), strict=True):
                kept[dones] = fresh[dones]
        shown, self._state = self._frames.look(_array(observations), self._state)
        return shown, rewards, dones, infos


def _array(observations: VecEnvObs) -> Array:
    assert isinstance(observations, np.ndarray)
    return observations


class FramesPolicy:
    """A policy on frames as a policy on observations."""

    def __init__(self, policy: Policy, frames: Frames) -> None:
        self._policy = policy
        self._frames = frames

    def initial_state(self, batch_size: int) -> Any:
        return self._policy.initial_state(batch_size), self._frames.begin(batch_size)

    def act(self, observations: Array, state: Any) -> tuple[Array, Any]:
        inner, seen = state
        shown, seen = self._frames.look(observations, seen)
        answers, inner = self._policy.act(shown, inner)
        return answers, (inner, seen)
