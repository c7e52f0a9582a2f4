"""Does an update start from what was acted?"""

from __future__ import annotations

from seq_agents.ladder.probe import Probe, Trained

_TOLERANCE = 1e-2
"""The largest allowed difference of log-probabilities: half precision has such differences, faults have larger ones."""


def _look(trained: Trained) -> str | None:
    difference = trained.make_envs.largest_difference
    if difference is None:
        return None
    if difference <= _TOLERANCE:
        return ""
    return (
        f"Before the first step of an update, a log-probability differs by {difference:.2g} from that of the rollout."
    )


PROBE = Probe(
    name="log-probabilities of the update",
    needs="make_envs.compare_log_probs, called before the first step of each update",
    asks="before its first step, an update computes the log-probabilities that the rollout had",
    means="The update does not read what was acted. Check the state in which its sequences start (stored one step too "
    "late, of another lane, of an earlier rollout, zeros, read after padding), where it resets the state, the order of "
    "time and lanes, and what differs between acting and training (dropout, statistics over the rollout).",
    look=_look,
)
