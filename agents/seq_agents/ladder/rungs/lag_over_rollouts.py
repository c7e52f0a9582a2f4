"""Does an update start from the latest states?"""

from __future__ import annotations

from seq_agents.ladder.problems import RecallAcrossRollouts
from seq_agents.ladder.rung import SPOILED_MEANS, Rung


def rung(rollout: int) -> Rung:
    """The rung, for an agent with rollouts of this many time steps."""
    return Rung(
        name="lag longer than one rollout",
        asks="say a value that was observed in the rollout before",
        means="An update starts from stale states, those of an earlier rollout. Check for a buffer that keeps "
        "states too long, or states that are copied at the wrong time.",
        means_if_learned=SPOILED_MEANS,
        problem=RecallAcrossRollouts(rollout=rollout),
        judged=RecallAcrossRollouts(rollout=rollout, practice=False),
        budget=4000 * rollout,
    )
