"""A short causal convolution: each feature is mixed with its own last few values."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seq_agents.cores.episode_starts import time_steps


class ShortConvolution(nn.Module):
    """y_t = bias + sum over j < width of w_j x_{t-j}, for each feature alone; inputs before an episode are 0.

    It stands before the recurrence of Mamba (Gu and Dao 2023, section 3.4), DeltaNet and mLSTM. Its state is the last
    width - 1 inputs, (B, width - 1, features).
    """

    def __init__(self, features: int, width: int) -> None:
        super().__init__()
        self.features, self.width = features, width
        bound = width**-0.5
        self.weight = nn.Parameter(torch.empty(width, features).uniform_(-bound, bound))
        """Row j weighs the inputs of j steps ago."""
        self.bias = nn.Parameter(torch.zeros(features))

    def initial_state(self, batch: int) -> Tensor:
        """The state before the first step of `batch` episodes."""
        return self.weight.new_zeros(batch, self.width - 1, self.features)

    def forward(self, inputs: Tensor, before: Tensor, starts: Tensor | None) -> tuple[Tensor, Tensor]:
        """Inputs (B, T, features), the state and `starts`, (B, T) bool or None, to outputs and the next state."""
        steps = inputs.shape[1]
        seen = torch.cat([before, inputs], dim=1)
        age = (
            None
            if starts is None
            else time_steps(starts.new_full((len(starts),), self.width, dtype=torch.int64), starts)
        )
        outputs = torch.addcmul(self.bias, seen[:, self.width - 1 :], self.weight[0])
        for lag in range(1, self.width):
            first = self.width - 1 - lag
            lagged = seen[:, first : first + steps]
            if age is not None:
                lagged = lagged * (age >= lag)[..., None]
            outputs = torch.addcmul(outputs, lagged, self.weight[lag])
        kept = seen[:, steps:]
        if age is not None:
            lags = torch.arange(self.width - 2, -1, -1, device=age.device)
            kept = kept * (lags <= age[:, -1:])[..., None]
        return outputs, kept
