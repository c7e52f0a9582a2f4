"""What an agent observes in whole episodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import seq_envs
from seq_agents.networks.view import Observations
from seq_envs.dataset import encoded
from seq_envs.encodings import Array
from seq_envs.env_options import EnvOptions
from seq_envs.feedback import LaneFeedback
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
    batch, steps = raw.scored.shape
    feedback = LaneFeedback(problem, options, batch)
    state: Any = policy.initial_state(batch)
    seen: list[dict[str, Array]] = []
    for step in range(steps):
        feedback.clear(raw.lengths <= step)
        seen.append(feedback.of_lanes(observations[:, step]))
        given, state = policy.act(dict(seen[-1]), state)
        answers = problem.answers.read_actions(given, batch)
        grades = problem.grade(answers, raw.targets[:, step]) * raw.scored[:, step]
        # With the pay at the end, all rewards but the last one are 0, and no observation follows the last one.
        feedback.record(answers, np.zeros(batch) if options.pays_at_end else grades, None)
    return {name: np.stack([parts[name] for parts in seen], axis=1) for name in seen[0]}
