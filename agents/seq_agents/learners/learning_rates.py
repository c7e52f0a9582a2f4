"""Learning rates: one for the weights of the memory, one for all others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn


def rate_groups(network: nn.Module, memory: Iterable[nn.Module], share: float) -> list[dict[str, Any]]:
    """Parameter groups for an optimizer: the memory learns at a share of the learning rate, the rest at all of it."""
    slow = [weights for part in memory for weights in part.parameters()]
    known = {id(weights) for weights in slow}
    quick = [weights for weights in network.parameters() if id(weights) not in known]
    return [{"params": slow, "share": share}, {"params": quick, "share": 1.0}]


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Set the learning rate of every group to its share of `rate`."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group.get("share", 1.0)
