"""Compare whole episodes of a problem with its oracle."""

from __future__ import annotations

from typing import Any

import numpy as np
from oracle import ORACLES, Oracle

import seq_envs


def oracle_of(id: str, parameters: dict[str, Any]) -> Oracle:
    return ORACLES[seq_envs.MENU[id][0].__name__](**parameters)


def assert_agrees(problem: seq_envs.Problem, oracle: Oracle, episodes: int, seed: int) -> None:
    """The problem and its oracle have the same spaces, inputs, encodings, scored steps and right answers."""
    assert (problem.observation_space, problem.action_space) == (oracle.observation_space, oracle.action_space)
    assert problem.steps == oracle.steps
    data = seq_envs.sample(problem, episodes, seed=seed)
    assert data.observations.dtype == oracle.observation_space.dtype
    assert data.targets.dtype == oracle.action_space.dtype
    assert data.observations.shape == (episodes, oracle.steps, *(oracle.observation_space.shape or ()))
    assert data.targets.shape == (episodes, oracle.steps, *(oracle.action_space.shape or ()))
    assert data.lengths.tolist() == [oracle.steps] * episodes
    for observations, targets, scored in zip(data.observations, data.targets, data.scored, strict=True):
        observed = [oracle.decode(observation) for observation in observations.tolist()]
        assert observations.tolist() == [oracle.encode(raw) for raw in observed]
        oracle.check_inputs(observed)
        assert np.flatnonzero(scored).tolist() == oracle.scored
        assert targets[scored].tolist() == [oracle.answer(observed, step) for step in oracle.scored]
