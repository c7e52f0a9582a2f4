"""Does it take a time limit for what it is?"""

from __future__ import annotations

import seq_envs
from seq_agents.ladder.rung import Rung
from seq_envs.env_options import EnvOptions


def rung(_rollout: int) -> Rung:
    """The rung, for an agent with rollouts of this many time steps."""
    return Rung(
        name="episodes cut by a time limit",
        asks="say the value observed one step ago; a time limit truncates episodes of 6 steps after 4",
        means="The agent does not learn from truncated episodes. Check that a truncation resets its state, and that an "
        "episode starts after it, as after a termination.",
        problem=seq_envs.make_problem("SeqEcho-v0", lag=1, length=6, n_values=2),
        budget=48_000,
        options=EnvOptions(max_episode_steps=4),
    )
