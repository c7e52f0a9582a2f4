"""minGRU: a GRU whose gate does not see its state, so that its recurrence is linear."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from seq_agents.cores.core import State
from seq_agents.cores.layers import LayeredCore, Mixer
from seq_agents.cores.scan import scan


class MinGruMixer(Mixer):
    """z = sigmoid(W x + b), n = V x + c; h <- (1 - z) h + z n. The output is h."""

    state_names = ("h",)

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.hidden = hidden
        self.gate = nn.Linear(hidden, hidden)
        self.candidate = nn.Linear(hidden, hidden)

    def initial_state(self, batch: int) -> State:
        return (self.gate.weight.new_zeros(batch, self.hidden),)

    def forward(self, inputs: Tensor, state: State, starts: Tensor | None) -> tuple[Tensor, State]:
        gate = self.gate(inputs).sigmoid()
        states = scan(1 - gate, gate * self.candidate(inputs), state[0], starts)
        return states, (states[:, -1],)


class MinGru(LayeredCore):
    """minGRU (Feng et al. 2024, "Were RNNs All We Needed?", section 3.1), in residual layers with a
    feed-forward network.

    z = sigmoid(W x + b), n = V x + c; h <- (1 - z) h + z n.

    This is the variant in linear space. It is stable: the scan does not divide by products of decays, and every h is a
    weighted mean of the initial state and candidates n. The variant in log space (appendix B) needs positive
    candidates. The paper's convolution and dropout are left out.

    Its state is h of each layer, (B, hidden). A step costs about 6 hidden^2 multiplications in each layer.
    """

    @classmethod
    def mixer(cls, settings: Any) -> Mixer:
        return MinGruMixer(settings.hidden)
