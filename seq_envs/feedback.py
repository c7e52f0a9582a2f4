"""Feedback: the previous action and the previous reward of an agent as parts of its observation.

With the option `feedback=("action", "reward")` an observation is a dict, and its space a `Dict`, of

- `observation`: the observation of the problem, as without the option.
- `action`: the previous action. `Discrete(n)` becomes `Discrete(n+1)`, whose last symbol stands for no action; likewise
  each place of a `MultiDiscrete`. Of a `Box`, zeros stand for no action.
- `reward`: the previous reward, Box(0, 1, (1,), float32), or Box(0, T, (1,), float32) with `pay="at_end"`; zero if
  there is none.

At the first step of an episode there is no previous action and no reward. The observation after the last step, which a
learner may bootstrap from, has those of the last step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import Array
from seq_envs.env_options import EnvOptions
from seq_envs.problem import Problem


class FeedbackInputs:
    """The feedback that options choose, in one env or in many lanes.

    Args:
        problem: the problem.
        options: with at least one name in `feedback`.
    """

    def __init__(self, problem: Problem, options: EnvOptions) -> None:
        self._problem = problem
        self._action, self._reward = ("action" in options.feedback, "reward" in options.feedback)
        self._pays_at_end = options.pays_at_end
        self.no_action: Any = _no_action(problem.action_space)
        """(*action_space.shape): what stands for no previous action."""

    @property
    def space(self) -> spaces.Dict:
        """The space of one observation: a new one each time."""
        parts: dict[str, spaces.Space[Any]] = {"observation": self._problem.observation_space}
        if self._action:
            parts["action"] = _with_none(self._problem.action_space)
        if self._reward:
            most = self._problem.steps if self._pays_at_end else 1
            parts["reward"] = spaces.Box(0.0, float(most), (1,), np.float32)
        return spaces.Dict(parts)

    def join(self, observations: Any, actions: Any, rewards: Any) -> dict[str, Any]:
        """Observations with what came before them.

        Args:
            observations: (..., *observation shape) of the problem.
            actions: (..., *action shape), the previous actions.
            rewards: (...), the previous rewards.

        Returns:
            A dict of the parts that are chosen. It shares no memory with actions and rewards.
        """
        joined = {"observation": observations}
        if self._action:
            joined["action"] = np.array(actions, self.no_action.dtype)[
                ()
            ]  # A number in place of an array without axes.
        if self._reward:
            joined["reward"] = np.array(rewards, np.float32)[..., None]
        return joined

    def of_right_answers(self, observations: Array, targets: Array, scored: Array, lengths: Array) -> dict[str, Any]:
        """The observations of B whole episodes of an agent that gives every right answer, and 0 where none counts.

        Args:
            observations, targets, scored, lengths: as of a `seq_envs.Dataset`, without feedback.
        """
        batch, steps = scored.shape
        scored = scored & (np.arange(steps) < lengths[:, None] - 1)
        given = np.zeros((batch, steps, *self.no_action.shape), self.no_action.dtype)
        actions, rewards = given.copy(), np.zeros((batch, steps))
        given[scored] = targets[scored]
        actions[:, 0] = self.no_action
        actions[:, 1:] = given[:, :-1]
        actions[np.arange(steps) >= lengths[:, None]] = self.no_action
        if not self._pays_at_end:
            rewards[:, 1:] = scored[:, :-1]
        return self.join(observations, actions, rewards)


class LaneFeedback(FeedbackInputs):
    """The feedback of the lanes of a vector env, and their latest actions and rewards."""

    def __init__(self, problem: Problem, options: EnvOptions, lanes: int) -> None:
        super().__init__(problem, options)
        self._actions = np.empty((lanes, *self.no_action.shape), self.no_action.dtype)
        self._rewards = np.empty(lanes)
        self.clear(slice(None))

    def clear(self, lanes: Any) -> None:
        """Forget the actions and rewards of these lanes, (lanes,) bool, for a new episode."""
        self._actions[lanes] = self.no_action
        self._rewards[lanes] = 0.0

    def record(self, actions: Array, rewards: Array, waiting: Array | None) -> None:
        """Keep the actions (lanes, ...) and rewards (lanes,) of a step; those of `waiting` lanes (lanes,) are none."""
        self._actions[:] = actions
        self._rewards[:] = rewards
        if waiting is not None:
            self.clear(waiting)

    def of_lanes(self, observations: Array) -> dict[str, Any]:
        """Observations (lanes, ...) with the latest actions and rewards."""
        return self.join(observations, self._actions, self._rewards)


def without_feedback(observations: Any) -> Any:
    """The observations of the problem, from those of an env with feedback or without."""
    return observations["observation"] if isinstance(observations, dict) else observations


def _with_none(space: spaces.Space[Any]) -> spaces.Space[Any]:
    """The space of the previous action: that of actions, with a value for none."""
    if isinstance(space, spaces.Discrete):
        return spaces.Discrete(int(space.n) + 1)
    if isinstance(space, spaces.MultiDiscrete):
        return spaces.MultiDiscrete(space.nvec + 1)
    assert isinstance(space, spaces.Box)
    return spaces.Box(np.minimum(space.low, 0), np.maximum(space.high, 0), dtype=space.dtype.type)


def _no_action(space: spaces.Space[Any]) -> Array:
    """(*space.shape): the value of `_with_none(space)` for no action."""
    if isinstance(space, spaces.Discrete):
        return np.array(space.n, np.int64)
    if isinstance(space, spaces.MultiDiscrete):
        return np.array(space.nvec, np.int64)
    return np.zeros(space.shape or (), space.dtype)
