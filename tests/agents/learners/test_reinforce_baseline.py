"""The baseline of REINFORCE: the mean reward of a time step over the episodes that are still being played."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from seq_agents.agents import make_learner
from seq_agents.learners.reinforce import advantages_of
from spaces_of_settings import Ragged

import seq_envs

torch.set_num_threads(1)


@pytest.mark.parametrize(
    ("rewards", "lengths", "advantages"),
    [
        ([[1, 0], [0, 0]], [2, 2], [[0.5, 0], [-0.5, 0]]),
        # The second episode has ended: the last steps of the first are compared with themselves.
        ([[1, 1, 1], [0, 0, 0]], [3, 1], [[0.5, 0, 0], [-0.5, 0, 0]]),
        # The third one has ended: two episodes are left at the second step.
        ([[1, 1], [1, 0], [1, 0]], [2, 2, 1], [[0, 0.5], [0, -0.5], [0, 0]]),
    ],
)
def test_advantages(rewards: Any, lengths: Any, advantages: Any) -> None:
    played = np.arange(len(rewards[0])) < np.array(lengths)[:, None]
    found = advantages_of(np.array(rewards, float), played)
    assert found[played].tolist() == np.array(advantages)[played].tolist()


def test_steps_after_the_end_of_an_episode_change_nothing() -> None:
    """What stands in the padding of observations and targets is not learned from."""
    problem = Ragged()
    data = seq_envs.sample(problem, 16, seed=1)
    over = np.arange(problem.steps) >= data.lengths[:, None]
    assert over.any()
    other = seq_envs.Dataset(*(array.copy() for array in data))
    other.observations[over] = 3 - other.observations[over]
    other.targets[over] = 3 - other.targets[over]
    weights, accuracies = [], []
    for episodes in (data, other):
        learner: Any = make_learner("reinforce", problem, 3, {"hidden": 8, "batch": 16, "updates": 5})
        accuracies.append(learner._update(episodes))
        weights.append([tensor.clone() for tensor in learner.network.parameters()])
    assert accuracies[0] == accuracies[1]
    assert all(torch.equal(first, second) for first, second in zip(*weights, strict=True))
