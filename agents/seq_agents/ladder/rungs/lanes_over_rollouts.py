"""Does an update start from the states of its own lanes?"""

from __future__ import annotations

from seq_agents.ladder.problems import RecallAcrossRollouts
from seq_agents.ladder.rung import SPOILED_MEANS, Rung


def rung(rollout: int) -> Rung:
    """The rung, for an agent with rollouts of this many time steps."""
    return Rung(
        name="independence of lanes over rollouts",
        asks="say a value that was observed one or two rollouts ago",
        means="A minibatch starts from the wrong states. They belong to other lanes, because observations were "
        "shuffled or cut into sequences and the stored states were not, or not in the same way; or they are "
        "zeros, so nothing is carried from one rollout to the next; or they are stale, those of an earlier rollout.",
        means_if_learned=SPOILED_MEANS,
        problem=RecallAcrossRollouts(rollout=rollout, asked=2),
        judged=RecallAcrossRollouts(rollout=rollout, asked=2, practice=False),
        budget=6000 * rollout,
    )
