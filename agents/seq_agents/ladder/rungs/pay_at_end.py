"""Does credit travel back to the first answer of an episode?"""

from __future__ import annotations

from seq_agents.ladder.problems import FirstAnswer
from seq_agents.ladder.rung import Rung
from seq_envs.env_options import EnvOptions

ALL_OF_THREE = 0.7
"""The first observation is one of three, so luck may give two thirds."""


def rung(_rollout: int) -> Rung:
    """The rung, for an agent with rollouts of this many time steps."""
    return Rung(
        name="rewards paid at the end of an episode",
        asks="say the value observed, at the first step by another rule; all rewards of an episode come at its end",
        means="The reward at the end of an episode does not reach the first answer. If gamma is far below 1, it "
        "cannot. Nor can it by targets of one step, as of Q-learning or with lambda 0, since nothing later shows "
        "which answer was given. Otherwise check the masks of the advantages: they end with the last step of an "
        "episode, not one step before or after. Also check that the return of a step holds the later rewards of its "
        "episode.",
        problem=FirstAnswer(),
        judged=FirstAnswer(practice=False),
        budget=64_000,
        score=ALL_OF_THREE,
        options=EnvOptions(pay="at_end"),
    )
