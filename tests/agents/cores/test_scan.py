"""Scans against a loop."""

from __future__ import annotations

from itertools import pairwise

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from seq_agents.cores.scan import scan
from seq_agents.cores.selective_scan import selective_scan
from seq_agents.cores.short_convolution import ShortConvolution
from torch import Tensor

torch.set_num_threads(1)
SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 40), st.integers(1, 3))
"""Lanes, steps and features."""


def drawn(generator: torch.Generator, *shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(shape, generator=generator, dtype=dtype).requires_grad_()


def looped(decays: Tensor, updates: Tensor, state: Tensor) -> Tensor:
    states = []
    for step in range(updates.shape[1]):
        state = decays[:, step] * state + updates[:, step]
        states.append(state)
    return torch.stack(states, dim=1)


def same_gradients(ours: Tensor, theirs: Tensor, *inputs: Tensor) -> None:
    """Equal values, and equal gradients of a weighted sum of them."""
    assert torch.allclose(ours, theirs)
    weights = torch.randn(ours.shape, generator=torch.Generator().manual_seed(9), dtype=ours.dtype)
    pairs = (torch.autograd.grad((read * weights).sum().real, inputs, retain_graph=True) for read in (ours, theirs))
    assert all(torch.allclose(our, their) for our, their in zip(*pairs, strict=True))


@settings(max_examples=25, deadline=None)
@given(SHAPES, st.integers(0, 99), st.booleans(), st.booleans(), st.floats(0, 1))
def test_a_scan_is_its_loop(shape: tuple[int, int, int], seed: int, is_complex: bool, each: bool, share: float) -> None:
    generator = torch.Generator().manual_seed(seed)
    dtype = torch.complex128 if is_complex else torch.float64
    decays, updates = (drawn(generator, *shape, dtype=dtype) for _ in range(2))
    initial = drawn(generator, shape[0], shape[2], dtype=dtype)
    starts = torch.rand(shape[:2], generator=generator) < share
    decays = decays if each else drawn(generator, 1, 1, shape[2], dtype=dtype)
    kept = decays * ~starts[..., None]
    same_gradients(scan(decays, updates, initial, starts), looped(kept, updates, initial), decays, updates, initial)


def test_a_scan_has_the_gradient_of_finite_differences() -> None:
    generator = torch.Generator().manual_seed(0)
    for dtype in (torch.float64, torch.complex128):
        tensors = [drawn(generator, *shape, dtype=dtype) for shape in ((2, 4, 3), (2, 4, 3), (2, 3))]
        assert torch.autograd.gradcheck(scan, tensors)


def test_a_scan_takes_decays_that_are_the_same_in_every_step() -> None:
    generator = torch.Generator().manual_seed(0)
    decay, updates, initial = drawn(generator, 1, 1, 3), drawn(generator, 2, 6, 3), drawn(generator, 2, 3)
    decays = decay.expand(2, 6, 3)
    for ours in (decay, decays):
        same_gradients(scan(ours, updates, initial), looped(decays, updates, initial), decay, updates, initial)


@settings(max_examples=15, deadline=None)
@given(SHAPES, st.integers(0, 99), st.floats(0, 1) | st.none())
def test_a_selective_scan_is_its_loop(shape: tuple[int, int, int], seed: int, share: float | None) -> None:
    generator = torch.Generator().manual_seed(seed)
    lanes, steps, features = shape
    sizes, values = drawn(generator, *shape), drawn(generator, *shape)
    rates, initial = drawn(generator, 2, features), drawn(generator, lanes, 2, features)
    read, write = drawn(generator, lanes, steps, 2), drawn(generator, lanes, steps, 2)
    starts = None if share is None else torch.rand(lanes, steps, generator=generator) < share
    decays = (sizes.sigmoid()[:, :, None] * -rates.exp()).exp()
    if starts is not None:
        decays = decays * ~starts[..., None, None]
    updates = (sizes.sigmoid() * values)[:, :, None] * read[..., None]
    states = looped(decays, updates, initial)
    outputs, last = selective_scan(sizes.sigmoid(), -rates.exp(), values, read, write, initial, starts)
    theirs = torch.cat([(states * write[..., None]).sum(2).flatten(), states[:, -1].flatten()])
    tensors = sizes, values, rates, initial, read, write
    same_gradients(torch.cat([outputs.flatten(), last.flatten()]), theirs, *tensors)


@settings(max_examples=15, deadline=None)
@given(SHAPES, st.integers(1, 5), st.integers(0, 99), st.floats(0, 1) | st.none())
def test_a_short_convolution_is_torchs(shape: tuple[int, int, int], width: int, seed: int, share: float | None) -> None:
    """torch's depthwise convolution of each episode, after zeros."""
    generator = torch.Generator().manual_seed(seed)
    lanes, steps, features = shape
    convolution = ShortConvolution(features, width).double()
    inputs, before = drawn(generator, *shape), drawn(generator, lanes, width - 1, features)
    starts = None if share is None else torch.rand(lanes, steps, generator=generator) < share
    outputs, kept = convolution(inputs, before, starts)
    kernel = convolution.weight.flip(0).t()[:, None]
    expected, expected_kept = [], []
    for lane in range(lanes):
        begins = [] if starts is None else starts[lane].nonzero().flatten().tolist()
        bounds, seen, read = sorted({0, *begins, steps}), before[lane], []
        for first, end in pairwise(bounds):
            seen = torch.zeros_like(seen) if first in begins else seen
            seen = torch.cat([seen, inputs[lane, first:end]])
            read.append(torch.conv1d(seen.t()[None], kernel, convolution.bias, groups=features)[0].t())
            seen = seen[len(seen) - width + 1 :]
        expected.append(torch.cat(read))
        expected_kept.append(seen)
    assert torch.equal(kept, torch.stack(expected_kept))
    same_gradients(outputs, torch.stack(expected), inputs, convolution.weight, convolution.bias)


def test_a_scan_over_many_steps_stays_finite_in_single_precision() -> None:
    decays = torch.full((1, 1000, 2), 1.0).requires_grad_()
    states = scan(decays, torch.ones(1, 1000, 2), torch.zeros(1, 2))
    assert torch.equal(states[0, :, 0], torch.arange(1.0, 1001))
    states.sum().backward()
    assert decays.grad is not None
    assert decays.grad.isfinite().all()
