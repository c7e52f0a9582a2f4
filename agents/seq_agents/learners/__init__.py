"""Learning rules, one file each. A new rule is its file and a line of this menu."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from seq_agents.cores import CORES
from seq_agents.menu import load, unknown
from seq_agents.networks import NETWORKS, settings_type_of

if TYPE_CHECKING:
    from seq_agents.learners.learner import Learner

LearnsFrom = Literal["rewards", "examples", "nothing"]


@dataclass(frozen=True)
class Rule:
    """A learning rule."""

    where: str
    """The class of its learner, as "module:name"."""
    learns_from: LearnsFrom
    """Rewards for its own answers, the right answers as examples, or nothing."""
    cores: tuple[str, ...]
    """The names of the cores and networks (`CORES`, `NETWORKS`) that it can train; empty: it has no memory."""

    @property
    def takes_any_core(self) -> bool:
        """Whether it trains every core of the menu, and so every user-defined one."""
        return set(CORES) <= set(self.cores)


_CORES = tuple(CORES)
_ANY = (*CORES, *NETWORKS)

RULES = {
    "supervised": Rule("seq_agents.learners.supervised:Supervised", "examples", _ANY),
    "reinforce": Rule("seq_agents.learners.reinforce:Reinforce", "rewards", _ANY),
    "recurrent-ppo": Rule("seq_agents.learners.recurrent_ppo:FastRecurrentPpo", "rewards", _CORES),
    "recurrent-ppo-stock": Rule("seq_agents.learners.recurrent_ppo:StockRecurrentPpo", "rewards", _CORES),
    "ppo": Rule("seq_agents.learners.ppo:Ppo", "rewards", ("none", "window")),
    "random": Rule("seq_agents.learners.reference:RandomAnswers", "nothing", ()),
    "memoryless": Rule("seq_agents.learners.reference:MemorylessAnswers", "nothing", ()),
    "optimal": Rule("seq_agents.learners.reference:OptimalAnswers", "nothing", ()),
}


def rule_with_core(agent: str) -> tuple[str, str] | None:
    """The rule and the core of an agent "rule-module:Class"; None if its name has another form."""
    rules = [name for name, rule in RULES.items() if agent.startswith(f"{name}-") and rule.takes_any_core]
    if ":" not in agent or not rules:
        return None
    rule = max(rules, key=len)
    return rule, agent.removeprefix(f"{rule}-")


def is_of_another_module(agent: str) -> bool:
    """Whether an agent is named "module:factory". An agent of this package may have a core of another module."""
    return ":" in agent and rule_with_core(agent) is None


@cache
def learner_type(rule: str, core: str) -> type[Learner]:
    """The learner of a rule with a core. It has the settings of both.

    Args:
        rule: a name of `RULES`.
        core: one of the cores of the rule; "module:Class" if the rule takes any; "" if it has none.

    Raises:
        ValueError: there is no such rule, it does not take this core, or both have a setting of the same name.
    """
    if rule not in RULES:
        raise unknown("rule", rule, RULES)
    found: type[Learner] = load(RULES[rule].where)
    if not core and not RULES[rule].cores:
        return found
    if core not in RULES[rule].cores and not (":" in core and RULES[rule].takes_any_core):
        raise unknown(f"core of {rule}", core, RULES[rule].cores)
    name = f"{found.__name__}-{core}"
    bases = (settings_type_of(core), found.settings_type)
    of_both = sorted(bases[0].domains().keys() & bases[1].domains().keys())
    if of_both:
        raise ValueError(f"core {core!r} and {rule} both have the setting {of_both[0]}: rename it in the core")
    settings = dataclasses.make_dataclass(f"{name}-settings", (), bases=bases, frozen=True)
    return type(name, (found,), {"core": core, "settings_type": settings, "__doc__": found.__doc__})
