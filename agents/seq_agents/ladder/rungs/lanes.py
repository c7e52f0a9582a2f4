"""Are lanes independent of one another?"""

from __future__ import annotations

from seq_agents.ladder.problems import PreviousValue
from seq_agents.ladder.rung import LENIENT_SCORE, Rung


def rung(_rollout: int) -> Rung:
    """The rung, for an agent with rollouts of this many time steps."""
    return Rung(
        name="independence of lanes",
        asks="say the value observed one step ago, in lanes whose episodes end at different times",
        means="The lanes of a batch affect each other. All states are reset when the episode of any lane ends "
        "(done.any()), or the state of one lane is used for all.",
        problem=PreviousValue(),
        budget=40_000,
        score=LENIENT_SCORE,
        many_lanes=True,
        no_guessing=True,  # In training, lanes end at different times.
    )
