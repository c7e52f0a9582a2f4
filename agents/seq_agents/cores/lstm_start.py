"""The weights of an LSTM before the first update; with some of them it can remember before it learns."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import torch
from torch import nn

from seq_agents.cores.input_weights import draw_input_weights

_QUIET = 0.1
"""With orthogonal weights, the factor on the weights of the gates: small, so that the biases set the gates."""


@dataclass(frozen=True)
class LstmStart:
    """Biases of the gates, and the weights between the units, before the first update.

    A gate with bias b starts about sigmoid(b) open. Two starts remember well:

    - Forget gate open, input gate nearly shut (input -2, forget 5). A cell keeps its value for about
      1 / sigmoid(-5) = 150 steps, so one value is carried over many steps. (Gers, Schmidhuber and Cummins 2000,
      "Learning to Forget: Continual Prediction with LSTM"; Jozefowicz, Zaremba and Sutskever 2015, "An Empirical
      Exploration of Recurrent Network Architectures".)
    - Forget gate shut, the other two open (input 4, forget -4, output 4), with orthogonal weights between the units.
      Each step rotates the state by a fixed rotation, and a linear map can read the last few dozen inputs from it: the
      LSTM is a delay line before it learns anything. (Henaff, Szlam and LeCun 2016, "Recurrent Orthogonal Networks and
      Long-Memory Tasks".)
    """

    input: float = 0.0
    forget: float = 0.0
    output: float = 0.0
    orthogonal: bool = False
    input_weights: float = 0.0
    """See `draw_input_weights`."""

    def apply(self, lstm: nn.LSTM) -> None:
        """Set every layer and direction of an LSTM. The default leaves it as torch made it."""
        draw_input_weights(lstm, self.input_weights)
        if dataclasses.replace(self, input_weights=0.0) == LstmStart():
            return
        with torch.no_grad():
            for name, weights in lstm.named_parameters():
                gates = weights.chunk(4)  # torch's order: input, forget, cell, output.
                if name.startswith("bias"):
                    weights.zero_()
                    if name.startswith("bias_ih"):
                        for gate, bias in zip(gates, (self.input, self.forget, 0.0, self.output), strict=True):
                            gate.fill_(bias)
                elif self.orthogonal:
                    for gate in (gates[0], gates[1], gates[3]):
                        gate.mul_(_QUIET)
                    if name.startswith("weight_hh"):
                        nn.init.orthogonal_(gates[2])
