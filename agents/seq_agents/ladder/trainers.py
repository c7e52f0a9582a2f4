"""Training functions by name: the agents of this package, and somebody's own."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from operator import attrgetter
from typing import Any

import seq_envs
from seq_agents.agents import agent_type
from seq_agents.errors import reason
from seq_agents.ladder.climb import Train
from seq_agents.ladder.counted_envs import MakeEnvs
from seq_agents.learners.ppo import PpoSettings
from seq_agents.learners.reinforce import ReinforceSettings
from seq_agents.learners.supervised import SupervisedBidirectionalLstm, SupervisedSettings
from seq_agents.settings import LstmSettings, Settings
from seq_envs.policies import Policy

_PPO = {"lanes": 32, "minibatches": 2, "epochs": 4, "learning_rate": 0.005, "entropy": 0.05}
"""More and smaller updates than the defaults. At a rate of 0.01 one seed of six learned nothing in episodes of
different lengths; with less entropy copy 3 is given up too early.
"""
_RATE = {"learning_rate": 0.01}
"""Of those who learn by example, and of REINFORCE."""
_BY_EXAMPLE = 128, 4
"""Time steps of an update, and episodes at least."""
_REINFORCE = 256, 2
"""Rewards are noisier than right answers, so more of them to an update; but no more episodes than that where these are
long, for want of updates: with 4 the relay over two rollouts is not learned.
"""
_MOST = 32
"""Episodes of an update at most: with more of the short ones, copy 3 is given up too early."""
_REMEMBERING = {"forget_bias": 1.0}
"""A forget gate that begins well open: rungs ask for memory over `rollout` steps after a short training."""
_SMALL = {"hidden": 16}
"""For a bidirectional LSTM, which reads every prefix anew: with 64 units it takes three times as long."""
_STEPS = 16
"""Of each lane between two updates of PPO, as many whole episodes as that."""


def trainer(agent: str, settings: Mapping[str, str] | None = None) -> Train:
    """The training function behind a name.

    Args:
        agent: one of `AGENTS`, trained with a few settings that suit tiny tasks; or "module:function", to be called as
            `climb` calls it.
        settings: of an agent, as texts, in place of those.

    Raises:
        ValueError: for an unknown agent or setting; or the function cannot be imported, or takes no settings.
    """
    if ":" in agent:
        if settings:
            raise ValueError(f"settings are for the agents of this package; {agent!r} takes none, got {dict(settings)}")
        return _own(agent)
    kind = agent_type(agent).settings_type
    given = kind.parsed(settings or {})
    kind.of(given)  # Refuses what is wrong before anything is trained.

    def train(make_envs: MakeEnvs, budget: int) -> Policy:
        small = _SMALL if issubclass(agent_type(agent), SupervisedBidirectionalLstm) else {}
        chosen = kind.of(_fitting(kind, make_envs.problem, budget) | small | given)
        learner = agent_type(agent)(make_envs.problem, chosen, make_envs.seed)
        learner.learn()
        return learner.policy()

    return train


def _fitting(kind: type[Settings], problem: seq_envs.Problem, budget: int) -> dict[str, Any]:
    """Settings with which an agent learns for about `budget` time steps."""
    fitting: dict[str, Any] = dict(_REMEMBERING) if issubclass(kind, LstmSettings) else {}
    if issubclass(kind, PpoSettings):
        return fitting | _PPO | {"steps": budget, "episodes": max(1, _STEPS // problem.steps)}
    if issubclass(kind, SupervisedSettings):
        steps, least = _REINFORCE if issubclass(kind, ReinforceSettings) else _BY_EXAMPLE
        batch = min(max(least, steps // problem.steps), _MOST)
        return fitting | _RATE | {"batch": batch, "updates": max(1, budget // (batch * problem.steps))}
    return fitting


def _own(name: str) -> Train:
    module, _, path = name.partition(":")
    try:
        train: Train = attrgetter(path)(import_module(module))
    except (Exception, SystemExit) as wrong:  # Whatever a module may raise while it is imported.
        raise ValueError(f"agent {name!r} cannot be imported: {reason(wrong)}") from wrong
    if not callable(train):
        raise ValueError(f"agent {name!r} must be called as train(make_envs, budget), got {train!r}")
    return train
