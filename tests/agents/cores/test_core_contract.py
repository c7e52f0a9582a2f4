"""The contract of a core, for every core of the menu; see `seq_agents.cores.core`."""

from __future__ import annotations

import pytest
import torch
from seq_agents.cores import CORES
from seq_agents.cores.core import Core, State
from torch import Tensor

import seq_envs

torch.set_num_threads(1)
BATCH, STEPS, INPUTS = 4, 9, 3
PROBLEM = seq_envs.make_problem("SeqEcho-v0", length=STEPS, lag=2)

every_core = pytest.mark.parametrize("name", CORES)


def made(name: str) -> Core:
    torch.manual_seed(0)
    core = CORES[name].build(INPUTS, CORES[name].settings_type(hidden=5), PROBLEM)
    for weights in core.parameters():  # So that every input matters.
        torch.nn.init.normal_(weights)
    return core.double()


def some_inputs(batch: int = BATCH, steps: int = STEPS) -> Tensor:
    return torch.randn(batch, steps, INPUTS, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def read(core: Core, inputs: Tensor, starts: Tensor | None = None) -> tuple[Tensor, State]:
    with torch.no_grad():
        return core(inputs, core.initial_state(len(inputs)), starts)


def same(ours: State, theirs: State) -> bool:
    return all(torch.allclose(one, other) for one, other in zip(ours, theirs, strict=True))


@every_core
def test_outputs_and_states_have_the_stated_shapes(name: str) -> None:
    core = made(name)
    outputs, state = read(core, some_inputs())
    assert outputs.shape == (BATCH, STEPS, core.outputs)
    initial = core.initial_state(BATCH)
    assert [part.shape for part in state] == [part.shape for part in initial]
    assert all(len(part) == BATCH for part in initial)


@every_core
@pytest.mark.parametrize("cut", range(1, STEPS))
def test_a_split_anywhere_reads_the_same(name: str, cut: int) -> None:
    core, inputs = made(name), some_inputs()
    whole, last = read(core, inputs)
    with torch.no_grad():
        first, state = core(inputs[:, :cut], core.initial_state(BATCH))
        second, state = core(inputs[:, cut:], state)
    assert torch.allclose(torch.cat([first, second], dim=1), whole)
    assert same(state, last)


@every_core
def test_single_steps_read_the_same_as_the_sequence(name: str) -> None:
    core, inputs = made(name), some_inputs()
    whole, last = read(core, inputs)
    state, outputs = core.initial_state(BATCH), []
    with torch.no_grad():
        for step in range(STEPS):
            output, state = core(inputs[:, step : step + 1], state)
            outputs.append(output)
    assert torch.allclose(torch.cat(outputs, dim=1), whole)
    assert same(state, last)


@every_core
def test_a_start_begins_an_episode_in_its_lane_and_in_no_other(name: str) -> None:
    """Lane by lane and episode by episode with fresh states gives the same as one call with starts."""
    core, inputs = made(name), some_inputs()
    starts = torch.zeros(BATCH, STEPS, dtype=torch.bool)
    starts[0, 0] = starts[1, 3] = starts[1, 4] = starts[2, 4] = starts[2, STEPS - 1] = True
    together, last = read(core, inputs, starts)
    for lane in range(BATCH):
        begins = sorted({0, *starts[lane].nonzero().flatten().tolist()})
        for first, end in zip(begins, [*begins[1:], STEPS], strict=True):
            alone, state = read(core, inputs[lane : lane + 1, first:end])
            assert torch.allclose(together[lane, first:end], alone[0]), (lane, first)
        assert same(tuple(part[lane] for part in last), tuple(part[0] for part in state)), lane


@every_core
def test_a_start_forgets_the_state_that_was_passed(name: str) -> None:
    core, inputs = made(name), some_inputs()
    _, state = read(core, inputs)
    starts = torch.zeros(BATCH, STEPS, dtype=torch.bool)
    starts[:, 0] = True
    with torch.no_grad():
        outputs, last = core(inputs, state, starts)
    fresh, fresh_last = read(core, inputs)
    assert torch.allclose(outputs, fresh)
    assert same(last, fresh_last)


@every_core
def test_later_inputs_change_no_earlier_output_and_lanes_are_independent(name: str) -> None:
    core, inputs = made(name), some_inputs()
    whole, _ = read(core, inputs)
    changed = inputs.clone()
    changed[1, 5] += 1
    outputs, _ = read(core, changed)
    differs = (outputs - whole).abs().amax(dim=2) > 1e-9
    assert not differs[[0, 2, 3]].any()
    assert not differs[1, :5].any()
    assert differs[1, 5]


@every_core
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_state_follows_the_dtype(name: str, dtype: torch.dtype) -> None:
    core = made(name).to(dtype)
    outputs, state = core(some_inputs().to(dtype), core.initial_state(BATCH))
    assert outputs.dtype == dtype
    assert all(part.dtype in (dtype, torch.int64) for part in state)


@every_core
def test_the_gradient_over_many_steps_is_finite(name: str) -> None:
    core = CORES[name].build(INPUTS, CORES[name].settings_type(hidden=5), PROBLEM)
    outputs, _ = core(some_inputs(2, 1000).float(), core.initial_state(2))
    outputs[:, -1].sum().backward()
    gradients = [weights.grad for weights in core.parameters()]
    assert all(gradient is not None and gradient.isfinite().all() for gradient in gradients)


def test_the_state_moves_to_another_device() -> None:
    """On the meta device, which every machine has."""
    for name in CORES:
        core = made(name).to("meta")
        assert all(part.device.type == "meta" for part in core.initial_state(2)), name
