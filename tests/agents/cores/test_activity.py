"""What cores show of their state for drawings and probes."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from seq_agents.cores import CORES
from seq_agents.cores.core import Core

import seq_envs

PROBLEM = seq_envs.make_problem("SeqEcho-v0")


def made(name: str, **settings: Any) -> Core:
    torch.manual_seed(0)
    core = CORES[name].build(3, CORES[name].settings_type.of({"hidden": 8, **settings}), PROBLEM)
    for weights in core.parameters():  # So that no two weights or biases are the same.
        weights.data += 0.3 * torch.randn_like(weights)
    return core


def a_step(core: Core) -> tuple[torch.Tensor, Any, Any]:
    """Inputs (B, inputs), and the states before and after them."""
    inputs = torch.randn(4, 2, 3)
    _, before = core(inputs[:, :1], core.initial_state(4))
    _, after = core(inputs[:, 1:], before)
    return inputs[:, 1], before, after


@torch.no_grad()
def test_the_gates_of_a_gru_are_those_of_its_step() -> None:
    """h' = (1 - z) tanh(W x + b + r (U h + c)) + z h (Cho et al. 2014, as torch computes it)."""
    core = made("gru")
    inputs, before, after = a_step(core)
    state, gates = core.activity(inputs, before, after)
    reset, update = gates["reset gate"], gates["update gate"]
    of_inputs, of_hidden, bias, bias_of_hidden = (weights.chunk(3)[-1] for weights in core.gru.parameters())
    new = torch.tanh(inputs @ of_inputs.T + bias + reset * (before[0] @ of_hidden.T + bias_of_hidden))
    assert torch.allclose((1 - update) * new + update * before[0], after[0], atol=1e-6)
    assert torch.equal(state["h"], after[0])


@torch.no_grad()
def test_the_gates_of_an_lstm_are_those_of_its_step() -> None:
    """c' = f c + i tanh(W x + b + U h + b'); h' = o tanh(c') (Hochreiter & Schmidhuber 1997, Gers et al. 2000)."""
    core = made("lstm")
    inputs, before, after = a_step(core)
    state, gates = core.activity(inputs, before, after)
    of_inputs, of_hidden, bias, bias_of_hidden = (weights.chunk(4)[2] for weights in core.lstm.parameters())
    new = torch.tanh(inputs @ of_inputs.T + bias + before[0] @ of_hidden.T + bias_of_hidden)
    cell = gates["forget gate"] * before[1] + gates["input gate"] * new
    assert torch.allclose(cell, state["c"], atol=1e-6)
    assert torch.allclose(gates["output gate"] * torch.tanh(cell), state["h"], atol=1e-6)


@pytest.mark.parametrize(
    ("name", "layers", "names"),
    [
        ("mingru", 1, ["h"]),
        ("mingru", 2, ["h, layer 1", "h, layer 2"]),
        ("rnn", None, ["h"]),
        ("ffm", None, ["real part of S", "imaginary part of S"]),
    ],
)
@torch.no_grad()
def test_names_of_the_parts_of_a_state(name: str, layers: int | None, names: list[str]) -> None:
    core = made(name, **({} if layers is None else {"layers": layers}))
    inputs, before, after = a_step(core)
    state = core.activity(inputs, before, after).state
    assert list(state) == names
    assert all(part is given for part, given in zip(state.values(), after, strict=True))


@torch.no_grad()
def test_a_core_that_names_nothing_numbers_the_parts() -> None:
    core = made("lstm")
    inputs, before, after = a_step(core)
    assert list(Core.activity(core, inputs, before, after).state) == ["state 1", "state 2"]
