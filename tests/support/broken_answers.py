"""Memory cores with one mistake each, in what a call returns, in their placement or in what they keep in the module."""

from __future__ import annotations

from typing import Any

import torch
from right_cores import HIDDEN, Right
from torch import Tensor, nn

# What it returns.


class NoState(Right):
    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        return super().forward(inputs, state, starts)[0]


class StateNone(Right):
    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        return super().forward(inputs, state, starts)[0], None


class BareState(Right):
    def initial_state(self, batch: int) -> Any:
        return super().initial_state(batch)[0]


class ListState(Right):
    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        outputs, after = super().forward(inputs, state, starts)
        return outputs, list(after)


class LayersFirst(Right):
    """The state has torch's shape (1, B, hidden)."""

    def initial_state(self, batch: int) -> Any:
        return (self.first.new_zeros(1, batch, HIDDEN),)


class GrowingState(Right):
    """It keeps every input."""

    def initial_state(self, batch: int) -> Any:
        return (self.first.new_zeros(batch, 0, self.gru.input_size),)

    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        seen = torch.cat([state[0], inputs], dim=1)
        return self.gru(seen)[0][:, -inputs.shape[1] :], (seen,)


class ExtraPart(Right):
    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        outputs, (hidden,) = super().forward(inputs, state[:1], starts)
        return outputs, (hidden, hidden)


class WrongOutputs(Right):
    def __init__(self, inputs: int) -> None:
        super().__init__(inputs)
        self.outputs = HIDDEN + 1


class LastOutputOnly(Right):
    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        outputs, after = super().forward(inputs, state, starts)
        return outputs[:, -1], after


class TimeFirst(Right):
    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        outputs, after = super().forward(inputs, state, starts)
        return outputs.transpose(0, 1), after


class HalfOutputs(Right):
    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        outputs, after = super().forward(inputs, state, starts)
        return outputs.half(), after


class NotANumber(Right):
    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        outputs, after = super().forward(inputs, state, starts)
        return (outputs - 2).log(), after


class NotANumberState(Right):
    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        outputs, (hidden,) = super().forward(inputs, state, starts)
        return outputs, (hidden / 0,)


class OneBatchSize(Right):
    """It has a weight for each of two lanes."""

    def __init__(self, inputs: int) -> None:
        super().__init__(inputs)
        self.scale = nn.Parameter(torch.ones(2, 1, 1))

    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        return super().forward(inputs * self.scale, state, starts)


# Dtype and device.


class FloatState(Right):
    def initial_state(self, batch: int) -> Any:
        return (torch.zeros(batch, HIDDEN, dtype=torch.float32, device=self.first.device),)


class FloatInside(Right):
    """Its outputs stay in single precision."""

    def __init__(self, inputs: int) -> None:
        super().__init__(inputs)
        self.table = torch.ones(HIDDEN)

    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        outputs, after = super().forward(inputs, state, starts)
        return outputs.float(), after


class CpuState(Right):
    def initial_state(self, batch: int) -> Any:
        return (torch.zeros(batch, HIDDEN, dtype=self.first.dtype),)


class CpuTable(Right):
    """A table that is no buffer, so it stays where it was made."""

    def __init__(self, inputs: int) -> None:
        super().__init__(inputs)
        self.table = torch.arange(1, HIDDEN + 1)

    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        outputs, after = super().forward(inputs, state, starts)
        return outputs * self.table, after


class NoParameter(Right):
    def __init__(self, inputs: int) -> None:
        super().__init__(inputs)
        self.scale = torch.ones(HIDDEN, requires_grad=True)


# What it remembers outside its state.


class StateInModule(Right):
    def __init__(self, inputs: int) -> None:
        super().__init__(inputs)
        self.kept: Tensor | None = None

    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        if self.kept is not None and len(self.kept) == len(inputs):
            state = (self.kept.to(inputs),)
        outputs, after = super().forward(inputs, state, starts)
        self.kept = after[0].detach()
        return outputs, after


class CountsCalls(Right):
    """Every call has another scale."""

    def __init__(self, inputs: int) -> None:
        super().__init__(inputs)
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        outputs, after = super().forward(inputs, state, starts)
        self.calls += 1
        return outputs, after


class Dropout(Right):
    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        outputs, after = super().forward(inputs, state, starts)
        return nn.functional.dropout(outputs, 0.5, self.training), after


class NoiseAlways(Right):
    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        outputs, after = super().forward(inputs, state, starts)
        return outputs + 0.1 * torch.randn_like(outputs), after


class BatchNorm(Right):
    def __init__(self, inputs: int) -> None:
        super().__init__(inputs)
        self.norm = nn.BatchNorm1d(HIDDEN)

    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        outputs, after = super().forward(inputs, state, starts)
        return self.norm(outputs.flatten(0, 1)).reshape(outputs.shape), after


class ChangesState(Right):
    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        outputs, after = super().forward(inputs, (state[0].clone(),), starts)
        with torch.no_grad():
            state[0].copy_(after[0])
        return outputs, after

    def initial_state(self, batch: int) -> Any:
        return (self.first.repeat(batch, 1),)


class ChangesInputs(Right):
    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        answers = super().forward(inputs.clone(), state, starts)
        with torch.no_grad():
            inputs.mul_(2)
        return answers


class ReturnsWorkSpace(Right):
    """Every call returns the same tensor as state."""

    def __init__(self, inputs: int) -> None:
        super().__init__(inputs)
        self.space: dict[Any, Tensor] = {}

    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        outputs, after = super().forward(inputs, state, starts)
        if torch.is_grad_enabled():
            return outputs, after
        space = self.space.setdefault((outputs.dtype, outputs.device), torch.empty(64, HIDDEN).to(outputs))
        space[: len(inputs)] = after[0]
        return outputs, (space[: len(inputs)],)


class CannotBeCopied(Right):
    def __deepcopy__(self, memo: Any) -> Any:
        raise TypeError("this core cannot be copied")
