"""Ways of playing a policy that give away how it keeps its state."""

from __future__ import annotations

from typing import Any

import seq_envs
from seq_envs.encodings import Array
from seq_envs.policies import Policy


class OneByOne:
    """Plays every episode in a batch of one."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def initial_state(self, batch_size: int) -> list[Any]:
        return [self._policy.initial_state(1) for _ in range(batch_size)]

    def act(self, observations: Array, state: list[Any]) -> tuple[Any, list[Any]]:
        answered = [self._policy.act(observations[lane : lane + 1], one) for lane, one in enumerate(state)]
        return [answers[0] for answers, _ in answered], [after for _, after in answered]


class Disturbed:
    """Plays a second game between the steps of the first, with the same observations in another order.

    The answers to the first are the same, unless the policy keeps a state of its own.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def initial_state(self, batch_size: int) -> tuple[Any, Any]:
        return self._policy.initial_state(batch_size), self._policy.initial_state(batch_size)

    def act(self, observations: Array, state: tuple[Any, Any]) -> tuple[Array, tuple[Any, Any]]:
        one, other = state
        _, other = self._policy.act(observations[::-1].copy(), other)
        answers, one = self._policy.act(observations, one)
        return answers, (one, other)


def leave_unfinished(policy: Policy, problem: seq_envs.Problem, batch_size: int) -> None:
    """Begin episodes, and leave them after the first step."""
    observations = seq_envs.sample(problem, batch_size).observations[:, 0]
    policy.act(observations, policy.initial_state(batch_size))
