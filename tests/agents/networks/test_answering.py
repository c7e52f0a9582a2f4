"""What networks read, how they answer, and that they learn only from scored steps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from seq_agents.networks.head import Head
from seq_agents.networks.network import NetworkPolicy
from seq_agents.networks.reader import Reader
from small_networks import ANY_PROBLEM, every_case, made, some_episodes
from spaces_of_settings import Ragged

import seq_envs

torch.set_num_threads(1)


@pytest.mark.parametrize(
    ("id", "choice", "expected"),
    [
        ("SeqEcho-v0", {"encoding": "discrete"}, [[[0, 0, 1], [1, 0, 0]]]),
        ("SeqEcho-v0", {"encoding": "one_hot"}, [[[0, 0, 1], [1, 0, 0]]]),
        ("SeqEcho-v0", {"encoding": "normalized"}, [[[1], [0]]]),
    ],
)
def test_reader(id: str, choice: dict[str, Any], expected: list[Any]) -> None:
    problem = seq_envs.make_problem(id, length=2, n_values=3, **choice)
    reader = Reader(problem)
    read = reader(torch.as_tensor(problem.code.encode(np.array([[2, 0]]))))
    assert read.dtype == torch.float32
    assert read.tolist() == expected
    assert reader.size == len(expected[0][0])


@pytest.mark.parametrize(
    ("id", "choice", "shape"),
    [
        ("SeqEcho-v0", {"n_values": 7}, [7]),
        ("SeqCopy-v0", {"framing": "many_to_one", "length": 3, "n_values": 7}, [3, 7]),
        ("SeqNext-v0", {}, [1]),
    ],
)
def test_head(id: str, choice: dict[str, Any], shape: list[int]) -> None:
    problem = seq_envs.make_problem(id, **choice)
    head = Head(problem, 4)
    scores = head(torch.randn(5, 2, 4))
    assert list(scores.shape) == [5, 2, *shape]
    answers = head.answers(torch.randn(5, *shape) * 9)
    assert problem.answers.many(answers, 5).shape == (5, *problem.action_space.shape)


def test_answers_and_losses_by_hand() -> None:
    head = Head(seq_envs.make_problem("SeqEcho-v0", n_values=3), 4)
    scores = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 2.0]])
    assert head.answers(scores).tolist() == [0, 2]
    losses = [math.log(math.e + 2) - 0, math.log(2 + math.e**2) - 2]
    assert head.loss(scores, torch.tensor([1, 2])).item() == pytest.approx(np.mean(losses))

    real = Head(seq_envs.make_problem("SeqNext-v0"), 4)
    assert real.answers(torch.tensor([[-0.5], [0.25], [7.0]])).tolist() == [[0.0], [0.25], [1.0]]
    assert real.loss(torch.tensor([[0.5], [1.0]]), torch.tensor([[0.0], [0.0]])).item() == pytest.approx(0.625)

    several = Head(seq_envs.make_problem("SeqCopy-v0", framing="many_to_one", length=2, n_values=2), 4)
    places = torch.tensor([[[3.0, 0.0], [0.0, 1.0]]])
    assert several.answers(places).tolist() == [[0, 1]]
    losses = [math.log(1 + math.e**3), math.log(1 + math.e) - 1]
    assert several.loss(places, torch.tensor([[1, 1]])).item() == pytest.approx(np.mean(losses))


@every_case
def test_the_loss_is_over_scored_steps_only(kind: str, id: str, choice: dict[str, Any]) -> None:
    problem = seq_envs.make_problem(id, **choice)
    network = made(kind, problem)
    observations, targets, scored = some_episodes(problem)
    loss, scores = network.loss(observations, targets, scored)
    if "forcing" not in kind and "both" not in kind:
        assert torch.allclose(scores, network(observations)[scored], atol=1e-5)
    assert torch.allclose(loss, network.head.loss(scores, targets[scored]))
    others = 1 - targets if targets.is_floating_point() else (targets + 1) % network.head.shape[-1]
    asked = scored.reshape(*scored.shape, *[1] * (targets.ndim - 2))
    if "forcing" not in kind and "both" not in kind:
        again, _ = network.loss(observations, torch.where(asked, targets, others), scored)
        assert torch.equal(loss, again)
    wrong, _ = network.loss(observations, torch.where(asked, others, targets), scored)
    assert not torch.allclose(wrong, loss)


@pytest.mark.parametrize("kind", ANY_PROBLEM)
def test_padding_is_not_learned_from(kind: str) -> None:
    problem = Ragged()
    network = made(kind, problem)
    observations, targets, scored = some_episodes(problem, 10)
    lengths = torch.as_tensor(seq_envs.sample(problem, 10).lengths)
    after = torch.arange(7) >= lengths[:, None]
    assert after.any()
    other = torch.where(after, (observations + 1) % 4, observations)
    assert torch.equal(network.loss(observations, targets, scored)[0], network.loss(other, targets, scored)[0])


def test_a_policy_gives_the_best_answers_and_no_gradients() -> None:
    problem = seq_envs.make_problem("SeqEcho-v0", length=4)
    network = made("lstm", problem)
    observations, _, _ = some_episodes(problem)
    policy = NetworkPolicy(network)
    state, answers = policy.initial_state(4), []
    for step in range(4):
        one, state = policy.act(observations[:, step].numpy(), state)
        answers.append(one)
    assert np.array_equal(np.stack(answers, axis=1), network(observations).argmax(-1).numpy())
    assert not state[0].requires_grad
