"""Is the state carried from one rollout to the next while acting?"""

from __future__ import annotations

from seq_agents.ladder.problems import PreviousSymbol
from seq_agents.ladder.rung import SPOILED_MEANS, Rung


def rung(_rollout: int) -> Rung:
    """The rung, for an agent with rollouts of this many time steps."""
    return Rung(
        name="state at the start of a rollout",
        asks="say what was observed one step ago, a value or silence, in episodes of random lengths",
        means="The agent remembers roughly, not exactly. The gradient does not reach back even one step, because the "
        "state is detached at every step. Or the agent confuses silence with the padding of short episodes: it reads "
        "padding before an observation, or takes the state from the end of the padding.",
        means_if_learned=SPOILED_MEANS,
        problem=PreviousSymbol(shortest=4, longest=9),
        budget=48_000,
        score=0.87,  # An agent whose gradient is cut mostly stays below.
        any_phase=True,
    )
