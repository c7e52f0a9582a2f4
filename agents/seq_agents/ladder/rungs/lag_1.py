"""Does it remember one step?"""

from __future__ import annotations

import seq_envs
from seq_agents.ladder.rung import LENIENT_SCORE, Rung


def rung(_rollout: int) -> Rung:
    """The rung, for an agent with rollouts of this many time steps."""
    return Rung(
        name="lag 1 within a minibatch",
        asks="say the value observed one step ago, in episodes of 5 steps",
        means="The agent remembers nothing, not even for one step. Its state is reset at every step or not passed "
        "on to the next; or time and lanes are swapped on the way into the network (a reshape instead of a "
        "transpose, a wrong batch_first), so that a sequence of a minibatch runs across lanes; or the minibatch "
        "shuffles time steps. With padded sequences, check that the loss mask keeps the real steps, and that states "
        "and outputs are sorted as the sequences are. An agent without memory fails here, as it should.",
        # All lanes start together, so an agent that confuses the starts of lanes is not wrong yet.
        problem=seq_envs.make_problem("SeqEcho-v0", lag=1, length=5, n_values=2),
        budget=48_000,
        score=LENIENT_SCORE,
        no_guessing=True,  # Little is needed, so a policy that keeps a state it never learned to use may be right.
    )
