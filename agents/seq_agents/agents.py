"""The menu of agents: for every name its learning rule and its memory; and the settings tuned for some ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

import seq_envs
from seq_agents.learners import RULES, LearnsFrom, learner_type
from seq_agents.menu import unknown

if TYPE_CHECKING:
    from seq_agents.learners.learner import Learner
    from seq_agents.settings import Settings


@dataclass(frozen=True)
class Agent:
    """What an agent is. What it learns from is a fact about its rule."""

    rule: str
    """How it learns: a name of `seq_agents.learners.RULES`."""
    core: str
    """What remembers: a name of `seq_agents.cores.CORES` or `seq_agents.networks.NETWORKS`; "" if there is none."""
    about: str
    """One line about it."""

    @property
    def learns_from(self) -> LearnsFrom:
        """Rewards for its own answers, the right answers as examples, or nothing."""
        return RULES[self.rule].learns_from


_SHORT = {
    "recurrent-ppo": Agent("recurrent-ppo", "lstm", "RecurrentPPO that reads whole episodes"),
    "recurrent-ppo-stock": Agent(
        "recurrent-ppo-stock", "lstm", "sb3-contrib's RecurrentPPO as it is, on SB3's DummyVecEnv"
    ),
    "ppo": Agent("ppo", "none", "PPO without memory: a control"),
    "ppo-stack": Agent("ppo", "window", "PPO on the latest observations: its memory is its input"),
    "reinforce": Agent("reinforce", "lstm", "REINFORCE with the LSTM of `lstm`, without a critic"),
    "lstm": Agent("supervised", "lstm", "LSTM that learns from the right answers"),
    "gru": Agent("supervised", "gru", "GRU that learns from the right answers"),
    "bilstm": Agent("supervised", "bilstm", "bidirectional LSTM on the observations so far, from the right answers"),
    "encoder-decoder": Agent(
        "supervised", "encoder-decoder", "encoder-decoder LSTM, from the right answers, for SeqCopy"
    ),
    "mlp": Agent("supervised", "none", "network without memory, from the right answers: a control"),
    "window-mlp": Agent("supervised", "window", "network on the latest observations, from the right answers"),
    "random": Agent("random", "", "answers drawn uniformly"),
    "memoryless": Agent("memoryless", "", "the best answers from the current observation and the clock"),
    "optimal": Agent("optimal", "", "the best answers from everything seen so far"),
}
"""The agents that have a name of their own. Every other pair of a rule and a core is an agent too: "reinforce-gru"."""


class _Agents(Mapping[str, Agent]):
    """Agents by name. Iteration gives the short names; any "rule-core" can be looked up."""

    def __getitem__(self, name: str) -> Agent:
        if name in _SHORT:
            return _SHORT[name]
        return _pairs()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_SHORT)

    def __len__(self) -> int:
        return len(_SHORT)

    def about(self, name: str) -> str:
        """One line about an agent."""
        return self[name].about


AGENTS = _Agents()


@cache
def _pairs() -> Mapping[str, Agent]:
    """Every rule with every core it takes, as "rule-core"."""
    return {
        f"{name}-{core}": Agent(name, core, f"{name} with the core {core}")
        for name, rule in RULES.items()
        for core in rule.cores
    }


def canonical(name: str) -> str:
    """The shortest name of an agent: "lstm" for "supervised-lstm". Names of agents of other modules stay as they are.

    Raises:
        ValueError: there is no such agent; the message has the nearest names.
    """
    if ":" in name:
        return name
    if name not in AGENTS:
        raise unknown("agent", name, AGENTS)
    agent = AGENTS[name]
    return next(
        (short for short in AGENTS if (_SHORT[short].rule, _SHORT[short].core) == (agent.rule, agent.core)), name
    )


def with_core(name: str, core: str) -> str:
    """The agent with the rule of this one and another core.

    Raises:
        ValueError: there is no such agent, it has no core, or its rule does not take this one.
    """
    if ":" in name:
        raise ValueError(f"core is for the agents of this package; {name!r} brings its own memory, got {core!r}")
    rule = AGENTS[canonical(name)].rule
    learner_type(rule, core)
    return canonical(f"{rule}-{core}")


def agent_type(name: str) -> type[Learner]:
    """The learner of an agent.

    Args:
        name: of `AGENTS`; or "module:factory" for an agent of another module, see `seq_agents.learners.user_defined`.

    Raises:
        ValueError: there is no such agent; the message has the nearest names.
    """
    if ":" in name:
        from seq_agents.learners.user_defined import user_defined_learner

        return user_defined_learner(name)
    agent = AGENTS[canonical(name)]
    return learner_type(agent.rule, agent.core)


@cache
def _tuned() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """Agent to id to settings, as in tuned.yaml."""
    tuned: Mapping[str, Mapping[str, Mapping[str, Any]]] = yaml.safe_load(
        files("seq_agents").joinpath("tuned.yaml").read_text(encoding="utf-8")
    )["agents"]
    return tuned


def settings_of(agent: str, id: str, given: Mapping[str, Any] | None = None) -> Settings:
    """The settings of an agent on an id: the given ones, then those tuned for the id, then the agent's defaults.

    Raises:
        ValueError: for an unknown agent or setting, or a wrong value.
    """
    tuned = _tuned().get(canonical(agent), {}).get(id.rpartition(":")[2], {})
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
