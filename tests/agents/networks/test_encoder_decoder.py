"""The encoder-decoder: its first answer, its attention, and when it reads right answers."""

from __future__ import annotations

import math

import pytest
import torch
from seq_agents.networks.encoder_decoder import EncoderDecoderNetwork
from small_networks import PROBLEM, made, some_episodes

torch.set_num_threads(1)

FIRST = PROBLEM.steps - 3


@pytest.mark.parametrize("kind", ["encoder-decoder-forcing", "encoder-decoder-both"])
def test_right_answers_are_read_only_while_training(kind: str) -> None:
    network = made(kind, PROBLEM)
    observations, targets, scored = some_episodes(PROBLEM)
    _, scores = network.loss(observations, targets, scored)
    first = scores.reshape(4, 3, 4)
    for place in range(3):
        other = targets.clone()
        other[:, FIRST + place] = (targets[:, FIRST + place] + 1) % 4
        _, scores = network.loss(observations, other, scored)
        changed = (scores.reshape(4, 3, 4) - first).abs().amax(dim=(0, 2)) > 1e-5
        assert changed.tolist() == [later > place for later in range(3)], "an answer is read by the steps after it"
    assert scores.requires_grad


@pytest.mark.parametrize("kind", ["encoder-decoder-forcing", "encoder-decoder-both"])
def test_it_reads_its_own_answers_when_it_acts(kind: str) -> None:
    network = made(kind, PROBLEM)
    observations, targets, scored = some_episodes(PROBLEM)
    played = network(observations)
    own = targets.clone()
    own[:, FIRST:] = played[:, FIRST:].argmax(-1)
    _, scores = network.loss(observations, own, scored)
    assert torch.allclose(scores, played[scored], atol=1e-5), "forced with its own answers, it gives the same scores"
    _, scores = network.loss(observations, targets, scored)
    assert not torch.allclose(scores, played[scored], atol=1e-3)


@pytest.mark.parametrize("kind", ["encoder-decoder", "encoder-decoder-attention"])
def test_without_forcing_right_answers_are_never_read(kind: str) -> None:
    network = made(kind, PROBLEM)
    observations, targets, scored = some_episodes(PROBLEM)
    _, scores = network.loss(observations, targets, scored)
    _, again = network.loss(observations, (targets + 1) % 4, scored)
    assert torch.equal(scores, again)
    assert torch.allclose(scores, network(observations)[scored])


def test_the_decoder_starts_with_the_final_state_of_the_encoder() -> None:
    network = made("encoder-decoder", PROBLEM)
    assert isinstance(network, EncoderDecoderNetwork)
    observations, _, _ = some_episodes(PROBLEM)
    with torch.no_grad():
        said, state = network.encoder(network.reader(observations[:, :FIRST]))
        expected = []
        for _ in range(3):
            output, state = network.decoder(said[:, -1:], state)
            expected.append(network.head(output[:, 0]))
        assert torch.allclose(network(observations)[:, FIRST:], torch.stack(expected, dim=1), atol=1e-6)
        assert not network(observations)[:, :FIRST].any()


def test_attention_weighs_the_outputs_of_the_encoder() -> None:
    network = made("encoder-decoder-attention", PROBLEM)
    assert isinstance(network, EncoderDecoderNetwork)
    observations, _, _ = some_episodes(PROBLEM)
    with torch.no_grad():
        said, state = network.encoder(network.reader(observations[:, :FIRST]))
        output, _ = network.decoder(said[:, -1:], state)
        for lane in range(4):
            products = [math.exp(float(output[lane, 0] @ said[lane, step])) for step in range(FIRST)]
            looked = sum(product * said[lane, step] for step, product in enumerate(products)) / sum(products)
            expected = network.head(torch.cat([output[lane, 0], looked]))
            assert torch.allclose(network(observations)[lane, FIRST], expected, atol=1e-5)
