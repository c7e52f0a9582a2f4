"""How an LSTM begins: with gates that let it remember from the first update on."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

_QUIET = 0.1
"""What is left of the gates' weights where the biases alone are to set the gates at the start."""


@dataclass(frozen=True)
class LstmStart:
    """Biases of the gates, and the weights between the units, before the first update.

    A gate with bias b begins about sigmoid(b) open. Two starts remember well:

    - forget gate open, input gate nearly shut (input -2, forget 5): a cell keeps what it has been given for some
      sigmoid(-5)**-1 = 150 steps, so that one thing is carried over many steps. (Gers, Schmidhuber and Cummins 2000,
      "Learning to Forget"; Jozefowicz, Zaremba and Sutskever 2015, section 4.)
    - forget gate shut, the other two open (input 4, forget -4, output 4), with orthogonal weights between the units: a
      recurrent network that turns its state by a fixed rotation, whose last few dozen inputs a linear map can read
      from it. So a delay line is there from the start. (Henaff, Szlam and LeCun 2016, "Recurrent Orthogonal Networks
      and Long-Memory Tasks".)
    """

    input: float = 0.0
    forget: float = 0.0
    output: float = 0.0
    orthogonal: bool = False

    def apply(self, lstm: nn.LSTM) -> None:
        """Set every layer and direction of an LSTM; a start that is all zeros leaves it as torch made it."""
        if self == LstmStart():
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
