"""The simple recurrent network."""

from __future__ import annotations

from torch import Tensor, nn

from seq_agents.cores.core import Core, State
from seq_agents.cores.episode_starts import read_with_starts


class Rnn(Core):
    """torch's RNN (Elman 1990, "Finding Structure in Time"): h <- tanh(W x + b + U h + b'). The output is h.

    Its state is h, (B, hidden). A step costs hidden (inputs + hidden) multiplications.
    """

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.outputs = hidden
        self.rnn = nn.RNN(inputs, hidden, batch_first=True)

    def initial_state(self, batch: int) -> State:
        return (next(self.rnn.parameters()).new_zeros(batch, self.outputs),)

    def forward(self, inputs: Tensor, state: State, starts: Tensor | None = None) -> tuple[Tensor, State]:
        return read_with_starts(self._read, inputs, state, self.initial_state(len(inputs)), starts)

    def _read(self, inputs: Tensor, state: State) -> tuple[Tensor, State]:
        outputs, hidden = self.rnn(inputs, state[0][None])
        return outputs, (hidden[0],)
