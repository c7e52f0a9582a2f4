"""A device that every machine has: torch's meta device, made to answer where a GPU would be read from.

An operation on tensors of two devices fails on it as on a GPU. Its tensors have no numbers: `cpu` and `item` return
zeros, masks count as true everywhere, and a conversion to numpy without `cpu` fails as it does on a GPU.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from seq_agents.learners import reinforce, sb3_learner, supervised
from torch import Tensor
from torch.distributions import Distribution
from torch.fx.experimental import _config as torch_config

DEVICE = torch.device("meta")


@pytest.fixture
def pretended_device(monkeypatch: pytest.MonkeyPatch) -> Iterator[torch.device]:
    """Let every learner learn on the pretended device."""
    for module in (sb3_learner, supervised):
        monkeypatch.setattr(module, "device_of", lambda _: DEVICE)
    monkeypatch.setattr(Distribution, "_validate_args", False)
    monkeypatch.setattr(reinforce, "_generator", lambda *_: torch.Generator())
    _answer(monkeypatch, "cpu", lambda zeros: zeros)
    _answer(monkeypatch, "item", lambda zeros: zeros.item())
    _answer(monkeypatch, "tolist", lambda zeros: zeros.tolist())
    _answer(monkeypatch, "__bool__", lambda zeros: bool(zeros.any()))
    with torch_config.patch({"meta_nonzero_assume_all_nonzero": True}):  # type: ignore[attr-defined]  # torch adds `patch` when it is imported.
        yield DEVICE


def _answer(monkeypatch: pytest.MonkeyPatch, method: str, answer: Callable[[Tensor], Any]) -> None:
    """Let a method of a tensor on the device answer with what it would be for zeros."""
    usual = getattr(Tensor, method)

    def patched(tensor: Tensor, *arguments: Any, **options: Any) -> Any:
        if tensor.device != DEVICE:
            return usual(tensor, *arguments, **options)
        return answer(torch.zeros(tensor.shape, dtype=tensor.dtype))

    monkeypatch.setattr(Tensor, method, patched)
