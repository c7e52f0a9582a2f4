"""Networks choose between whole answers, so that they can hold several candidates."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from seq_agents.agents import make_learner
from seq_agents.networks.head import Head
from seq_agents.networks.whole_answers import numbers_of, whole_choices
from unusual_problems import PreviousAsSet

import seq_envs

torch.set_num_threads(1)
SETS = PreviousAsSet()


def test_the_choices_are_the_answers_that_occur() -> None:
    choices = whole_choices(SETS)
    assert choices is not None
    assert choices.tolist() == [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
    assert numbers_of(choices, SETS.action_space).tolist() == [1, 2, 4]
    assert whole_choices(seq_envs.make_problem("SeqCopy-v0", framing="many_to_one")) is None
    assert whole_choices(PreviousAsSet(n_values=64)) is None, "too many numbers"


def test_scores_answers_and_loss_by_hand() -> None:
    head = Head(SETS, 5)
    assert head.shape == [3]
    scores = torch.tensor([[2.0, 0.0, 1.0], [0.0, 3.0, 0.0]])
    assert head.answers(scores).tolist() == [[0, 0, 1], [0, 1, 0]]
    right = torch.tensor([[0, 0, 1], [0, 1, 0]])
    assert head.loss(scores, right) == pytest.approx(-float(scores.log_softmax(-1)[[0, 1], [0, 1]].mean()))
    unknown = torch.tensor([[1, 1, 1], [0, 1, 0]])
    assert head.loss(scores, unknown) == pytest.approx(-float(scores.log_softmax(-1)[1, 1])), "it does not count"
    assert head.loss(scores, torch.tensor([[1, 1, 1], [1, 1, 0]])) == 0.0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("agent", "least", "most", "settings"),
    [
        ("lstm", 0.99, 1.0, {"updates": 150}),
        ("none", 0.3, 0.37, {"updates": 150}),
        ("reinforce", 0.9, 1.0, {"updates": 400}),
    ],
)
def test_what_agents_learn(agent: str, least: float, most: float, settings: dict[str, int]) -> None:
    """A control without memory reaches the memoryless level, a third."""
    learner = make_learner(agent, SETS, settings=settings)
    learner.learn()
    accuracy = seq_envs.evaluate(learner.policy(), SETS, 1000).accuracy
    assert least <= accuracy <= most
    assert np.isfinite(accuracy)
