"""What agents are in a comparison: which learn from rewards, which are controls, and which are references."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from seq_agents.agents import AGENTS, modules_of
from seq_agents.report.outcome import Outcome, names_of

_REFERENCE = "lstm"
"""The agent that learns from examples and with which the others are compared."""


def learns_from_rewards(agent: str) -> bool:
    """Whether an agent of the menu learns from rewards, and learns what to remember."""
    if agent not in AGENTS or AGENTS[agent].learns_from != "rewards":
        return False
    # The module of a user-defined core can run any code, and a report imports none.
    return bool(modules_of(agent)) or AGENTS[agent].learns_memory


def name_learning_from_examples(done: Sequence[Outcome]) -> str | None:
    """The name of the entry that trains the reference agent; None if there is none.

    If several entries do, the one with the name of the agent is chosen, and otherwise the first.
    """
    names = names_of(outcome for outcome in done if _is_reference(outcome.entry.agent))
    return _REFERENCE if _REFERENCE in names else next(iter(names), None)


def _is_reference(agent: str) -> bool:
    reference = AGENTS[_REFERENCE]
    return agent in AGENTS and (AGENTS[agent].rule, AGENTS[agent].core) == (reference.rule, reference.core)


class Role(Enum):
    """What an agent is in a comparison of memories."""

    LEARNED_MEMORY = auto()
    """It learns what to remember. So are agents of other modules, about which a report knows nothing."""
    INPUT_MEMORY = auto()
    """Its memory is its input: the latest observations."""
    FROZEN_MEMORY = auto()
    """A control: a memory whose weights do not learn."""
    NO_MEMORY = auto()
    """A control: a network without memory."""
    REFERENCE = auto()
    """It learns nothing, such as the optimal policy."""


_ROLE_OF_CORE = {"none": Role.NO_MEMORY, "reservoir": Role.FROZEN_MEMORY, "window": Role.INPUT_MEMORY}


def role_of(agent: str) -> Role:
    """The role of an agent."""
    if agent not in AGENTS or modules_of(agent):
        return Role.LEARNED_MEMORY
    if AGENTS[agent].learns_from == "nothing":
        return Role.REFERENCE
    return _ROLE_OF_CORE.get(AGENTS[agent].core, Role.LEARNED_MEMORY)
