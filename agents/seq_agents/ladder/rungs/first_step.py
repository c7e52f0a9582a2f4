"""Is the row between two episodes recognised?"""

from __future__ import annotations

from seq_agents.ladder.problems import PreviousSymbol
from seq_agents.ladder.rung import Rung

_MEANS = (
    "The episodes that the agent learns from start one step early: it reads something before the first observation. "
    'With autoreset "NextStep", the step after the last one of an episode ignores the action and only returns the '
    "first observation of the next episode. Reset the state at that observation, not one step before, and leave the "
    'ignored step out of the loss. Or take autoreset "SameStep".'
)


def rung(_rollout: int) -> Rung:
    """The rung, for an agent with rollouts of this many time steps."""
    return Rung(
        name="step between two episodes",
        asks="say 1 at the first step, and then what was observed one step ago, a value or silence",
        means=_MEANS,
        means_if_learned=_MEANS,
        problem=PreviousSymbol(),
        judged=PreviousSymbol(practice=False),
        budget=48_000,
        score=0.75,  # An agent with the fault is wrong after a first silence only, so it reaches half.
    )
