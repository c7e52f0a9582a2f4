"""`check_core` accepts right cores and names the mistake of each broken one."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
import torch
from broken_cores import BROKEN
from right_cores import Plain, Right, RingBuffer, Window
from seq_agents.testing import CoreError, check_core
from torch import Tensor, nn

torch.set_num_threads(1)
INPUTS = 3


def made(core_type: type[nn.Module]) -> nn.Module:
    torch.manual_seed(0)
    return core_type(INPUTS)


@pytest.mark.parametrize("core_type", [Right, Plain, Window, RingBuffer])
@pytest.mark.parametrize("quick", [True, False])
def test_a_right_core_passes(core_type: type[nn.Module], quick: bool) -> None:
    check_core(made(core_type), INPUTS, quick=quick)


@pytest.mark.parametrize(("core_type", "said"), BROKEN, ids=[core_type.__name__ for core_type, _ in BROKEN])
def test_the_mistake_of_a_broken_core_is_named(core_type: type[nn.Module], said: str) -> None:
    with pytest.raises(CoreError, match=said) as raised:
        check_core(made(core_type), INPUTS)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("core", [Right, "gru", None])
def test_what_is_no_module(core: Any) -> None:
    with pytest.raises(CoreError, match=r"a core must be a torch.nn.Module, an instance of a class"):
        check_core(core, INPUTS)


def test_what_has_no_contract() -> None:
    with pytest.raises(CoreError, match="no attribute 'outputs'"):
        check_core(nn.GRU(INPUTS, 4, batch_first=True), INPUTS)


def test_another_number_of_inputs() -> None:
    with pytest.raises(CoreError, match=r"forward on inputs of shape \(2, 4, 5\) raises"):
        check_core(made(Right), INPUTS + 2)


class WithoutWeights(nn.Module):
    """The sum of the inputs so far, which has no weight and so neither a dtype nor a device."""

    def __init__(self) -> None:
        super().__init__()
        self.outputs = INPUTS

    def initial_state(self, batch: int) -> tuple[Tensor, ...]:
        return (torch.zeros(batch, INPUTS),)

    def forward(self, inputs: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Tensor, ...]]:
        outputs = state[0][:, None] + inputs.cumsum(dim=1)
        return outputs, (outputs[:, -1],)


def test_a_core_without_weights_passes() -> None:
    check_core(WithoutWeights(), INPUTS)


def test_the_core_and_the_global_random_states_stay_as_they_are() -> None:
    core = made(Right).train()
    core.first.requires_grad_(False)
    weights = {name: tensor.clone() for name, tensor in core.state_dict().items()}
    before = torch.get_rng_state(), random.getstate(), repr(np.random.get_state())  # noqa: NPY002 - it is only read.
    check_core(core, INPUTS, quick=True)
    with pytest.raises(CoreError):
        check_core(made(BROKEN[-1][0]).train(), INPUTS)
    torch.manual_seed(0)  # `made` has seeded it.
    after = torch.get_rng_state(), random.getstate(), repr(np.random.get_state())  # noqa: NPY002 - it is only read.
    assert after[1:] == before[1:]
    assert core.training
    assert not core.first.requires_grad
    assert all(torch.equal(tensor, weights[name]) for name, tensor in core.state_dict().items())
    assert all(weight.grad is None and weight.dtype == torch.float32 for weight in core.parameters())


def test_torchs_generator_stays_as_it_is() -> None:
    core = made(Right)
    before = torch.get_rng_state()
    check_core(core, INPUTS, quick=True)
    assert torch.equal(torch.get_rng_state(), before)
