"""A short causal convolution: each feature is mixed with its own last few values."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from seq_agents.cores.episode_starts import time_steps

_ROWS = 1024
"""Time steps, of all lanes together, that a CPU reads at once: few enough that they stay in its cache."""


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
        seen = torch.cat([before, inputs], dim=1)
        kept = seen[:, inputs.shape[1] :]
        visible = None
        if starts is not None:
            age = time_steps(starts.new_full((len(starts),), self.width, dtype=torch.int64), starts)
            lags = torch.arange(self.width, device=age.device)
            visible = (lags <= age[..., None]).to(seen.dtype)
            kept = kept * visible[:, -1, :-1].flip(1)[..., None]
        outputs: Tensor = _Convolve.apply(seen, self.weight, self.bias, visible)  # type: ignore[no-untyped-call]  # torch does not annotate it.
        return outputs, kept


class _Convolve(torch.autograd.Function):
    """The convolution, for a few lanes at a time, with a gradient that copies no input.

    Its arguments are the inputs after the state, (B, width - 1 + T, features), the weight, the bias, and how much of
    the input of each lag counts, (B, T, width), or None if all of it does.
    """

    @staticmethod
    def forward(context: Any, seen: Tensor, weight: Tensor, bias: Tensor, visible: Tensor | None) -> Tensor:
        context.save_for_backward(seen, weight, visible)
        outputs = bias.expand(len(seen), seen.shape[1] - len(weight) + 1, -1).clone()
        for some in _lanes(outputs):
            for lag, weights in enumerate(weight):
                outputs[some].addcmul_(_lagged(seen[some], visible, some, lag, len(weight)), weights)
        return outputs

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradients: Tensor) -> tuple[Tensor | None, ...]:
        seen, weight, visible = context.saved_tensors
        of_seen, of_weight = torch.zeros_like(seen), torch.zeros_like(weight)
        for some in _lanes(gradients):
            here = gradients[some]
            for lag, weights in enumerate(weight):
                lagged = _lagged(seen[some], visible, some, lag, len(weight))
                of_weight[lag] += (here * lagged).sum(dim=(0, 1))
                of_lagged = here if visible is None else here * visible[some, :, lag, None]
                _lagged(of_seen[some], None, some, lag, len(weight)).addcmul_(of_lagged, weights)
        return of_seen, of_weight, gradients.sum(dim=(0, 1)), None


def _lanes(steps: Tensor) -> list[slice]:
    """Slices of lanes that together have about `_ROWS` time steps, given a tensor (B, T, ...); on a GPU, all lanes."""
    count = max(_ROWS // steps.shape[1], 1) if steps.device.type == "cpu" else len(steps)
    return [slice(first, first + count) for first in range(0, len(steps), count)]


def _lagged(seen: Tensor, visible: Tensor | None, some: slice, lag: int, width: int) -> Tensor:
    """The inputs of `lag` steps ago, (lanes, T, features), where they count."""
    first = width - 1 - lag
    lagged = seen[:, first : seen.shape[1] - lag]
    return lagged if visible is None else lagged * visible[some, :, lag, None]
