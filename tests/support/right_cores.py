"""Memory cores without a mistake, none of them a subclass of `Core`: the broken cores change them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

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
