"""A sound PPO climbs to the top with and without a discount, and each fault planted in it is found and named."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from home_made_ppo import FAULTS, HomeMadePPO
from home_made_ppo.advantages import advantages
from home_made_ppo.faults import SILENT
from home_made_ppo.network import Network, begun
from seq_agents.ladder import climb, rungs

torch.set_num_threads(1)
CHEAP = (
    "loss with the wrong sign", "NextStep as SameStep", "state after the padding", "states stored one step late",
    "statistics over the rollout", "truncation taken for termination", "no value after the rollout",
)  # fmt: skip
"""Faults that are found in seconds, each by another part of the ladder."""


GAMMA = {"gradient cut": 0.0}
"""The discount of agents with a fault, if not 0.99. With that, one in five with a gradient cut learns all the same."""


def found(name: str, **settings: Any) -> Any:
    fault = FAULTS[name]
    agent = HomeMadePPO(name, GAMMA.get(name, 0.99), hooks=fault.hooks, **dict(fault.env))
    return climb(agent, agent.rollout, credit=fault.credit, **settings)


def assert_found(name: str, climbed: Any) -> None:
    assert climbed.broken_at is not None, climbed
    assert climbed.broken_at.name in FAULTS[name].rungs, climbed
    assert FAULTS[name].cause in climbed.broken_at.means, climbed


@pytest.mark.slow
@pytest.mark.parametrize("name", CHEAP)
def test_a_fault_is_found_and_named(name: str) -> None:
    assert_found(name, found(name, only=FAULTS[name].first, tries=1))


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_at_no_rung_below(name: str) -> None:
    assert_found(name, found(name))


@pytest.mark.slow
@pytest.mark.parametrize("autoreset", ["SameStep", "NextStep"])
def test_a_sound_agent_with_a_discount_learns_what_it_could_not(autoreset: str) -> None:
    for rung in ("lag 0", "step between two episodes"):
        assert climb(HomeMadePPO(autoreset=autoreset, hooks=True), 24, only=rung).passed


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.parametrize("autoreset", ["SameStep", "NextStep"])
@pytest.mark.parametrize("gamma", [0.0, 0.99])
@pytest.mark.parametrize("hooks", [False, True])
def test_a_sound_agent_climbs_to_the_top(gamma: float, autoreset: str, hooks: bool) -> None:
    credit = gamma > 0.0
    climbed = climb(HomeMadePPO(gamma=gamma, autoreset=autoreset, hooks=hooks), 24, credit=credit)
    assert climbed.passed, climbed
    assert len(climbed.results) == len(rungs(24, credit=credit)) + 1


def test_advantages_by_hand() -> None:
    """Two steps of one episode, then one of the next: half of each later difference counts."""
    rewards, values = torch.tensor([[1.0], [0.0], [2.0]]), torch.tensor([[0.5], [1.0], [0.0]])
    over = torch.tensor([[False], [True], [False]])
    found = advantages(rewards, values, over, torch.tensor([4.0]), 0.5, 1.0)
    assert found[:, 0].tolist() == [0.5, -1.0, 4.0]
    for fault in SILENT:
        assert advantages(rewards, values, over, torch.tensor([4.0]), 0.5, 1.0, fault)[:, 0].tolist() != [
            0.5,
            -1.0,
            4.0,
        ]


def test_it_reads_a_rollout_as_it_acts() -> None:
    network = Network(4, 3, 8)
    observations, starts = torch.rand(24, 5, 4), torch.rand(24, 5) < 0.2
    state = torch.rand(5, 8), torch.rand(5, 8)
    read, _ = network.read(observations, starts, state)
    for observation, start, hidden in zip(observations, starts, read, strict=True):
        state = network.step(observation, begun(state, start))
        torch.testing.assert_close(state[0], hidden)
