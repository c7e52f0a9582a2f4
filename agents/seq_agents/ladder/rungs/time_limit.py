"""Is the state reset after a truncation, too?"""

from __future__ import annotations

from seq_agents.ladder.problems import PreviousOrNone
from seq_agents.ladder.rung import Rung
from seq_envs.env_options import EnvOptions


def rung(_rollout: int) -> Rung:
    """The rung, for an agent with rollouts of this many time steps."""
    return Rung(
        name="episodes cut by a time limit",
        asks="say 0 at the first step of an episode, and then the value observed one step ago; a time limit truncates "
        "episodes of 9 steps after 7",
        means="The state is not reset after a truncation, so the agent has not learned how an episode starts. A mask "
        "of `terminated` alone does not do: reset the state where an episode is terminated or truncated, both while "
        "acting and in the update.",
        problem=PreviousOrNone(shortest=9, longest=9),
        budget=48_000,
        score=0.6,
        options=EnvOptions(max_episode_steps=7),
    )
