"""What an agent observes in whole episodes."""

from __future__ import annotations

from collections.abc import Callable

import seq_envs
from seq_agents.learners.playing import play_episodes
from seq_agents.networks.view import Observations
from seq_envs.dataset import Dataset, encoded
from seq_envs.env_options import EnvOptions
from seq_envs.policies import Policy
from seq_envs.problem import Episodes

Observe = Callable[[Episodes], Observations]
"""The observations of raw episodes."""


def observed(problem: seq_envs.Problem, policy: Policy, options: EnvOptions, raw: Episodes) -> Observations:
    """The observations of B episodes (B, T, ...), as an env with these options gives them to the policy that plays.

    With feedback, the policy plays the episodes side by side, and the result is a dict of what it observed. Actions
    change no other observation, so without feedback nothing is played.

    Raises:
        seq_envs.ActionError: an answer of the policy is not in the action space.
    """
    observations = encoded(problem, raw)
    if not options.feedback:
        return observations
    played: Observations = play_episodes(problem, policy, options, Dataset(observations, *raw[1:])).observations
    return played
