"""The weights of cores before the first update, where a paper says what they are, and the shape of published layers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from seq_agents.cores import CORES
from seq_agents.cores.layers import head_width
from torch import nn

import seq_envs

PROBLEM = seq_envs.make_problem("SeqEcho-v0")


def made(name: str, **settings: Any) -> Any:
    torch.manual_seed(0)
    return CORES[name].build(3, CORES[name].settings_type.of(settings), PROBLEM)


def test_the_periods_of_ffm() -> None:
    """Evenly spaced up to 1024 steps, as in the authors' code."""
    periods = 2 * math.pi / made("ffm", contexts=4).frequency.detach().numpy()
    assert periods == pytest.approx(np.linspace(1, 1024, 4), rel=1e-5)


def test_the_traces_of_ffm_forget_from_at_once_to_never() -> None:
    """The fastest trace keeps a half after one step, the slowest a hundredth after 1024 steps."""
    kept = (-made("ffm", traces=8).log_decay.exp()).exp().detach().numpy()
    assert kept[0] == pytest.approx(0.5)
    assert kept[-1] ** 1024 == pytest.approx(0.01, rel=1e-3)
    assert (np.diff(kept) > 0).all()


@torch.no_grad()
def test_the_eigenvalues_of_lru() -> None:
    """Orvieto et al. 2023, sections 3.3 and 3.4: uniform on a ring, with inputs scaled by sqrt(1 - |lambda|^2)."""
    mixer = made("lru", hidden=2000, layers=1).mixers[0]
    radius, phase = (-mixer.log_decay.exp()).exp(), mixer.log_phase.exp()
    assert 0.5 <= radius.min() < 0.52
    assert 0.99 < radius.max() <= 0.999
    assert (radius**2).mean() == pytest.approx((0.5**2 + 0.999**2) / 2, abs=0.02)  # Uniform in area.
    assert mixer.skip.std() == pytest.approx(1.0, abs=0.1)  # The paper's D is drawn from a normal distribution.
    assert 0 < phase.min() < 0.05
    assert 6.2 < phase.max() <= 2 * math.pi
    assert torch.allclose(mixer.log_scale.exp(), (1 - radius**2).sqrt(), atol=1e-5)


@torch.no_grad()
def test_the_decays_and_step_sizes_of_mamba() -> None:
    """Gu & Dao 2023, sections 3.6 and E.2: A_n = -(n + 1), and step sizes log-uniform in 0.001 ... 0.1."""
    mixer = made("mamba", hidden=512, states=3, layers=1).mixers[0]
    assert torch.allclose(mixer.log_decay.exp(), torch.tensor([[1.0], [2.0], [3.0]]).expand(3, 512))
    sizes = nn.functional.softplus(mixer.step_size.bias)
    assert 0.00099 < sizes.min() < 0.0012
    assert 0.09 < sizes.max() < 0.1001
    assert sizes.log().mean() == pytest.approx(math.log(0.01), abs=0.1)
    assert mixer.skip.tolist() == [1.0] * 512
    rank = 512 // 16
    assert 0.99 * rank**-0.5 < mixer.step_size.weight.abs().max() <= rank**-0.5


@torch.no_grad()
def test_the_forget_gates_of_mlstm() -> None:
    """From half open to open over the heads; in the authors' code all are open."""
    gates = made("mlstm", hidden=64, heads=4, layers=1).mixers[0].gates
    assert gates.bias.tolist() == pytest.approx([0, 0, 0, 0, 0, 5 / 3, 10 / 3, 5])
    assert gates.weight.abs().max() <= 0.1 / math.sqrt(64)


@pytest.mark.parametrize(
    ("hidden", "heads", "width"), [(64, 4, 16), (66, 4, 17), (64, 1, 64), (8, 4, 4), (3, 2, 4), (17, 4, 5)]
)
def test_the_width_of_a_head(hidden: int, heads: int, width: int) -> None:
    assert head_width(hidden, heads) == width


@pytest.mark.parametrize(
    ("name", "has_one"),
    [("transformer", True), ("deltanet", True), ("mingru", True), ("mamba", False), ("mlstm", False), ("lru", False)],
)
def test_published_layers_with_a_feed_forward_network(name: str, has_one: bool) -> None:
    assert len(made(name, hidden=8, layers=2).feed_forwards) == (2 if has_one else 0)


@pytest.mark.parametrize(
    ("name", "smallest"),
    [
        ("transformer", {"hidden": 1, "layers": 1, "heads": 1, "window": 1}),
        ("deltanet", {"hidden": 1, "layers": 1, "heads": 1, "convolution": 1}),
        ("mlstm", {"hidden": 1, "layers": 1, "heads": 1, "convolution": 1}),
        ("mamba", {"hidden": 1, "layers": 1, "states": 1, "convolution": 1}),
        ("ffm", {"hidden": 1, "traces": 1, "contexts": 1}),
    ],
)
def test_the_smallest_settings(name: str, smallest: dict[str, Any]) -> None:
    core = made(name, **smallest)
    outputs, _ = core(torch.ones(2, 3, 3), core.initial_state(2))
    assert outputs.shape[:2] == (2, 3)
    assert outputs.isfinite().all()
    for setting in smallest:
        with pytest.raises(ValueError, match=f"{setting} must be .*>= 1"):
            CORES[name].settings_type.of({setting: 0})
