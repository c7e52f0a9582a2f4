"""Which agents the tables and charts of rewards and examples compare."""

from __future__ import annotations

from collections.abc import Sequence

from seq_agents.agents import AGENTS
from seq_agents.report.outcome import Outcome, names_of

_WITHOUT_STATE = ("", "none", "window")
"""Cores that remember nothing, or only what their input holds."""
_REFERENCE = "lstm"
"""The agent that learns from right answers, with which the others are compared."""


def learns_from_rewards(agent: str) -> bool:
    """Whether an agent of the menu has a memory and learns from rewards."""
    if agent not in AGENTS:
        return False
    return AGENTS[agent].learns_from == "rewards" and AGENTS[agent].core not in _WITHOUT_STATE


def name_learning_from_examples(done: Sequence[Outcome]) -> str | None:
    """The name in the results that stands for learning from right answers; None if there is none.

    It is the reference agent under its own name if there is one, and otherwise the first entry that trains it.
    """
    names = names_of(outcome for outcome in done if _is_reference(outcome.entry.agent))
    return _REFERENCE if _REFERENCE in names else next(iter(names), None)


def _is_reference(agent: str) -> bool:
    reference = AGENTS[_REFERENCE]
    return agent in AGENTS and (AGENTS[agent].rule, AGENTS[agent].core) == (reference.rule, reference.core)
