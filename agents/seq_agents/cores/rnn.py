"""The simple recurrent network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from torch import Tensor, nn

import seq_envs
from seq_agents.cores.core import Activity, Core, CoreSettings, State
from seq_agents.cores.episode_starts import read_with_starts
from seq_agents.cores.input_weights import AS_TORCH, RecurrentSettings, draw_input_weights


class Rnn(Core):
    """torch's RNN (Elman 1990, "Finding Structure in Time"): h <- tanh(W x + b + U h + b'). The output is h.

    Its state is h, (B, hidden). A step costs hidden (inputs + hidden) multiplications.
    """

    settings_type: ClassVar[type[CoreSettings]] = RecurrentSettings
    library_start: ClassVar[Mapping[str, Any]] = AS_TORCH

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.outputs = hidden
        self.rnn = nn.RNN(inputs, hidden, batch_first=True)

    @classmethod
    def build(cls, inputs: int, settings: Any, problem: seq_envs.Problem | None) -> Self:
        made = cls(inputs, settings.hidden)
        draw_input_weights(made.rnn, settings.input_weights)
        return made

    def initial_state(self, batch: int) -> State:
        return (next(self.rnn.parameters()).new_zeros(batch, self.outputs),)

    def forward(self, inputs: Tensor, state: State, starts: Tensor | None = None) -> tuple[Tensor, State]:
        return read_with_starts(self._read, inputs, state, self.initial_state(len(inputs)), starts)

    def _read(self, inputs: Tensor, state: State) -> tuple[Tensor, State]:
        outputs, hidden = self.rnn(inputs, state[0][None])
        return outputs, (hidden[0],)

    def activity(self, inputs: Tensor, before: State, after: State) -> Activity:
        return Activity({"h": after[0]})
