"""REINFORCE and its baseline: the mean reward of a time step over the episodes that are still being played."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from seq_agents.agents import make_learner
from seq_agents.learners.reinforce import _generator, advantages_of
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


def test_an_update_follows_the_gradient_of_the_rewarded_answers() -> None:
    problem = Ragged()
    data = seq_envs.sample(problem, 16, seed=1)
    settings = {"hidden": 8, "batch": 16, "updates": 5, "gradient_norm": 1e9}
    learner: Any = make_learner("reinforce", problem, 3, settings)
    scores = learner.network(torch.as_tensor(data.observations))
    state = learner._noise.get_state()
    answers, _ = learner._draw_answers(scores)
    learner._noise.set_state(state)  # So the update draws the same answers.

    log_probs = scores.log_softmax(-1)
    right = (answers.numpy() == data.targets) & data.scored
    advantages, log_probs_of_answers = [], []
    for step in range(problem.steps):
        played = np.flatnonzero(step < data.lengths)
        for episode in played:
            advantages.append(float(right[episode, step]) - float(right[played, step].mean()))
            log_probs_of_answers.append(log_probs[episode, step, answers[episode, step]])
    scaled = torch.tensor(advantages) / np.std(advantages, ddof=1)
    loss: Any = -sum(map(torch.mul, scaled, log_probs_of_answers)) / len(advantages)
    expected = torch.autograd.grad(loss, list(learner.network.parameters()))

    assert learner._update(data) == pytest.approx(right[data.scored].mean())
    for weights, gradient in zip(learner.network.parameters(), expected, strict=True):
        torch.testing.assert_close(weights.grad, gradient, rtol=1e-3, atol=1e-6)


def test_answers_are_drawn_after_the_weights() -> None:
    """On the CPU, both come from one sequence of random numbers."""
    torch.manual_seed(5)
    torch.rand(3)
    generator = _generator(torch.device("cpu"), seed=7)
    assert torch.equal(torch.rand(4, generator=generator), torch.rand(4))
