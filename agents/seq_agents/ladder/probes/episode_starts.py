"""Does an answer depend on an earlier episode?"""

from __future__ import annotations

import numpy as np

from seq_agents.ladder.probe import Probe, Trained
from seq_agents.ladder.probes.reading import TOLERANCE, Played, moved, offered, played


def _look(trained: Trained) -> str | None:
    if not offered(trained):
        return None
    first, other = played(trained, 0), played(trained, 1)
    steps = len(first.starts)
    starts = first.starts.copy()
    starts[steps // 2] = True
    earlier = np.arange(steps) < steps // 2
    changed = first.observations.copy()
    changed[earlier] = other.observations[earlier]
    later = np.broadcast_to(~earlier[:, None], starts.shape)
    difference = moved(trained, Played(first.observations, starts), Played(changed, starts), later)
    if difference <= TOLERANCE:
        return ""
    return f"Other observations in one episode move a log-probability in the next by {difference:.2g}."


PROBE = Probe(
    name="fresh state at an episode's start",
    needs="policy.log_probs",
    asks="no log-probability depends on an observation of an earlier episode",
    means="The update does not reset the state where an episode starts, or one step too late. Check which `done` "
    "belongs to which observation in the update, and whether it resets every lane.",
    look=_look,
)
