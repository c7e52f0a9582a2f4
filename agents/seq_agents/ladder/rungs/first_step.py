"""Is the row between two episodes recognised?"""

from __future__ import annotations

from seq_agents.ladder.problems import PreviousSymbol
from seq_agents.ladder.rung import EARLY_START_MEANS, Rung


def rung(_rollout: int) -> Rung:
    """The rung, for an agent with rollouts of this many time steps."""
    return Rung(
        name="step between two episodes",
        asks="say 1 at the first step, and then what was observed one step ago, a value or silence",
        means=EARLY_START_MEANS,
        means_if_learned=EARLY_START_MEANS,
        problem=PreviousSymbol(),
        judged=PreviousSymbol(practice=False),
        budget=48_000,
        score=0.75,  # An agent with the fault is wrong after a first silence only, so it reaches half.
    )
