"""Does the same rollout give the same answers twice?"""

from __future__ import annotations

import numpy as np

from seq_agents.ladder.probe import Probe, Trained
from seq_agents.ladder.probes.reading import TOLERANCE, moved, offered, played


def _look(trained: Trained) -> str | None:
    if not offered(trained):
        return None
    read = played(trained, 0)
    difference = moved(trained, read, read, np.ones_like(read.starts))
    if difference <= TOLERANCE:
        return ""
    return f"A log-probability differs by {difference:.2g} if the same observations are read again."


PROBE = Probe(
    name="same log-probabilities twice",
    needs="policy.log_probs",
    asks="the same observations give the same log-probabilities when they are read again",
    means="The network reads with something random, or with something left over. If dropout or noise is on, the "
    "probabilities of the update are not those of the rollout: switch it off. Otherwise log_probs keeps a state from "
    "its last call, or running statistics.",
    look=_look,
)
