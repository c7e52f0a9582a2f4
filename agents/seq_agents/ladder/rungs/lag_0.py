"""Does it learn at all?"""

from __future__ import annotations

import seq_envs
from seq_agents.ladder.rung import Rung


def rung(_rollout: int) -> Rung:
    """The rung, for an agent with rollouts of this many time steps."""
    return Rung(
        name="lag 0",
        asks="say the value observed now, in episodes of 4 steps",
        means="The agent does not learn at all, and memory is not the cause. Check the sign of the loss, a "
        "learning rate that is far too high or too low, whether the optimizer holds the network's weights, "
        "and whether actions, their log-probabilities, rewards and advantages are stored with the observation "
        "they belong to, not with that of the step before or after or of another lane. Also check that the loss takes "
        "all steps, and that the network computes the same while acting and in the update: no normalisation over "
        "the rollout, no attention to later steps. With a discount, also check that the return of an answer ends with "
        "its episode: the rewards of later episodes are noise.",
        # Episodes are short, so few rewards of other answers add noise to the advantage of an agent with a discount.
        problem=seq_envs.make_problem("SeqEcho-v0", lag=0, length=4, n_values=3),
        budget=32_000,
    )
