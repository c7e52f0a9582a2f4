"""A policy plays given episodes side by side."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

import seq_envs
from seq_envs.dataset import Dataset
from seq_envs.encodings import Array
from seq_envs.env_options import EnvOptions
from seq_envs.feedback import LaneFeedback
from seq_envs.policies import Policy


class Played(NamedTuple):
    """What a policy observed and answered in B episodes of up to T steps."""

    observations: Any
    """(B, T, *observation shape); with feedback a dict of such arrays."""
    answers: Array
    """(B, T, *action shape); any answers after the end of an episode."""


def play_episodes(problem: seq_envs.Problem, policy: Policy, options: EnvOptions, data: Dataset) -> Played:
    """Let a policy play episodes to their end, as an env with these options does.

    Args:
        problem: grades the answers.
        policy: plays all episodes as one batch.
        options: of the env; with `feedback` the policy observes its own past.
        data: the episodes, with observations (B, T, ...) without feedback.

    Raises:
        seq_envs.ActionError: an answer of the policy is not in the action space.
    """
    batch, steps = data.scored.shape
    feedback = LaneFeedback(problem, options, batch) if options.feedback else None
    state: Any = policy.initial_state(batch)
    seen: list[Any] = []
    answered: list[Array] = []
    for step in range(steps):
        now = data.observations[:, step]
        if feedback:
            feedback.clear(data.lengths <= step)
            now = feedback.of_lanes(now)
        seen.append(now)
        given, state = policy.act(now, state)
        answers = problem.answers.read_actions(given, batch)
        answered.append(answers)
        if feedback:
            grades = problem.grade(answers, data.targets[:, step]) * data.scored[:, step]
            # With the pay at the end, all rewards but the last one are 0, and no observation follows the last one.
            feedback.record(answers, np.zeros(batch) if options.pays_at_end else grades, None)
    observations = data.observations
    if feedback:
        observations = {name: np.stack([parts[name] for parts in seen], axis=1) for name in seen[0]}
    return Played(observations, np.stack(answered, axis=1))
