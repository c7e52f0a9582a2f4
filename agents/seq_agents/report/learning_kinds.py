"""What an agent learns from, as far as the tables and charts of rewards and examples need it."""

from __future__ import annotations

from collections.abc import Sequence

from seq_agents.report.outcome import Outcome, names_of

_FROM_REWARDS = ("recurrent-ppo", "recurrent-ppo-stock", "reinforce")
"""The agents with a memory that learn from rewards."""
_FROM_EXAMPLES = "lstm"
"""The agent that they are compared with, which learns from right answers."""


def learns_from_rewards(agent: str) -> bool:
    """Whether an agent has a memory and learns from rewards."""
    return agent in _FROM_REWARDS


def name_learning_from_examples(done: Sequence[Outcome]) -> str | None:
    """The name in the results that stands for learning from right answers; None if there is none.

    It is the agent under its own name if there is one, and otherwise the first entry that trains this agent.
    """
    names = names_of(outcome for outcome in done if outcome.entry.agent == _FROM_EXAMPLES)
    return _FROM_EXAMPLES if _FROM_EXAMPLES in names else next(iter(names), None)
