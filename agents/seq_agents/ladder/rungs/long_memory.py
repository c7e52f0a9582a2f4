"""Does the gradient reach back many steps?"""

from __future__ import annotations

from seq_agents.ladder.problems import RecallFlagged
from seq_agents.ladder.rung import Rung

LAG = 20
"""Time steps from the flagged value to the question."""


def rung(rollout: int) -> Rung:
    """The rung, for an agent with rollouts of this many time steps."""
    return Rung(
        name="memory over 20 steps",
        asks="say the value that had a flag 20 steps ago",
        means="The gradient does not reach back 20 steps. The state is detached at every step or every few steps, "
        "or the network is unrolled over too few. Otherwise the forget gate starts too far closed: give it "
        "a bias of 1 or more. An agent that sees a window of observations fails here if its window is "
        "shorter, as it should.",
        problem=RecallFlagged(length=rollout, lag=LAG),
        judged=RecallFlagged(length=rollout, lag=LAG, practice=False),
        budget=2000 * rollout,
        score=0.85,
    )
