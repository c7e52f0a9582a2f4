"""How a policy is judged beside the answers in training, and after several tries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from seq_agents.ladder import MakeEnvs, climb

import seq_envs

ROLLOUT = 32


@pytest.mark.parametrize(
    ("rung", "random_share", "passed"),
    [
        ("lag 1 within a minibatch", 0.0, False),
        ("independence of lanes", 0.0, False),
        ("independence of lanes", 0.5, True),
        ("independence of lanes", 1.0, True),
    ],
)
def test_guesses_while_learning_are_found(rung: str, random_share: float, passed: bool) -> None:
    """A policy without memory is right as often as by guessing; one that explores, more rarely."""

    def train(make_envs: MakeEnvs, budget: int) -> Any:
        envs, rng = make_envs(32), np.random.default_rng(make_envs.seed)
        envs.reset(seed=make_envs.seed)
        for _ in range(budget // 32):
            answers = np.ones(32, np.int64)
            envs.step(np.where(rng.random(32) < random_share, rng.integers(3, size=32), answers))
        return seq_envs.policies.optimal(make_envs.problem)

    climbed = climb(train, only=rung, tries=1)
    assert climbed.passed == passed
    assert passed or "in training were right, as by guessing" in climbed.results[0].note


@pytest.mark.parametrize("improves", [True, False])
def test_an_agent_that_learns_slowly_is_told_so(improves: bool) -> None:
    class Half:
        """It answers right in every second lane, and remembers nothing in the others."""

        def __init__(self, problem: seq_envs.Problem) -> None:
            self.right, self.wrong = seq_envs.policies.optimal(problem), seq_envs.policies.memoryless(problem)

        def initial_state(self, batch: int) -> Any:
            return self.right.initial_state(batch), self.wrong.initial_state(batch)

        def act(self, observations: Any, state: Any) -> Any:
            first, second = self.right.act(observations, state[0]), self.wrong.act(observations, state[1])
            return np.where(np.arange(len(observations)) % 2, first[0], second[0]), (first[1], second[1])

    tries: list[int] = []

    def train(make_envs: MakeEnvs, budget: int) -> Any:
        tries.append(budget)
        return (Half if improves and len(tries) == 2 else seq_envs.policies.memoryless)(make_envs.problem)

    climbed = climb(train, ROLLOUT, only="memory over 20 steps")
    assert ("the agent may only learn slowly" in climbed.results[0].note) == improves, climbed
