"""Generalised advantage estimation (Schulman et al. 2016, equation 16), and faults of it."""

from __future__ import annotations

import torch
from torch import Tensor


def advantages(
    rewards: Tensor,
    values: Tensor,
    over: Tensor,
    last: Tensor,
    gamma: float,
    gae_lambda: float,
    fault: str = "",
    beyond: Tensor | None = None,
    starts: Tensor | None = None,
) -> Tensor:
    """The advantages (T, lanes) of a rollout.

    Args:
        rewards: (T, lanes).
        values: (T, lanes), of the observations before the rewards.
        over: (T, lanes) bool, whether the episode ends with the reward.
        last: (lanes,) the values of the observations after the rollout.
        gamma: the discount.
        gae_lambda: the decay of the temporal differences.
        fault: a name of `FAULTS`.
        beyond: (T, lanes) the values of the observations that truncated episodes end with, 0 elsewhere; None: there are
            none.
        starts: (T, lanes) bool, whether an episode starts with the step; only a fault needs it.
    """
    if beyond is not None and fault != "truncation taken for termination":
        rewards = rewards + gamma * beyond
    if fault == "GAE masks shifted":
        over = over.roll(1, 0) if starts is None else starts
    if fault == "wrong bootstrap value":
        last = values[0]
    if fault == "no value after the rollout":
        last = torch.zeros_like(last)
    following = torch.cat([values[1:], last[None]])
    differences = rewards + gamma * following * ~over - values
    found = torch.zeros_like(values)
    later = torch.zeros_like(last)
    for step in reversed(range(len(rewards))):
        goes_on = torch.ones_like(later) if fault == "advantage across episode ends" else (~over[step]).float()
        later = found[step] = differences[step] + gamma * gae_lambda * goes_on * later
    return found
