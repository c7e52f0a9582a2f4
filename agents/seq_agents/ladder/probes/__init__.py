"""The probes, one file each: looks at a trained agent without further training.

Some need the training to call `make_envs.compare_log_probs` or `make_envs.compare_advantages`, and some need the policy
to have a third method, which reads rollouts as the update does:

    def log_probs(self, observations, starts):
        '''The log-probabilities (T, lanes, actions) of all actions, from fresh states, for observations
        (T, lanes, ...); starts (T, lanes) says where an episode starts. One probe gives observations as a tensor of
        torch that requires a gradient, and looks where it reaches; a method that takes arrays only is not probed so.'''
"""

from __future__ import annotations

from functools import partial

from seq_agents.ladder.calling import Failed, call
from seq_agents.ladder.probe import Probe, Trained
from seq_agents.ladder.probes import (
    advantages_of_the_update,
    episode_starts,
    later_observations,
    other_lanes,
    reach_of_the_gradient,
    reading_and_acting,
    repeated_reading,
    rollout_starts,
    update_and_rollout,
)
from seq_agents.ladder.results import RungResult

PROBES: tuple[Probe, ...] = (
    repeated_reading.PROBE,
    later_observations.PROBE,
    other_lanes.PROBE,
    episode_starts.PROBE,
    reading_and_acting.PROBE,
    reach_of_the_gradient.PROBE,
    update_and_rollout.PROBE,
    rollout_starts.PROBE,
    advantages_of_the_update.PROBE,
)
"""The probes in order. The first that finds a fault names the cause."""


def look(trained: Trained, probed: dict[str, bool], limit: float | None = None) -> list[RungResult]:
    """The first failure that a probe finds, if any.

    Args:
        trained: the agent.
        probed: the probes that had what they need so far, with whether all their looks found nothing; updated here.
        limit: the seconds that a probe may take; None: any.
    """
    for probe in PROBES:
        try:
            finding = call("probe", partial(probe.look, trained), limit)
        except Failed as failed:
            finding = failed.note
        if finding is not None:
            probed[probe.name] = probed.get(probe.name, True) and not finding
        if finding:
            note = f"After {trained.rung.name!r}: {finding}"
            return [RungResult(probe.name, False, probe.means, note=note, rung=trained.rung.name)]
    return []
