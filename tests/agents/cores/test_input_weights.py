"""The weights between the inputs and torch's recurrent networks at the start."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from gymnasium import spaces
from seq_agents.agents import make_learner, settings_of
from seq_agents.cores import core_type, make_core
from seq_agents.sb3 import CorePolicy
from torch import nn

torch.set_num_threads(1)
CORES = ("lstm", "gru", "rnn")


def recurrent(module: Any) -> nn.RNNBase:
    (found,) = (part for part in module.modules() if isinstance(part, nn.RNNBase))
    return found


def core(name: str, **chosen: Any) -> nn.RNNBase:
    torch.manual_seed(0)
    kind = core_type(name)
    return recurrent(make_core(kind, 50, kind.settings_type.of({"hidden": 64, **chosen})))


@pytest.mark.parametrize("name", CORES)
def test_they_are_drawn_anew_and_no_others(name: str) -> None:
    drawn, plain = core(name), core(name, input_weights=0)
    assert drawn.weight_ih_l0.std().item() == pytest.approx(1.0, abs=0.03)
    assert drawn.weight_ih_l0.mean().item() == pytest.approx(0.0, abs=0.03)
    assert core(name, input_weights=3).weight_ih_l0.std().item() == pytest.approx(3.0, abs=0.1)
    for key, weights in drawn.named_parameters():
        assert torch.equal(weights, plain.get_parameter(key)) == (key != "weight_ih_l0")


@pytest.mark.parametrize("name", CORES)
def test_zero_leaves_them_as_torch_draws_them(name: str) -> None:
    torch.manual_seed(0)
    kind = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[name]
    as_torch = kind(50, 64, batch_first=True)
    chosen = {"forget_bias": 0} if name == "lstm" else {}
    for key, weights in core(name, input_weights=0, **chosen).named_parameters():
        assert torch.equal(weights, as_torch.get_parameter(key))


@pytest.mark.parametrize("name", CORES)
def test_a_policy_for_other_envs_begins_as_torch(name: str) -> None:
    space = spaces.Box(0.0, 1.0, (50,))
    policy = CorePolicy(
        space, spaces.Discrete(2), lambda _: 1e-3, core=name, shared_lstm=True, enable_critic_lstm=False
    )
    assert recurrent(policy).weight_ih_l0.std().item() < 0.1


@pytest.mark.parametrize("agent", ["lstm", "gru", "rnn", "bilstm", "reinforce", "recurrent-ppo", "recurrent-ppo-stock"])
def test_every_rule_draws_them(agent: str) -> None:
    learner: Any = make_learner(agent, "SeqEcho-v0", 0, {"hidden": 32}, standard=True, n_values=50)
    network = getattr(learner, "network", None) or learner.model.policy
    assert recurrent(network).weight_ih_l0.std().item() == pytest.approx(1.0, abs=0.05)


def test_only_the_encoder_of_an_encoder_decoder_reads_symbols() -> None:
    learner: Any = make_learner("encoder-decoder", "SeqCopy-v0", 0, {"hidden": 32}, n_values=50)
    encoder, decoder = learner.network.memory()
    assert encoder.weight_ih_l0.std().item() == pytest.approx(1.0, abs=0.05)
    assert decoder.weight_ih_l0.std().item() < 0.2


def test_stored_settings_of_0_1_0_drew_them_as_torch() -> None:
    kind = type(settings_of("gru", ""))
    assert kind.of({}).as_dict()["input_weights"] == 1.0
    assert kind.stored({}).as_dict()["input_weights"] == 0.0
