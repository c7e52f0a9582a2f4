"""Is the state reset at the first observation, not one step later?"""

from __future__ import annotations

import seq_envs
from seq_agents.ladder.rung import Rung


def rung(_rollout: int) -> Rung:
    """The rung, for an agent with rollouts of this many time steps."""
    return Rung(
        name="episode starts in the middle of a rollout",
        asks="say the first observation's value at the second and last step",
        means="The state is reset one step too late, after the first observation of an episode has been read, or "
        "one step too early, or not at all in one of acting and the update. Check which `done` belongs to which "
        "observation, both while acting and in the update. Or rewards are stored one step late: that of an episode's "
        "last answer then belongs to the next episode.",
        problem=seq_envs.make_problem("SeqCopy-v0", length=1, n_values=3),
        budget=32_000,
    )
