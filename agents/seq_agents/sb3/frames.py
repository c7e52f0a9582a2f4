"""Stacked observations: the latest ones side by side, as the input of a network without memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper
from stable_baselines3.common.vec_env.base_vec_env import VecEnvObs, VecEnvStepReturn
from torch import Tensor, nn

import seq_envs
from seq_agents.cores.core import Activity
from seq_agents.networks.reader import Reader
from seq_agents.networks.view import NetworkView, Reading
from seq_envs.encodings import Array
from seq_envs.policies import Policy

FramesState = tuple[Array, Array]
"""The latest observations (lanes, frames, size), and the time step (lanes,) of the next observation."""


class Frames:
    """Turns each observation into the latest `frames` observations side by side.

    Each observation is read by a `Reader`: Discrete ones become one-hot vectors. Zeros stand for observations before
    the start of the episode.

    Args:
        problem: the problem that makes the observations.
        frames: the number of observations.
        clock: whether to append a one-hot vector of the time step.
        bins: the bins of real answers, see `Reader`; 0: none.

    Attributes:
        space: the space of the result, Box(0, 1, (frames * size + steps with the clock,), float32).
    """

    def __init__(self, problem: seq_envs.Problem, frames: int, *, clock: bool, bins: int = 0) -> None:
        self._reader = Reader(problem, bins)
        self._size = self._reader.size
        self._frames = frames
        self._clock = problem.steps if clock else 0
        self.space = spaces.Box(0.0, 1.0, (frames * self._size + self._clock,), np.float32)

    @property
    def reader(self) -> Reader:
        """Reads one observation."""
        return self._reader

    def windows(self, features: Tensor) -> Tensor:
        """(B, T, frames, size): the latest features at each time step, the oldest first, of features (B, T, size)."""
        padded = nn.functional.pad(features, (0, 0, self._frames - 1, 0))
        return padded.unfold(1, self._frames, 1).transpose(2, 3)

    def stack_episodes(self, features: Tensor) -> Tensor:
        """The inputs (B, T, features) of the network in whole episodes, whose observations have features (B, T, size).

        It agrees with `stack`, step by step.
        """
        stacked = self.windows(features).flatten(2)
        if not self._clock:
            return stacked
        now = torch.arange(features.shape[1], device=features.device).clamp(max=self._clock - 1)
        clock = nn.functional.one_hot(now, self._clock).to(stacked).expand(len(stacked), -1, -1)
        return torch.cat([stacked, clock], dim=2)

    def initial_state(self, lanes: int) -> FramesState:
        """The state before the first observation."""
        return np.zeros((lanes, self._frames, self._size), np.float32), np.zeros(lanes, np.int64)

    def stack(self, observations: Array, state: FramesState) -> tuple[Array, FramesState]:
        """From observations (lanes, *observation shape): features (lanes, features) float32, and the next state."""
        frames, step = state
        read = self._reader(torch.as_tensor(observations)[:, None]).numpy()
        frames = np.concatenate([frames[:, 1:], read], axis=1)
        features = frames.reshape(len(frames), -1).copy()  # A copy, since the caller may change it.
        if self._clock:
            now = _one_hot(np.minimum(step, self._clock - 1), self._clock)
            features = np.concatenate([features, now], axis=1)
        return features, (frames, step + 1)


def _one_hot(numbers: Array, size: int) -> Array:
    """numbers (lanes,) to (lanes, size)."""
    vectors = np.zeros((len(numbers), size), np.float32)
    vectors[np.arange(len(numbers)), numbers] = 1.0
    return vectors


class FramesVecEnv(VecEnvWrapper):
    """A `VecEnv` whose observations are stacked by `Frames`."""

    def __init__(self, venv: VecEnv, frames: Frames) -> None:
        super().__init__(venv, observation_space=frames.space)
        self._frames = frames
        self._state = frames.initial_state(self.num_envs)

    def reset(self) -> VecEnvObs:
        start = self._frames.initial_state(self.num_envs)
        features, self._state = self._frames.stack(_array(self.venv.reset()), start)
        return features

    def step_wait(self) -> VecEnvStepReturn:
        observations, rewards, dones, infos = self.venv.step_wait()
        if dones.any():
            last = [
                info.get("terminal_observation", observation)
                for info, observation in zip(infos, _array(observations), strict=True)
            ]
            last_features, _ = self._frames.stack(np.stack(last), self._state)
            for lane in np.flatnonzero(dones):
                infos[lane]["terminal_observation"] = last_features[lane]
            for part, start in zip(self._state, self._frames.initial_state(self.num_envs), strict=True):
                part[dones] = start[dones]
        features, self._state = self._frames.stack(_array(observations), self._state)
        return features, rewards, dones, infos


def _array(observations: VecEnvObs) -> Array:
    assert isinstance(observations, np.ndarray)
    return observations


class FramesPolicy:
    """A policy on observations, made from a policy that expects them stacked by `Frames`."""

    def __init__(self, policy: Policy, frames: Frames) -> None:
        self._policy = policy
        self._frames = frames

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self._policy!r}>"

    def initial_state(self, batch_size: int) -> Any:
        return self._policy.initial_state(batch_size), self._frames.initial_state(batch_size)

    def act(self, observations: Array, state: Any) -> tuple[Array, Any]:
        policy_state, frames_state = state
        features, frames_state = self._frames.stack(observations, frames_state)
        answers, policy_state = self._policy.act(features, policy_state)
        return answers, (policy_state, frames_state)

    def network_view(self) -> NetworkView | None:
        """The network, to be looked at; None if that of the policy cannot be."""
        look = getattr(self._policy, "network_view", None)
        view = look() if callable(look) else None
        return None if view is None else _FramesView(view, self._frames)


class _FramesView(NetworkView):
    """A view of a network that reads stacked observations, as a function of the features of single ones."""

    def __init__(self, of_stacked: NetworkView, frames: Frames) -> None:
        self._of_stacked, self._frames = of_stacked, frames
        self.real = of_stacked.real

    @torch.no_grad()
    def features(self, observations: Array) -> Tensor:
        features: Tensor = self._frames.reader(torch.as_tensor(observations))
        return features

    def read(self, features: Tensor) -> Reading:
        return self._of_stacked.read(self._frames.stack_episodes(features))

    def choices(self, scores: Tensor) -> Tensor:
        return self._of_stacked.choices(scores)

    def answers(self, scores: Tensor) -> Array:
        return self._of_stacked.answers(scores)

    def states(self, features: Tensor, steps: Sequence[int]) -> Activity | None:
        return Activity({"window": self._frames.windows(features)[:, list(steps)].flatten(2)})
