"""Gated recurrent units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn

import seq_envs
from seq_agents.cores.core import Activity, Core, CoreSettings, State
from seq_agents.cores.episode_starts import read_with_starts
from seq_agents.cores.input_weights import AS_TORCH, RecurrentSettings, draw_input_weights


class Gru(Core):
    """torch's GRU (Cho et al. 2014, "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine
    Translation", section 2.3).

    r, z = sigmoid(W x + U h + b) each, n = tanh(W x + b + r (U h + b')); h <- (1 - z) n + z h. The output is h. The
    paper has U (r h) in place of r (U h + b').

    Its state is h, (B, hidden). A step costs 3 hidden (inputs + hidden) multiplications.
    """

    settings_type: ClassVar[type[CoreSettings]] = RecurrentSettings
    library_start: ClassVar[Mapping[str, Any]] = AS_TORCH

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.outputs = hidden
        self.gru = nn.GRU(inputs, hidden, batch_first=True)

    @classmethod
    def build(cls, inputs: int, settings: Any, problem: seq_envs.Problem | None) -> Self:
        made = cls(inputs, settings.hidden)
        draw_input_weights(made.gru, settings.input_weights)
        return made

    def initial_state(self, batch: int) -> State:
        return (next(self.gru.parameters()).new_zeros(batch, self.outputs),)

    def forward(self, inputs: Tensor, state: State, starts: Tensor | None = None) -> tuple[Tensor, State]:
        return read_with_starts(self._read, inputs, state, self.initial_state(len(inputs)), starts)

    def _read(self, inputs: Tensor, state: State) -> tuple[Tensor, State]:
        outputs, hidden = self.gru(inputs, state[0][None])
        return outputs, (hidden[0],)

    def activity(self, inputs: Tensor, before: State, after: State) -> Activity:
        of_inputs, of_hidden, *biases = self.gru.parameters()
        summed = nn.functional.linear(inputs, of_inputs, biases[0]) + nn.functional.linear(
            before[0], of_hidden, biases[1]
        )
        reset, keep, _ = torch.sigmoid(summed).chunk(3, dim=1)
        return Activity({"h": after[0]}, {"reset gate": reset, "update gate": keep})
