"""Memory cores with one mistake each, in lanes, causality, the state between calls, starts or gradients."""

from __future__ import annotations

from typing import Any

import torch
from right_cores import HIDDEN, Right, RingBuffer, Window
from torch import Tensor, nn

# Lanes.


class LanesMixed(Right):
    """A step subtracts the mean of all lanes."""

    def read(self, inputs: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
        return super().read(inputs - inputs.mean(dim=0), hidden)


class AttendsToLanes(Right):
    """It multiplies along the wrong dimension."""

    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        outputs, after = super().forward(inputs, state, starts)
        return outputs + outputs.cumsum(dim=0), after


class FirstLanesState(Right):
    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        return super().forward(inputs, (state[0][:1].expand_as(state[0]),), starts)


class FirstLanesInitialState(Right):
    """Only lane 0 begins with the learned state."""

    def __init__(self, inputs: int) -> None:
        super().__init__(inputs)
        nn.init.ones_(self.first)

    def initial_state(self, batch: int) -> Any:
        return (torch.cat([self.first[None], self.first.new_zeros(batch - 1, HIDDEN)]),)


# Causality.


class Bidirectional(Right):
    def __init__(self, inputs: int) -> None:
        super().__init__(inputs)
        self.back = nn.GRU(inputs, HIDDEN, batch_first=True)

    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        outputs, after = super().forward(inputs, state, starts)
        return outputs + self.back(inputs.flip(1))[0].flip(1), after


class NormalisesOverTime(Right):
    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        return super().forward(inputs - inputs.mean(dim=1, keepdim=True), state, starts)


class OneStepAhead(Right):
    """The convolution is padded on both sides."""

    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        following = torch.cat([inputs[:, 1:], torch.zeros_like(inputs[:, :1])], dim=1)
        return super().forward(inputs + following, state, starts)


class DividesByLength(Right):
    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        outputs, after = super().forward(inputs, state, starts)
        return outputs / inputs.shape[1], after


# The state between calls.


class StateAfterPadding(Right):
    """Sequences are padded to a multiple of 4, and the state is that after the padding."""

    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        steps, batch = inputs.shape[1], len(inputs)
        padding = inputs.new_zeros(batch, -steps % 4, inputs.shape[2])
        if starts is not None:
            starts = torch.cat([starts, starts.new_zeros(batch, -steps % 4)], dim=1)
        outputs, after = super().forward(torch.cat([inputs, padding], dim=1), state, starts)
        return outputs[:, :steps], after


class StateBeforeLastStep(Right):
    """In a call with several steps."""

    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        outputs, after = super().forward(inputs, state, starts)
        if inputs.shape[1] > 1:
            _, after = super().forward(inputs[:, :-1], state, None if starts is None else starts[:, :-1])
        return outputs, after


class IgnoresState(Right):
    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        return super().forward(inputs, self.initial_state(len(inputs)), starts)


class PositionOfCall(Right):
    """Positions count from the beginning of the call, and are not in the state."""

    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        positions = torch.arange(inputs.shape[1], device=inputs.device)[:, None] / 10
        return super().forward(inputs + positions, state, starts)


class ShortBuffer(Window):
    kept = 1


class RingBufferOffByOne(RingBuffer):
    back = 1


class CounterNotReset(RingBuffer):
    def reset(self, buffer: Tensor, place: Tensor, begins: Tensor) -> tuple[Tensor, Tensor]:
        return torch.where(begins[:, None, None], 0, buffer), place


class BufferNotReset(RingBuffer):
    def reset(self, buffer: Tensor, place: Tensor, begins: Tensor) -> tuple[Tensor, Tensor]:
        return buffer, torch.where(begins, 0, place)


# Starts.


class StartsIgnored(Right):
    def reset(self, hidden: Tensor, starts: Tensor, step: int) -> Tensor:
        return hidden


class OneStepLate(Right):
    def reset(self, hidden: Tensor, starts: Tensor, step: int) -> Tensor:
        return super().reset(hidden, starts, step - 1) if step else hidden


class OneStepEarly(Right):
    def reset(self, hidden: Tensor, starts: Tensor, step: int) -> Tensor:
        return super().reset(hidden, starts, step + 1) if step + 1 < starts.shape[1] else hidden


class AllLanesReset(Right):
    def reset(self, hidden: Tensor, starts: Tensor, step: int) -> Tensor:
        return super().reset(hidden, starts.any(dim=0).expand_as(starts), step)


class ResetToZeros(Right):
    """The state that it begins with is learned, but a start resets it to zeros."""

    def reset(self, hidden: Tensor, starts: Tensor, step: int) -> Tensor:
        return hidden * ~starts[:, step, None]


class FirstStepNotReset(Right):
    """A start at the first step of a call is ignored."""

    def reset(self, hidden: Tensor, starts: Tensor, step: int) -> Tensor:
        return super().reset(hidden, starts, step) if step else hidden


class OnlyFirstStart(Right):
    """It splits a lane at its first start only."""

    def reset(self, hidden: Tensor, starts: Tensor, step: int) -> Tensor:
        return super().reset(hidden, starts & (starts.cumsum(dim=1) == 1), step)


class FloatStarts(Right):
    def reset(self, hidden: Tensor, starts: Tensor, step: int) -> Tensor:
        return hidden * (1 - starts[:, step, None]) + starts[:, step, None] * self.initial_state(len(hidden))[0]


class CellNotReset(nn.Module):
    """An LSTM of which a start resets h, but not c."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.outputs = HIDDEN
        self.cell = nn.LSTMCell(inputs, HIDDEN)

    def initial_state(self, batch: int) -> Any:
        zeros = self.cell.weight_ih.new_zeros(batch, HIDDEN)
        return zeros, zeros

    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        outputs = []
        for step in range(inputs.shape[1]):
            if starts is not None:
                state = (state[0] * ~starts[:, step, None], state[1])
            state = self.cell(inputs[:, step], state)
            outputs.append(state[0])
        return torch.stack(outputs, dim=1), state


# Gradients.


class DetachedBetweenCalls(Right):
    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        outputs, after = super().forward(inputs, state, starts)
        return outputs, (after[0].detach(),)


class DetachedBetweenSteps(Right):
    def read(self, inputs: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
        return super().read(inputs, hidden.detach())


class NoGradient(Right):
    @torch.no_grad()
    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        return super().forward(inputs, state, starts)


class GradientExplodes(Right):
    """A linear memory that grows by a tenth in each step, in outputs that are bounded."""

    def read(self, inputs: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
        hidden = 1.2 * hidden + self.gru(inputs)[0][:, 0]
        return hidden[:, None].tanh(), hidden


class RootOfZero(Right):
    """The gradient of a root is infinite at 0, where the memory begins."""

    def read(self, inputs: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
        outputs, after = super().read(inputs, hidden)
        return outputs + (outputs - outputs).abs().sqrt(), after
