"""Training functions by name: the agents of this package, and somebody's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from operator import attrgetter
from typing import Any

import seq_envs
from seq_agents.agents import AGENTS, Agent, agent_type
from seq_agents.errors import reason
from seq_agents.ladder.climb import Train
from seq_agents.ladder.counted_envs import MakeEnvs
from seq_envs.policies import Policy

_STEPS = 16
"""Of each lane between two updates of PPO, as many whole episodes as that."""
_MOST = 32
"""Episodes of an update at most: with more of the short ones, copy 3 is given up too early."""


def _ppo(problem: seq_envs.Problem, budget: int) -> dict[str, Any]:
    """More and smaller updates than the defaults.

    At a rate of 0.01 one seed of six learned nothing in episodes of different lengths; with less entropy copy 3 is
    given up too early.
    """
    chosen = {"lanes": 32, "minibatches": 2, "epochs": 4, "learning_rate": 0.005, "entropy": 0.05}
    return chosen | {"steps": budget, "episodes": max(1, _STEPS // problem.steps)}


def _updates(steps: int, least: int) -> Callable[[seq_envs.Problem, int], dict[str, Any]]:
    """Updates of about so many time steps, and of at least so many episodes."""

    def settings(problem: seq_envs.Problem, budget: int) -> dict[str, Any]:
        batch = min(max(least, steps // problem.steps), _MOST)
        return {"learning_rate": 0.01, "batch": batch, "updates": max(1, budget // (batch * problem.steps))}

    return settings


_BY_RULE: Mapping[str, Callable[[seq_envs.Problem, int], dict[str, Any]]] = {
    "recurrent-ppo": _ppo,
    "recurrent-ppo-stock": _ppo,
    "ppo": _ppo,
    "supervised": _updates(128, 4),
    # Rewards are noisier than right answers, so more of them to an update; but no more episodes than that where these
    # are long, for want of updates: with 4 the relay over two rollouts is not learned.
    "reinforce": _updates(256, 2),
}
_REMEMBERING = {"forget_bias": 1.0}
"""A forget gate that begins well open: rungs ask for memory over `rollout` steps after a short training."""
_BY_CORE: Mapping[str, Mapping[str, Any]] = {
    "lstm": _REMEMBERING,
    "encoder-decoder": _REMEMBERING,
    # It reads every prefix anew: with 64 units it takes three times as long.
    "bilstm": _REMEMBERING | {"hidden": 16},
}


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
        chosen = kind.of(_settings_for(AGENTS[agent], make_envs.problem, budget) | given)
        learner = agent_type(agent)(make_envs.problem, chosen, make_envs.seed)
        learner.learn()
        return learner.policy()

    return train


def _settings_for(agent: Agent, problem: seq_envs.Problem, budget: int) -> dict[str, Any]:
    """Settings with which an agent learns for about `budget` time steps."""
    by_rule = _BY_RULE[agent.rule](problem, budget) if agent.rule in _BY_RULE else {}
    return {**by_rule, **_BY_CORE.get(agent.core, {})}


def _own(name: str) -> Train:
    module, _, path = name.partition(":")
    try:
        train: Train = attrgetter(path)(import_module(module))
    except (Exception, SystemExit) as wrong:  # Whatever a module may raise while it is imported.
        raise ValueError(f"agent {name!r} cannot be imported: {reason(wrong)}") from wrong
    if not callable(train):
        raise ValueError(f"agent {name!r} must be called as train(make_envs, budget), got {train!r}")
    return train
