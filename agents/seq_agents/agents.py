"""The menu of agents: every name and its learner, one line each; and their tuned settings."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

import seq_envs
from seq_agents.learner import Learner
from seq_agents.ppo import FastRecurrentPpoLearner, MlpPpoLearner, StackPpoLearner, StockRecurrentPpoLearner
from seq_agents.reference import MemorylessPlayer, OptimalPlayer, RandomPlayer
from seq_agents.reinforce import Reinforce
from seq_agents.settings import Settings
from seq_agents.supervised import (
    SupervisedBidirectionalLstm,
    SupervisedEncoderDecoder,
    SupervisedGru,
    SupervisedLstm,
    SupervisedMlp,
    SupervisedWindowMlp,
)

AGENTS: dict[str, type[Learner]] = {
    "recurrent-ppo": FastRecurrentPpoLearner,
    "recurrent-ppo-stock": StockRecurrentPpoLearner,
    "ppo": MlpPpoLearner,
    "ppo-stack": StackPpoLearner,
    "reinforce": Reinforce,
    "lstm": SupervisedLstm,
    "gru": SupervisedGru,
    "bilstm": SupervisedBidirectionalLstm,
    "encoder-decoder": SupervisedEncoderDecoder,
    "mlp": SupervisedMlp,
    "window-mlp": SupervisedWindowMlp,
    "random": RandomPlayer,
    "memoryless": MemorylessPlayer,
    "optimal": OptimalPlayer,
}


def agent_type(name: str) -> type[Learner]:
    """The learner of an agent.

    Raises:
        ValueError: there is no such agent; the message has the nearest names.
    """
    if name not in AGENTS:
        near = difflib.get_close_matches(name, AGENTS, n=2)
        hint = f" (did you mean {' or '.join(map(repr, near))}?)" if near else ""
        raise ValueError(f"agent must be one of {', '.join(AGENTS)}, got {name!r}{hint}")
    return AGENTS[name]


@cache
def _tuned() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """Agent to id to settings, as in tuned.yaml."""
    tuned: Mapping[str, Mapping[str, Mapping[str, Any]]] = yaml.safe_load(
        files("seq_agents").joinpath("tuned.yaml").read_text(encoding="utf-8")
    )
    return tuned


def settings_of(agent: str, id: str, given: Mapping[str, Any] | None = None) -> Settings:
    """The settings of an agent on an id: those given, else the tuned ones, else the agent's defaults.

    Raises:
        ValueError: for an unknown agent or setting, or a wrong value.
    """
    tuned = _tuned().get(agent, {}).get(id, {})
    return agent_type(agent).settings_type.of({**tuned, **(given or {})})


def make_learner(
    agent: str,
    id_or_problem: str | seq_envs.Problem,
    seed: int = 0,
    settings: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> Learner:
    """An agent about to learn a problem.

    Args:
        agent: a name of `AGENTS`.
        id_or_problem, parameters: as for `seq_envs.make_problem`. The settings tuned for an id come with the id.
        seed: of the weights, the episodes and the noise: 0 ... 2**32 - 1.
        settings: in place of the tuned ones.

    Raises:
        ValueError: for an unknown agent, setting, parameter or a wrong value; or the agent does not take the problem.
    """
    id = id_or_problem if isinstance(id_or_problem, str) else ""
    problem = seq_envs.make_problem(id_or_problem, **parameters)
    return agent_type(agent)(problem, settings_of(agent, id, settings), seed)
