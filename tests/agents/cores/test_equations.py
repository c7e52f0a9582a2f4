"""Each core against a slow loop written from the equations of its paper; see `core_oracles`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from core_oracles import STEPS, read
from seq_agents.cores import CORES
from seq_agents.cores.core import Core

import seq_envs

torch.set_num_threads(1)
PROBLEM = seq_envs.make_problem("SeqEcho-v0")
SMALL: dict[str, dict[str, Any]] = {
    "mamba": {"states": 3},
    "deltanet": {"heads": 2},
    "mlstm": {"heads": 2},
    "ffm": {"traces": 3, "contexts": 2},
    "transformer": {"heads": 2, "window": 6},
}
"""Settings that differ from the defaults."""
LAYERED = sorted(set(STEPS) - {"lstm", "gru", "rnn", "ffm"})


@pytest.fixture(autouse=True)
def _double() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def made(name: str, **settings: Any) -> Core:
    torch.manual_seed(0)
    core = CORES[name].build(3, CORES[name].settings_type.of({"hidden": 8, **SMALL.get(name, {}), **settings}), PROBLEM)
    for weights in core.parameters():  # So that no weight is 0, and gates open and shut.
        weights.data += 0.3 * torch.randn_like(weights)
    return core


def test_every_recurrent_core_has_its_equations_here() -> None:
    assert {*STEPS, "window", "none", "reservoir"} == set(CORES), "a reservoir is an LSTM"


@pytest.mark.parametrize("steps", [7, 45])
@pytest.mark.parametrize("name", STEPS)
def test_outputs_and_gradients_are_those_of_the_equations(name: str, steps: int) -> None:
    """45 steps are more than a chunk, and 7 more than the window."""
    check(name, made(name), steps)


@pytest.mark.parametrize("name", LAYERED)
def test_two_layers(name: str) -> None:
    check(name, made(name, layers=2), 7)


@pytest.mark.parametrize("heads", [1, 3])
@pytest.mark.parametrize("name", ["deltanet", "mlstm", "transformer"])
def test_heads_that_do_not_divide_the_units(name: str, heads: int) -> None:
    check(name, made(name, heads=heads), 7)


@pytest.mark.parametrize("width", [1, 2])
@pytest.mark.parametrize("name", ["mamba", "deltanet", "mlstm"])
def test_the_width_of_the_convolution(name: str, width: int) -> None:
    check(name, made(name, convolution=width), 5)


def check(name: str, core: Core, steps: int) -> None:
    """Outputs, and the gradients of all weights and inputs, with starts within the sequence and without."""
    torch.manual_seed(1)
    inputs = torch.randn(2, steps, 3, requires_grad=True)
    weights = torch.randn(2, steps, core.outputs)
    starts = torch.zeros(2, steps, dtype=torch.bool)
    starts[0, 2] = starts[0, 3] = starts[1, steps - 1] = starts[1, steps // 2] = True
    for some in (starts, None):
        ours, _ = core(inputs, core.initial_state(2), some)
        theirs = read(STEPS[name], core, inputs, torch.zeros_like(starts) if some is None else some)
        assert torch.allclose(ours, theirs, rtol=1e-8, atol=1e-10)
        learned = [inputs, *core.parameters()]
        gradients = (torch.autograd.grad((outputs * weights).sum(), learned) for outputs in (ours, theirs))
        for our, their in zip(*gradients, strict=True):
            assert torch.allclose(our, their, rtol=1e-7, atol=1e-9)
