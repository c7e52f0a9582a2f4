"""Memory cores with one mistake each, and a phrase of the message that must name the mistake."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

State = tuple[Tensor, ...]
HIDDEN = 4


class Right(nn.Module):
    """A GRU without a mistake, which is no subclass of `Core`: the broken cores change it."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.outputs = HIDDEN
        self.gru = nn.GRU(inputs, HIDDEN, batch_first=True)
        self.first = nn.Parameter(torch.zeros(HIDDEN))

    def initial_state(self, batch: int) -> Any:
        return (self.first.expand(batch, -1),)

    def read(self, inputs: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
        outputs, after = self.gru(inputs, hidden[None].contiguous())
        return outputs, after[0]

    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        hidden, outputs = state[0], []
        for step in range(inputs.shape[1]):
            if starts is not None:
                hidden = self.reset(hidden, starts, step)
            output, hidden = self.read(inputs[:, step : step + 1], hidden)
            outputs.append(output)
        return torch.cat(outputs, dim=1), (hidden,)

    def reset(self, hidden: Tensor, starts: Tensor, step: int) -> Tensor:
        """The state before a step."""
        return torch.where(starts[:, step, None], self.initial_state(len(hidden))[0], hidden)


class Plain(Right):
    """Without starts, which is allowed."""

    def forward(self, inputs: Tensor, state: Any) -> Any:  # type: ignore[override]  # It takes no starts.
        return super().forward(inputs, state)


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


class Window(nn.Module):
    """The sum of the last three inputs, from a buffer of `kept` inputs; it is right with a buffer of two."""

    kept = 2

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.outputs = inputs
        self.weight = nn.Parameter(torch.rand(3, inputs) + 0.5)

    def initial_state(self, batch: int) -> Any:
        return (self.weight.new_zeros(batch, self.kept, self.outputs),)

    def forward(self, inputs: Tensor, state: Any) -> Any:
        steps = inputs.shape[1]
        seen = torch.cat([inputs.new_zeros(len(inputs), 2 - self.kept, inputs.shape[2]), state[0], inputs], dim=1)
        outputs = sum(self.weight[lag] * seen[:, 2 - lag : 2 - lag + steps] for lag in range(3))
        return outputs, (seen[:, seen.shape[1] - self.kept :],)


class ShortBuffer(Window):
    kept = 1


class RingBuffer(nn.Module):
    """The input of three steps ago, from a ring buffer of three inputs and the place of the oldest, counted by lane."""

    back = 0

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.outputs = inputs
        self.weight = nn.Parameter(torch.ones(inputs))

    def initial_state(self, batch: int) -> Any:
        return self.weight.new_zeros(batch, 3, self.outputs), self.weight.new_zeros(batch, dtype=torch.int64)

    def forward(self, inputs: Tensor, state: Any, starts: Tensor | None = None) -> Any:
        buffer, place = state
        lanes = torch.arange(len(inputs), device=inputs.device)
        outputs = []
        for step in range(inputs.shape[1]):
            if starts is not None:
                buffer, place = self.reset(buffer, place, starts[:, step])
            outputs.append(buffer[lanes, place % 3] * self.weight)
            buffer = buffer.index_put((lanes, place % 3), inputs[:, step])
            place = place + 1
        return torch.stack(outputs, dim=1), (buffer, place - self.back)

    def reset(self, buffer: Tensor, place: Tensor, begins: Tensor) -> tuple[Tensor, Tensor]:
        return torch.where(begins[:, None, None], 0, buffer), torch.where(begins, 0, place)


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


class CannotBeCopied(Right):
    def __deepcopy__(self, memo: Any) -> Any:
        raise TypeError("this core cannot be copied")


BROKEN: list[tuple[type[nn.Module], str]] = [
    (NoState, "returns no state"),
    (StateNone, "returns no state"),
    (BareState, "must be a tuple of tensors"),
    (ListState, "must be a tuple of tensors"),
    (LayersFirst, r"must have shape \(B, ...\)"),
    (GrowingState, "grows with the steps"),
    (ExtraPart, "a state of 2 tensors, but initial_state returns 1"),
    (WrongOutputs, "must have shape"),
    (LastOutputOnly, "must have shape"),
    (TimeFirst, "time stands before the batch"),
    (HalfOutputs, "must have the dtype of the weights"),
    (NotANumber, "outputs of .* not finite"),
    (NotANumberState, "state of .* not finite"),
    (OneBatchSize, r"forward on inputs of shape \(1, 4, 3\) raises"),
    (FloatState, "dtype is not followed"),
    (FloatInside, "dtype is not followed"),
    (CpuState, "device is not followed"),
    (CpuTable, "device is not followed"),
    (NoParameter, "is no parameter"),
    (StateInModule, "keeps a state inside the module"),
    (CountsCalls, "changes calls, a weight or buffer"),
    (Dropout, "dropout"),
    (NoiseAlways, "random numbers in eval mode"),
    (BatchNorm, "batch normalisation"),
    (ChangesState, "changes part 0 of the state that it is given in place"),
    (ChangesInputs, "changes its argument inputs in place"),
    (ReturnsWorkSpace, "a later call changes the outputs or the state"),
    (LanesMixed, "lanes influence each other"),
    (AttendsToLanes, "lanes influence each other"),
    (FirstLanesState, "the first lane is used for all lanes"),
    (FirstLanesInitialState, r"initial_state\(5\) differs from initial_state\(1\) in lane 1"),
    (Bidirectional, "depends on later inputs"),
    (NormalisesOverTime, "depends on later inputs"),
    (OneStepAhead, "depends on later inputs"),
    (DividesByLength, "depend on how many steps follow"),
    (StateAfterPadding, "read after padding"),
    (StateBeforeLastStep, "read at the wrong step"),
    (IgnoresState, "state that is passed is ignored"),
    (PositionOfCall, "missing in the state, such as a position"),
    (ShortBuffer, "the input of 2 steps ago counts in one call and is lost between calls"),
    (RingBufferOffByOne, "the input of 3 steps ago counts in one call and is lost between calls"),
    (CounterNotReset, r"does not reset part 1 of the state \(a counter"),
    (BufferNotReset, "does not reset part 0 of the state"),
    (StartsIgnored, "starts are ignored"),
    (OneStepLate, "one step late"),
    (OneStepEarly, "one step early"),
    (AllLanesReset, "resets other lanes too"),
    (ResetToZeros, "to zeros, not to initial_state"),
    (FirstStepNotReset, "a start at step 0"),
    (OnlyFirstStart, "two starts in a row"),
    (FloatStarts, "with starts .* of dtype bool raises"),
    (CellNotReset, "does not reset part 1 of the state"),
    (DetachedBetweenCalls, "detached between calls"),
    (DetachedBetweenSteps, "detached between the steps"),
    (NoGradient, "carry no gradient"),
    (GradientExplodes, "not finite"),
    (RootOfZero, "not finite"),
    (CannotBeCopied, "copy.deepcopy of the core raises TypeError"),
]
"""Each broken core, and a pattern that the message must match."""
