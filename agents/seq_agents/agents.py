"""The menu of agents: the learning rule and the memory of each; and the settings that are tuned for some ids."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

import seq_envs
from seq_agents.cores import CORES, core_type
from seq_agents.learners import RULES, LearnsFrom, is_of_another_module, learner_type, rule_with_core
from seq_agents.menu import unknown
from seq_agents.networks import NETWORKS
from seq_envs import registry
from seq_envs.env_options import NO_OPTIONS, EnvOptions, Pay
from seq_envs.problems import GROUPS

if TYPE_CHECKING:
    from seq_agents.learners.learner import Learner
    from seq_agents.settings import Settings


@dataclass(frozen=True)
class Agent:
    """An agent: a learning rule and a memory."""

    rule: str
    """How it learns: a name of `seq_agents.learners.RULES`."""
    core: str
    """What remembers: a name of `seq_agents.cores.CORES` or `seq_agents.networks.NETWORKS`, or "module:Class" for a
    user-defined core; "" if there is none."""
    about: str
    """One line about it."""

    @property
    def learns_from(self) -> LearnsFrom:
        """As its rule does: see `seq_agents.learners.Rule`."""
        return RULES[self.rule].learns_from

    @property
    def learns_memory(self) -> bool:
        """Whether its weights decide what it remembers; if not, it remembers nothing, or what its input holds."""
        return self.core in NETWORKS or (bool(self.core) and core_type(self.core).learns_memory)


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
"""The agents of the menu. Every other pair of a rule and a core is an agent too: "reinforce-gru" and
"recurrent-ppo-my_module:MyCore"; "lru" is supervised learning with the core of this name."""


class _Agents(Mapping[str, Agent]):
    """Agents by name. Iteration yields the short names; a lookup also takes any "rule-core"."""

    def __getitem__(self, name: str) -> Agent:
        if name in _SHORT:
            return _SHORT[name]
        return _with_user_defined_core(name) or _pairs()[name]

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
    """Every rule with every core that it takes, as "rule-core"; a rule without cores has its own name.

    The name of a core alone is supervised learning with it.
    """
    by_core = {core: Agent("supervised", core, f"{CORES.about(core)}, from the right answers") for core in CORES}
    return by_core | {
        f"{name}-{core}" if core else name: Agent(name, core, f"{name} with the core {core}" if core else name)
        for name, rule in RULES.items()
        for core in rule.cores or ("",)
    }


def _with_user_defined_core(name: str) -> Agent | None:
    """The agent "rule-module:Class"; None if the name has another form."""
    found = rule_with_core(name)
    return None if found is None else Agent(*found, f"{found[0]} with the core {found[1]}")


def modules_of(agent: str) -> set[str]:
    """What an agent imports of other modules: "module:factory", or "module:Class" of its core; empty if nothing."""
    user_defined = _with_user_defined_core(agent)
    return {user_defined.core if user_defined else agent} if ":" in agent else set()


def canonical(name: str) -> str:
    """The shortest name of an agent: "lstm" for "supervised-lstm". "module:factory" stays as it is.

    Raises:
        ValueError: there is no such agent; the message has the nearest names.
    """
    if ":" in name:
        return name
    if name not in AGENTS and name in RULES:
        agents = ", ".join(f"{name}-{core}" for core in RULES[name].cores)
        raise ValueError(f"agent {name!r} is a rule and needs a core: {agents}")
    if name not in AGENTS:
        raise unknown("agent", name, AGENTS, _pairs())
    agent = AGENTS[name]
    same = (agent.rule, agent.core)
    if agent.rule == "supervised" and agent.core in CORES:
        name = agent.core
    return next((short for short in AGENTS if (_SHORT[short].rule, _SHORT[short].core) == same), name)


def with_core(name: str, core: str) -> str:
    """The name of the agent with the rule of this one and with another core.

    Args:
        name: of an agent, or of a rule.
        core: of `seq_agents.cores.CORES` or `seq_agents.networks.NETWORKS`, or "module:Class".

    Raises:
        ValueError: there is no such agent, it has no core, or its rule does not take this one.
    """
    if is_of_another_module(name):
        raise ValueError(f"core is for the agents of this package; {name!r} brings its own memory, got {core!r}")
    rule = name if name in RULES else AGENTS[canonical(name)].rule
    learner_type(rule, core)
    return canonical(f"{rule}-{core}")


def agent_type(name: str) -> type[Learner]:
    """The learner of an agent.

    Args:
        name: of `AGENTS`; or "module:factory" for an agent of another module, see `seq_agents.learners.user_defined`.

    Raises:
        ValueError: there is no such agent; the message has the nearest names.
    """
    if is_of_another_module(name):
        from seq_agents.learners.user_defined import user_defined_learner

        return user_defined_learner(name)
    agent = AGENTS[canonical(name)]
    return learner_type(agent.rule, agent.core)


@cache
def _tuned() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """The settings in tuned.yaml, by agent and id; "*" stands for every id of the tutorial's problems."""
    tuned: Mapping[str, Mapping[str, Mapping[str, Any]]] = yaml.safe_load(
        files("seq_agents").joinpath("tuned.yaml").read_text(encoding="utf-8")
    )["agents"]
    return tuned


def tuned_settings(agent: str) -> Mapping[str, Mapping[str, Any]]:
    """The settings in tuned.yaml of an agent, by id; those of "*" are for every id of the tutorial's problems, and the
    others replace them. Empty if it has none.
    """
    return _tuned().get(canonical(agent), {})


def settings_of(
    agent: str,
    id: str,
    given: Mapping[str, Any] | None = None,
    *,
    standard: bool = False,
    options: EnvOptions = NO_OPTIONS,
) -> Settings:
    """The settings of an agent on an id: the given ones, then those that suit the options of the environment, then
    those in tuned.yaml, then the agent's defaults.

    Args:
        agent: a name of `AGENTS`, or "module:factory".
        id: of the problem, with or without its version; "" if it has none.
        given: settings that replace the others.
        standard: whether to leave out those tuned for the id. The defaults are the standard settings: a rule and a core
            have the same ones for all problems.
        options: of the environment, see `Settings.suited_to`.

    Raises:
        ValueError: for an unknown agent or setting, or a wrong value.
        gymnasium.error.NameNotFound: the id is not registered.
    """
    name = registry.find(id).id if id else ""
    by_id = tuned_settings(agent) if name in seq_envs.MENU and not standard else {}
    of_all = by_id.get("*", {}) if name in GROUPS["tutorial"] else {}
    tuned = {**of_all, **by_id.get(name, {})}
    settings_type = agent_type(agent).settings_type
    return settings_type.of({**tuned, **settings_type.suited_to(options), **(given or {})})


def make_learner(
    agent: str,
    id_or_problem: str | seq_envs.Problem,
    seed: int = 0,
    settings: Mapping[str, Any] | None = None,
    *,
    standard: bool = False,
    pay: Pay = "each_step",
    feedback: Sequence[str] = (),
    max_episode_steps: int | None = None,
    **parameters: Any,
) -> Learner:
    """The learner of an agent on a problem, before its training.

    Args:
        agent: a name of `AGENTS`.
        id_or_problem, parameters: as for `seq_envs.make_problem`. With an id, the agent has the settings tuned for it.
        seed: of the weights, the episodes and the noise: 0 ... 2**32 - 1.
        settings: these replace the tuned ones.
        standard: whether the agent has the standard settings, also with an id.
        pay, feedback, max_episode_steps: options of the environment to learn in, as for `seq_envs.SequenceEnv`.

    Raises:
        ValueError: for an unknown agent, setting, parameter or a wrong value; or the agent cannot learn the problem, or
            not with these options.
    """
    id = id_or_problem if isinstance(id_or_problem, str) else ""
    problem = seq_envs.make_problem(id_or_problem, **parameters)
    options = EnvOptions(pay=pay, feedback=feedback, max_episode_steps=max_episode_steps)
    return made(agent, problem, settings_of(agent, id, settings, standard=standard, options=options), seed, options)


def made(agent: str, problem: seq_envs.Problem, settings: Settings, seed: int, options: EnvOptions) -> Learner:
    """The learner of an agent with these settings; one of another module gets options only if they are no defaults.

    Raises:
        ValueError: as for `make_learner`.
    """
    chosen = agent_type(agent)
    if not options.chosen():
        return chosen(problem, settings, seed)
    if "options" not in inspect.signature(chosen).parameters:
        raise ValueError(f"{options} cannot be set for {agent}: its learner takes no options of environments")
    return chosen(problem, settings, seed, options=options)
