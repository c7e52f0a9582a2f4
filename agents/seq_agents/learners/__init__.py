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


_ANY = (*CORES, *NETWORKS)

RULES = {
    "supervised": Rule("seq_agents.learners.supervised:Supervised", "examples", _ANY),
    "reinforce": Rule("seq_agents.learners.reinforce:Reinforce", "rewards", _ANY),
    "recurrent-ppo": Rule("seq_agents.learners.recurrent_ppo:FastRecurrentPpo", "rewards", ("lstm",)),
    "recurrent-ppo-stock": Rule("seq_agents.learners.recurrent_ppo:StockRecurrentPpo", "rewards", ("lstm",)),
    "ppo": Rule("seq_agents.learners.ppo:Ppo", "rewards", ("none", "window")),
    "random": Rule("seq_agents.learners.reference:RandomAnswers", "nothing", ()),
    "memoryless": Rule("seq_agents.learners.reference:MemorylessAnswers", "nothing", ()),
    "optimal": Rule("seq_agents.learners.reference:OptimalAnswers", "nothing", ()),
}


@cache
def learner_type(rule: str, core: str) -> type[Learner]:
    """The learner of a rule with a core. It has the settings of both.

    Args:
        rule: a name of `RULES`.
        core: one of the cores of the rule; "" if the rule has none.

    Raises:
        ValueError: there is no such rule, or it does not take this core.
    """
    if rule not in RULES:
        raise unknown("rule", rule, RULES)
    found: type[Learner] = load(RULES[rule].where)
    if not core and not RULES[rule].cores:
        return found
    if core not in RULES[rule].cores:
        raise unknown(f"core of {rule}", core, RULES[rule].cores)
    name = f"{found.__name__}-{core}"
    bases = (settings_type_of(core), found.settings_type)
    settings = dataclasses.make_dataclass(f"{name}-settings", (), bases=bases, frozen=True, kw_only=True)
    return type(name, (found,), {"core": core, "settings_type": settings, "__doc__": found.__doc__})
