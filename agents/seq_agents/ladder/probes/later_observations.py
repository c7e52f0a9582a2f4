"""Does an answer depend on what comes later?"""

from __future__ import annotations

import numpy as np

from seq_agents.ladder.probe import Probe, Trained
from seq_agents.ladder.probes.reading import TOLERANCE, Played, moved, offered, played


def _look(trained: Trained) -> str | None:
    if not offered(trained):
        return None
    first, other = played(trained, 0), played(trained, 1)
    steps = len(first.starts)
    later = np.arange(steps) >= steps // 2
    changed = first.observations.copy()
    changed[later] = other.observations[later]
    difference = moved(
        trained, first, Played(changed, first.starts), np.broadcast_to(~later[:, None], first.starts.shape)
    )
    if difference <= TOLERANCE:
        return ""
    return f"Other observations from step {steps // 2} on move an earlier log-probability by {difference:.2g}."


PROBE = Probe(
    name="answers before later observations",
    needs="policy.log_probs",
    asks="no log-probability depends on an observation that comes later",
    means="The update reads the future. Look for statistics over the whole rollout (a batch norm, or observations "
    "normalised by the mean of the rollout), a bidirectional network, or attention without a causal mask. While "
    "acting, the future is not there, so what is learned from it is of no use.",
    look=_look,
)
