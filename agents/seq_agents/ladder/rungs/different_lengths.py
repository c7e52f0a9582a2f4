"""Is padding left out of the loss?"""

from __future__ import annotations

from seq_agents.ladder.problems import HoldValue
from seq_agents.ladder.rung import Rung


def rung(_rollout: int) -> Rung:
    """The rung, for an agent with rollouts of this many time steps."""
    return Rung(
        name="episodes of different lengths",
        asks="hold a value, in episodes of 2 or 10 steps",
        means="The agent learns from padding. Check that a mask excludes the steps after an episode's end from "
        "the loss and from the mean of the advantages.",
        problem=HoldValue(),
        budget=32_000,
    )
