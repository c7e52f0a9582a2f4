"""The networks that PPO and RecurrentPPO train."""

from __future__ import annotations

from typing import Any

import pytest
from sb3_contrib.common.recurrent.policies import RecurrentActorCriticPolicy
from seq_agents.agents import make_learner
from seq_agents.sb3.core_policy import CorePolicy
from tiny_agents import tiny

import seq_envs

NEXT = seq_envs.SeqNext(length=4)


@pytest.mark.parametrize(
    ("agent", "problem", "settings", "policy"),
    [
        ("recurrent-ppo-stock", seq_envs.SeqEcho(), {}, RecurrentActorCriticPolicy),
        ("recurrent-ppo-stock", NEXT, {"bins": 0}, RecurrentActorCriticPolicy),
        ("recurrent-ppo-stock", NEXT, {"bins": 9}, CorePolicy),
        ("recurrent-ppo-stock-gru", seq_envs.SeqEcho(), {}, CorePolicy),
        ("recurrent-ppo-stock", seq_envs.SeqBinaryAdd(encoding="discrete"), {}, RecurrentActorCriticPolicy),
    ],
)
def test_stock_recurrent_ppo_has_the_policy_of_sb3_contrib_if_it_can(
    agent: str, problem: seq_envs.Problem, settings: dict[str, Any], policy: type
) -> None:
    learner: Any = make_learner(agent, problem, 0, {"lanes": 2, "hidden": 4, **settings})
    assert type(learner.model.policy) is policy


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("agent", ["ppo", "recurrent-ppo", "recurrent-ppo-stock"])
def test_a_frozen_memory_does_not_learn(agent: str, frozen: bool) -> None:
    learner = tiny(agent, frozen=frozen)
    found = learner.network_and_core()
    assert found is not None
    _, parts = found
    assert {weights.requires_grad for part in parts for weights in part.parameters()} == {not frozen}
