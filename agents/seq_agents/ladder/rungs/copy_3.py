"""Does it remember several things?"""

from __future__ import annotations

import seq_envs
from seq_agents.ladder.rung import Rung


def rung(_rollout: int) -> Rung:
    """The rung, for an agent with rollouts of this many time steps."""
    return Rung(
        name="copy 3",
        asks="observe three values, then say them in order",
        means="The agent remembers one thing but not several. It has too few units or updates, or its learning "
        "rate or entropy bonus does not fall enough; or its discount is too high, so that the rewards of "
        "other answers drown that of each answer.",
        problem=seq_envs.make_problem("SeqCopy-v0", length=3, n_values=2),
        budget=120_000,
    )
