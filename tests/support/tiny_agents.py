"""Agents with settings for a training of a moment, and comparisons of their states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from seq_agents.agents import AGENTS, make_learner
from seq_agents.learners.learner import Learner

import seq_envs

LEARNING = [name for name in AGENTS if name not in ("random", "memoryless", "optimal")]
"""The agents that learn."""
BY_SB3 = ["recurrent-ppo", "recurrent-ppo-stock", "ppo", "ppo-stack"]
BY_EXAMPLE = ["lstm", "gru", "bilstm", "encoder-decoder", "mlp", "window-mlp"]
UPDATES = 4


def taken_by(agent: str) -> seq_envs.Problem:
    """A small problem that the agent takes."""
    if agent == "encoder-decoder":
        return seq_envs.make_problem("SeqCopy-v0", length=2, n_values=3)
    return seq_envs.make_problem("SeqEcho-v0", length=4, n_values=3)


def settings(agent: str, problem: seq_envs.Problem, updates: int = UPDATES, **others: Any) -> dict[str, Any]:
    """Settings for this many updates of two or three episodes each."""
    if agent in BY_SB3:
        common = {"lanes": 2, "episodes": 1, "minibatches": 2, "epochs": 2, "hidden": 4}
        return {"steps": updates * 2 * problem.steps, **common, **others}
    return {"updates": updates, "batch": 3, "hidden": 4, **others} if agent in LEARNING else {}


def tiny(agent: str, problem: seq_envs.Problem | None = None, seed: int = 0, **others: Any) -> Learner:
    problem = problem or taken_by(agent)
    return make_learner(agent, problem, seed, settings(agent, problem, **others))


def kept(learner: Learner) -> dict[str, torch.Tensor]:
    """A copy of the state, which later learning does not change."""
    return {name: tensor.clone() for name, tensor in learner.state().items()}


def same(first: Mapping[str, torch.Tensor], other: Mapping[str, torch.Tensor]) -> bool:
    """Whether two states are equal, bit for bit."""
    return first.keys() == other.keys() and all(torch.equal(tensor, other[name]) for name, tensor in first.items())


def weights(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: tensor for name, tensor in state.items() if name.startswith("network.")}
