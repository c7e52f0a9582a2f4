"""Mamba's selective state space model, S6."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import silu, softplus

from seq_agents.cores.core import State
from seq_agents.cores.layers import ConvolvedSettings, LayeredCore, Mixer
from seq_agents.cores.selective_scan import selective_scan
from seq_agents.cores.short_convolution import ShortConvolution
from seq_envs.parameters import Integer, parameter

_STEP_SIZES = (0.001, 0.1)
"""The least and the greatest step size before the first update."""


@dataclass(frozen=True, kw_only=True)
class MambaSettings(ConvolvedSettings):
    """The settings of Mamba."""

    states: int = parameter(8, Integer(1, 256), "numbers of the state for each unit (N in the paper)")


class MambaMixer(Mixer):
    """A gated, selective, diagonal state space model after a short convolution."""

    state_names = ("last inputs", "h")

    def __init__(self, hidden: int, states: int, convolution: int) -> None:
        super().__init__()
        self.hidden, self.states = hidden, states
        rank = math.ceil(hidden / 16)
        self.split = (rank, states, states)
        self.read = nn.Linear(hidden, 2 * hidden, bias=False)
        self.convolution = ShortConvolution(hidden, convolution)
        self.select = nn.Linear(hidden, sum(self.split), bias=False)
        self.step_size = nn.Linear(rank, hidden)
        self.log_decay = nn.Parameter(torch.arange(1.0, states + 1).log()[:, None].repeat(1, hidden))
        self.skip = nn.Parameter(torch.ones(hidden))
        self.write = nn.Linear(hidden, hidden, bias=False)
        with torch.no_grad():
            nn.init.uniform_(self.step_size.weight, -(rank**-0.5), rank**-0.5)
            sizes = torch.empty(hidden).uniform_(*map(math.log, _STEP_SIZES)).exp()
            self.step_size.bias.copy_(sizes.expm1().log())  # The inverse of softplus.

    def initial_state(self, batch: int) -> State:
        return self.convolution.initial_state(batch), self.skip.new_zeros(batch, self.states, self.hidden)

    def forward(self, inputs: Tensor, state: State, starts: Tensor | None) -> tuple[Tensor, State]:
        features, gate = self.read(inputs).chunk(2, dim=2)
        features, kept = self.convolution(features, state[0], starts)
        features = silu(features)
        step_size, read, write = self.select(features).split(self.split, dim=2)
        written, state_after = selective_scan(
            softplus(self.step_size(step_size)), -self.log_decay.exp(), features, read, write, state[1], starts
        )
        written = written + self.skip * features
        return self.write(written * silu(gate)), (kept, state_after)


class Mamba(LayeredCore):
    """Mamba (Gu and Dao 2023, "Mamba: Linear-Time Sequence Modeling with Selective State Spaces", algorithm 2 and
    figure 3), in residual layers.

    u, z = W x; u <- SiLU(convolution of u's last steps); d = softplus(W_d u + b), B = W_B u, C = W_C u; for unit k,
    h_k <- exp(d_k A_k) h_k + d_k B u_k and y_k = C h_k + D_k u_k; the output is W' (y SiLU(z)).

    A = -exp(...) starts at -1 ... -states (S4D-Real), and step sizes d are log-uniform in 0.001 ... 0.1 before the
    first update. The inner width is hidden; the paper's is twice that. The authors' fused kernel is left out, and layer
    normalisation replaces their RMS normalisation.

    Its state is, for each layer, the last inputs of the convolution, (B, convolution - 1, hidden), and h,
    (B, states, hidden). A step costs about hidden (3 hidden + 8 states) multiplications in each layer.
    """

    settings_type = MambaSettings
    has_feed_forward = False

    @classmethod
    def mixer(cls, settings: Any) -> Mixer:
        return MambaMixer(settings.hidden, settings.states, settings.convolution)
