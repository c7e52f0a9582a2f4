"""The reader of a network: from observations to features."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from torch import Tensor, nn

import seq_envs

_POINTS = 33


def interpolates(space: spaces.Space[Any], bins: int) -> bool:
    """Whether a reader of these observations interpolates: they are one number between bounds, and there are bins."""
    if bins == 0 or not isinstance(space, spaces.Box) or space.shape != (1,):
        return False
    return 0.0 < float(space.high[0]) - float(space.low[0]) <= float(np.finfo(np.float32).max)


def _sizes(space: spaces.Space[Any]) -> list[int]:
    """The number of symbols in each place of an observation; none if observations are numbers."""
    if isinstance(space, spaces.MultiDiscrete):
        return [int(size) for size in space.nvec]
    return [int(space.n)] if isinstance(space, spaces.Discrete) else []


class Reader(nn.Module):
    """Observations (B, T, *observation shape) to features (B, T, size); symbols become one-hot vectors.

    Args:
        problem: the problem that makes the observations.
        bins: the bins of real answers; 0: none. With bins, an observation of one number between bounds gets further
            features, its weights in a linear interpolation between 33 evenly spaced points. A small network tells
            neighbouring numbers apart by them, as it must to choose a bin.
    """

    like: Tensor
    """An empty tensor with the module's dtype and device; the features get the same."""
    points: Tensor
    """(33,): the points of interpolation; empty if there are none."""

    def __init__(self, problem: seq_envs.Problem, bins: int = 0) -> None:
        super().__init__()
        space: Any = problem.observation_space
        self.symbols = _sizes(space)
        self.register_buffer("like", torch.empty(0), persistent=False)
        points = torch.empty(0)
        if interpolates(space, bins):
            points = torch.linspace(float(space.low[0]), float(space.high[0]), _POINTS)
        self.register_buffer("points", points, persistent=False)
        self.size = sum(self.symbols) or int(np.prod(space.shape or ())) + len(self.points)

    def forward(self, observations: Tensor) -> Tensor:
        if self.symbols:
            places = observations.long().reshape(*observations.shape[:2], -1).unbind(dim=-1)
            vectors = [nn.functional.one_hot(place, size) for place, size in zip(places, self.symbols, strict=True)]
            return torch.cat(vectors, dim=-1).to(self.like)
        numbers = observations.reshape(*observations.shape[:2], -1).to(self.like)
        if not len(self.points):
            return numbers
        distances = (numbers - self.points).abs() / (self.points[1] - self.points[0])
        return torch.cat([numbers, (1 - distances).clamp(min=0)], dim=-1)
