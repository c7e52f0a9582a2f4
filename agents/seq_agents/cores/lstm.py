"""Long short-term memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn

import seq_envs
from seq_agents.cores.core import Activity, Core, CoreSettings, State
from seq_agents.cores.episode_starts import read_with_starts
from seq_agents.cores.input_weights import AS_TORCH, RecurrentSettings
from seq_agents.cores.lstm_start import LstmStart
from seq_agents.settings import ANY, POSITIVE
from seq_envs.parameters import Flag, parameter


@dataclass(frozen=True, kw_only=True)
class LstmSettings(RecurrentSettings):
    """The weights of an LSTM before the first update (see `LstmStart`), and its learning rate."""

    input_bias: float = parameter(0.0, ANY, "bias of the input gate at the start")
    forget_bias: float = parameter(1.0, ANY, "bias of the forget gate at the start")
    output_bias: float = parameter(0.0, ANY, "bias of the output gate at the start")
    orthogonal: bool = parameter(False, Flag(), "orthogonal weights between the units at the start")

    lstm_rate: float = parameter(1.0, POSITIVE, "learning rate of the LSTM, as a share of learning_rate")

    @property
    def lstm_start(self) -> LstmStart:
        """The biases and the recurrent weights before the first update."""
        return LstmStart(self.input_bias, self.forget_bias, self.output_bias, self.orthogonal, self.input_weights)


class Lstm(Core):
    """torch's LSTM (Hochreiter and Schmidhuber 1997; with a forget gate, Gers, Schmidhuber and Cummins 2000).

    i, f, o = sigmoid(W x + U h + b) each, g = tanh(W x + U h + b); c <- f c + i g; h <- o tanh(c). The output is h.

    Its state is h and c, (B, hidden) each. A step costs 4 hidden (inputs + hidden) multiplications.
    """

    settings_type: ClassVar[type[CoreSettings]] = LstmSettings
    library_start: ClassVar[Mapping[str, Any]] = {"forget_bias": 0.0, **AS_TORCH}

    def __init__(self, inputs: int, hidden: int, start: LstmStart | None = None) -> None:
        super().__init__()
        self.outputs = hidden
        self.lstm = nn.LSTM(inputs, hidden, batch_first=True)
        (start or LstmStart()).apply(self.lstm)

    @classmethod
    def build(cls, inputs: int, settings: Any, problem: seq_envs.Problem | None) -> Self:
        return cls(inputs, settings.hidden, settings.lstm_start)

    def initial_state(self, batch: int) -> State:
        zeros = next(self.lstm.parameters()).new_zeros(batch, self.outputs)
        return zeros, zeros

    def forward(self, inputs: Tensor, state: State, starts: Tensor | None = None) -> tuple[Tensor, State]:
        return read_with_starts(self._read, inputs, state, self.initial_state(len(inputs)), starts)

    def _read(self, inputs: Tensor, state: State) -> tuple[Tensor, State]:
        hidden, cell = state
        outputs, (hidden, cell) = self.lstm(inputs, (hidden[None], cell[None]))
        return outputs, (hidden[0], cell[0])

    def activity(self, inputs: Tensor, before: State, after: State) -> Activity:
        return Activity({"h": after[0], "c": after[1]}, lstm_gates(self.lstm, inputs, before[0]))


def lstm_gates(lstm: nn.LSTM, inputs: Tensor, hidden: Tensor) -> dict[str, Tensor]:
    """The gates (B, units) of the first layer, given inputs (B, inputs) and h before the step (B, units)."""
    of_inputs, of_hidden, *biases = list(lstm.parameters())[:4]
    summed = nn.functional.linear(inputs, of_inputs, biases[0]) + nn.functional.linear(hidden, of_hidden, biases[1])
    write, forget, _, read = torch.sigmoid(summed).chunk(4, dim=1)
    return {"input gate": write, "forget gate": forget, "output gate": read}
