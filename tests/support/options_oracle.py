"""The options of an env in plain Python: a wrapper around an env without options, which grades as ever."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

import seq_envs


class OptionsOracle(gymnasium.Wrapper[Any, Any, Any, Any]):
    """What `SequenceEnv(problem, pay=..., feedback=..., max_episode_steps=...)` must do."""

    def __init__(
        self,
        problem: seq_envs.Problem,
        pay: str = "each_step",
        feedback: tuple[str, ...] = (),
        max_episode_steps: int | None = None,
        reveal: bool = False,
    ) -> None:
        super().__init__(seq_envs.SequenceEnv(problem, reveal=reveal))
        self.pay, self.feedback, self.limit = pay, feedback, max_episode_steps
        self.steps, self.total = 0, 0.0
        if feedback:
            most = problem.steps if pay == "at_end" else 1
            parts = {
                "action": previous_action_space(problem.action_space),
                "reward": spaces.Box(0.0, float(most), (1,), np.float32),
            }
            self.observation_space = spaces.Dict(
                {"observation": problem.observation_space, **{name: parts[name] for name in feedback}}
            )

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        observation, info = self.env.reset(seed=seed, options=options)
        self.steps, self.total = 0, 0.0
        return self.with_feedback(observation, None, 0.0), info

    def step(self, action: Any) -> Any:
        observation, reward, terminated, _, info = self.env.step(action)
        self.steps += 1
        self.total += reward
        if self.pay == "at_end":
            reward = self.total if terminated else 0.0
        truncated = self.limit is not None and self.steps >= self.limit
        return self.with_feedback(observation, action, reward), reward, terminated, truncated, info

    def with_feedback(self, observation: Any, action: Any, reward: float) -> Any:
        if not self.feedback:
            return observation
        parts = {"action": shown_action(self.env.action_space, action), "reward": np.array([reward], np.float32)}
        return {"observation": observation, **{name: parts[name] for name in self.feedback}}


def previous_action_space(space: Any) -> Any:
    if isinstance(space, spaces.Discrete):
        return spaces.Discrete(space.n + 1)
    return spaces.MultiDiscrete(space.nvec + 1) if isinstance(space, spaces.MultiDiscrete) else space


def shown_action(space: Any, action: Any) -> Any:
    """The previous action; None: there is none."""
    if isinstance(space, spaces.Discrete):
        return np.int64(space.n if action is None else action)
    if isinstance(space, spaces.MultiDiscrete):
        return np.array(space.nvec if action is None else action, np.int64)
    return np.zeros(space.shape, space.dtype) if action is None else np.array(action, space.dtype)
