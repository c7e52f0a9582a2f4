"""Reads rollouts by a policy's `log_probs`, for the probes that change something and look at what moves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from seq_agents.ladder.probe import Trained
from seq_envs.encodings import Array

TOLERANCE = 1e-4
"""Log-probabilities that differ by more are not the same; rounding alone makes differences of about 1e-6."""
_LANES = 8


class Played(NamedTuple):
    """A rollout of random actions."""

    observations: Array
    """(T, lanes, ...)."""
    starts: Array
    """(T, lanes) bool, where an episode starts; everywhere at step 0."""


def offered(trained: Trained) -> bool:
    """Whether the policy has the method."""
    return hasattr(trained.policy, "log_probs")


def played(trained: Trained, seed: int) -> Played:
    """A rollout of the rung's problem."""
    envs = trained.make_envs.uncounted(_LANES)
    envs.action_space.seed(seed)
    observation, _ = envs.reset(seed=seed)
    start = np.ones(_LANES, np.bool_)
    rows = []
    for _ in range(trained.make_envs.rollout):
        rows.append((observation, start))
        observation, _, terminated, truncated, _ = envs.step(envs.action_space.sample())
        start = terminated | truncated
    observations, starts = (np.stack(column) for column in zip(*rows, strict=True))
    return Played(observations, starts)


def log_probs(trained: Trained, read: Played) -> Array:
    """(T, lanes, actions) of the policy."""
    policy: object = trained.policy
    found = policy.log_probs(read.observations.copy(), read.starts.copy())  # type: ignore[attr-defined]  # See `offered`.
    found = np.asarray(found.detach().cpu() if hasattr(found, "detach") else found, np.float64)
    if found.ndim != 3 or found.shape[:2] != read.starts.shape:
        raise ValueError(f"log_probs must return ({read.starts.shape[0]}, {_LANES}, actions), got {found.shape}")
    return found


def moved(trained: Trained, before: Played, after: Played, where: Array) -> float:
    """The largest difference of log-probabilities between two rollouts, at (T, lanes) `where`."""
    difference = np.abs(log_probs(trained, before) - log_probs(trained, after))[where]
    return float(difference.max(initial=0.0))
