"""Is the state reset at all?"""

from __future__ import annotations

from seq_agents.ladder.problems import PreviousOrNone
from seq_agents.ladder.rung import EARLY_START_MEANS, LAST_MEANS, Rung


def rung(_rollout: int) -> Rung:
    """The rung, for an agent with rollouts of this many time steps."""
    return Rung(
        name="state reset between episodes",
        asks="say 0 at the first step of an episode, and then the value observed one step ago",
        means="The state is not reset when an episode ends, so the agent cannot distinguish a first step from a "
        "later one. Check both acting and the update: the update must reset the state at the same steps as the "
        "rollout did. Or only a part of the state is reset, h but not c; or that of the wrong lanes: a mask of "
        "integers is an index, so `state[done] = 0` resets lanes 0 and 1 only. Or the gradient does not reach back "
        "even one step, because the state is detached at every step, so the agent remembers roughly.",
        means_if_learned=f"{LAST_MEANS} Otherwise this: {EARLY_START_MEANS}",
        problem=PreviousOrNone(shortest=2, longest=5),
        budget=30_000,
        score=0.6,
        played_last=True,  # A state that is left over from an earlier episode makes its answers wrong.
    )
