"""Does the policy act as the update reads?"""

from __future__ import annotations

import numpy as np

from seq_agents.ladder.probe import Probe, Trained
from seq_agents.ladder.probes.reading import Played, log_probs, offered, played

_CLOSE = 0.01
"""An action counts as most probable if its log-probability is at most so much below the largest."""


def _look(trained: Trained) -> str | None:
    if not offered(trained):
        return None
    whole = played(trained, 0)
    starts = np.zeros_like(whole.starts)
    starts[0] = True
    read = log_probs(trained, Played(whole.observations, starts))
    state = trained.policy.initial_state(starts.shape[1])
    wrong = []
    for row, observations in zip(read, whole.observations, strict=True):
        actions, state = trained.policy.act(observations, state)
        chosen = np.take_along_axis(row, np.asarray(actions, np.int64).reshape(-1, 1), axis=1)[:, 0]
        wrong.append(chosen < row.max(axis=1) - _CLOSE)
    share = float(np.mean(wrong))
    return f"act() chooses another action than the most probable one at {share:.0%} of the steps." if share else ""


PROBE = Probe(
    name="acting as the update reads",
    needs="policy.log_probs, and a policy that chooses the most probable action",
    asks="act(), step by step, chooses the action that log_probs finds most probable for the same observations",
    means="The network reads whole rollouts in another way than it acts. Check the order of time and lanes, the "
    "first state, padding, and what is switched on in training only (dropout, a normalisation).",
    look=_look,
)
