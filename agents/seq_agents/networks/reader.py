"""The reader of a network: from observations to features."""

from __future__ import annotations

import numpy as np
import torch
from gymnasium import spaces
from torch import Tensor, nn

import seq_envs


class Reader(nn.Module):
    """Observations (B, T, *observation shape) to features (B, T, size); symbols become one-hot vectors."""

    like: Tensor
    """An empty tensor with the module's dtype and device; the features get the same."""

    def __init__(self, problem: seq_envs.Problem) -> None:
        super().__init__()
        space = problem.observation_space
        self.symbols = int(space.n) if isinstance(space, spaces.Discrete) else 0
        self.size = self.symbols or int(np.prod(space.shape or ()))
        self.register_buffer("like", torch.empty(0), persistent=False)

    def forward(self, observations: Tensor) -> Tensor:
        if self.symbols:
            return nn.functional.one_hot(observations.long(), self.symbols).to(self.like)
        return observations.flatten(2).to(self.like)
