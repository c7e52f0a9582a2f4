"""The linear recurrent unit."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from seq_agents.cores.core import State
from seq_agents.cores.layers import LayeredCore, Mixer
from seq_agents.cores.scan import scan

_RING = (0.5, 0.999)
"""The least and the greatest absolute value of an eigenvalue before the first update."""


class LruMixer(Mixer):
    """h <- lambda h + gamma B x, y = Re(C h) + D x; the output is a gated linear unit of GELU(y)."""

    state_names = ("real part of h", "imaginary part of h")

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.hidden = hidden
        low, high = _RING
        radius = torch.empty(hidden).uniform_(low**2, high**2).sqrt()  # Uniform on the ring.
        self.log_decay = nn.Parameter((-radius.log()).log())
        self.log_phase = nn.Parameter(torch.empty(hidden).uniform_(0.001, 2 * math.pi).log())
        self.log_scale = nn.Parameter((1 - radius**2).sqrt().log())
        self.read = nn.Linear(hidden, 2 * hidden, bias=False)
        """B: the real and the imaginary part of each unit's input side by side."""
        self.write = nn.Linear(2 * hidden, hidden, bias=False)
        """C, on the real and the imaginary part of each unit side by side."""
        self.skip = nn.Parameter(torch.randn(hidden))
        self.gated = nn.Linear(hidden, 2 * hidden)

    def initial_state(self, batch: int) -> State:
        zeros = self.skip.new_zeros(batch, self.hidden)
        return zeros, zeros

    def forward(self, inputs: Tensor, state: State, starts: Tensor | None) -> tuple[Tensor, State]:
        eigenvalues = torch.polar((-self.log_decay.exp()).exp(), self.log_phase.exp())
        scaled = self.read.weight * self.log_scale.exp().repeat_interleave(2)[:, None]
        read = nn.functional.linear(inputs, scaled).reshape(*inputs.shape[:2], self.hidden, 2)
        states = scan(eigenvalues[None, None], torch.view_as_complex(read), torch.complex(*state), starts)
        written = self.write(torch.view_as_real(states).flatten(2)) + self.skip * inputs
        outputs = nn.functional.glu(self.gated(nn.functional.gelu(written)))
        return outputs, (states[:, -1].real, states[:, -1].imag)


class Lru(LayeredCore):
    """LRU (Orvieto et al. 2023, "Resurrecting Recurrent Neural Networks for Long Sequences", section 3), in residual
    layers.

    lambda = exp(-exp(nu) + i exp(theta)); h <- lambda h + gamma B x, with gamma = sqrt(1 - |lambda|^2) before the
    first update (section 3.4); y = Re(C h) + D x; the output is a gated linear unit of GELU(y). The eigenvalues lambda
    start uniform on the ring 0.5 <= |lambda| <= 0.999 (sections 3.2 and 3.3). The paper's dropout is left out, and
    layer normalisation replaces its batch normalisation.

    Its state is the real and the imaginary part of h of each layer, (B, hidden) each. A step costs about 6 hidden^2
    multiplications in each layer.
    """

    has_feed_forward = False

    @classmethod
    def mixer(cls, settings: Any) -> Mixer:
        return LruMixer(settings.hidden)
