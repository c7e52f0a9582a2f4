"""Ways to run a policy that reveal how it keeps its state."""

from __future__ import annotations

from typing import Any

import seq_envs
from seq_envs.encodings import Array
from seq_envs.policies import Policy


class OneByOne:
    """Runs a policy on every episode separately, in batches of one."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def initial_state(self, batch_size: int) -> list[Any]:
        return [self._policy.initial_state(1) for _ in range(batch_size)]

    def act(self, observations: Array, state: list[Any]) -> tuple[Any, list[Any]]:
        results = [self._policy.act(observations[lane : lane + 1], lane_state) for lane, lane_state in enumerate(state)]
        return [answers[0] for answers, _ in results], [lane_state for _, lane_state in results]


class Interleaved:
    """Runs a policy on a second batch of episodes between the steps of the first.

    The second batch has the observations of the first in reverse order. The answers to the first batch stay the same,
    unless the policy keeps a state inside.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def initial_state(self, batch_size: int) -> tuple[Any, Any]:
        return self._policy.initial_state(batch_size), self._policy.initial_state(batch_size)

    def act(self, observations: Array, state: tuple[Any, Any]) -> tuple[Array, tuple[Any, Any]]:
        first, second = state
        _, second = self._policy.act(observations[::-1].copy(), second)
        answers, first = self._policy.act(observations, first)
        return answers, (first, second)


def leave_unfinished(policy: Policy, problem: seq_envs.Problem, batch_size: int) -> None:
    """Start episodes and abandon them after their first step."""
    observations = seq_envs.sample(problem, batch_size).observations[:, 0]
    policy.act(observations, policy.initial_state(batch_size))
