"""Does an answer depend on another lane?"""

from __future__ import annotations

import numpy as np

from seq_agents.ladder.probe import Probe, Trained
from seq_agents.ladder.probes.reading import TOLERANCE, Played, moved, offered, played


def _look(trained: Trained) -> str | None:
    if not offered(trained):
        return None
    first, other = played(trained, 0), played(trained, 1)
    changed = first.observations.copy()
    changed[:, 0] = other.observations[:, 0]
    others = np.ones_like(first.starts)
    others[:, 0] = False
    difference = moved(trained, first, Played(changed, first.starts), others)
    if difference <= TOLERANCE:
        return ""
    return f"Other observations in one lane move a log-probability of another by {difference:.2g}."


PROBE = Probe(
    name="lanes read apart",
    needs="policy.log_probs",
    asks="no log-probability depends on an observation of another lane",
    means="The update mixes lanes. Look for time and lanes swapped on the way into the network (a reshape instead of a "
    "transpose, a wrong batch_first), sequences that run from one lane into the next, and statistics over the batch.",
    look=_look,
)
