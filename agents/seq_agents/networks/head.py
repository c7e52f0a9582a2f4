"""The head of a network: from features to answers."""

from __future__ import annotations

import numpy as np
import torch
from gymnasium import spaces
from torch import Tensor, nn

import seq_envs
from seq_envs.encodings import Array


class Head(nn.Module):
    """Features (..., size) to the scores of answers, with their loss.

    Scores are logits (..., n) for Discrete answers and (..., places, n) for MultiDiscrete ones; for Box answers
    (..., 1) they are the answers themselves.
    """

    low: Tensor
    high: Tensor
    missing: Tensor
    """(places, n) bool: the answers that a place of a MultiDiscrete answer does not have."""

    def __init__(self, problem: seq_envs.Problem, size: int) -> None:
        super().__init__()
        space = problem.action_space
        self.real = isinstance(space, spaces.Box)
        if isinstance(space, spaces.MultiDiscrete):
            self.shape = [len(space.nvec), int(space.nvec.max())]
        else:
            self.shape = [int(space.n)] if isinstance(space, spaces.Discrete) else [1]
        for bound in ("low", "high"):
            self.register_buffer(bound, torch.as_tensor(getattr(space, bound, 0.0)), persistent=False)
        places = getattr(space, "nvec", np.array([self.shape[-1]]))
        missing = torch.as_tensor(np.arange(self.shape[-1]) >= places[:, None])
        self.register_buffer("missing", missing, persistent=False)
        self.linear = nn.Linear(size, int(np.prod(self.shape)))

    def forward(self, features: Tensor) -> Tensor:
        scores: Tensor = self.linear(features)
        scores = scores.reshape(*scores.shape[:-1], *self.shape)
        return scores.masked_fill(self.missing, -torch.inf) if self.missing.any() else scores

    def loss(self, scores: Tensor, targets: Tensor) -> Tensor:
        """The mean loss over answers: squared error for real ones, cross-entropy for the others."""
        if self.real:
            return nn.functional.mse_loss(scores, targets.to(scores.dtype))
        return nn.functional.cross_entropy(scores.flatten(0, -2), targets.flatten())

    def answers(self, scores: Tensor) -> Array:
        """The best answers by these scores, of the action space's dtype."""
        best: Array = (self.allowed(scores) if self.real else scores.argmax(-1)).detach().cpu().numpy()
        return best

    def allowed(self, answers: Tensor) -> Tensor:
        """Real answers of the action space's dtype, each moved to the nearest value within the space."""
        return answers.to(self.low.dtype).clamp(self.low, self.high)
