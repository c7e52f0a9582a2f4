"""Fast and forgetful memory."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn

import seq_envs
from seq_agents.cores.core import Activity, Core, CoreSettings, State
from seq_agents.cores.scan import scan
from seq_envs.parameters import Integer, parameter

_LONGEST_PERIOD = 1024
_FORGOTTEN = 0.01
"""What is left of an input after `_LONGEST_PERIOD` steps in the slowest trace, before the first update."""


@dataclass(frozen=True, kw_only=True)
class FfmSettings(CoreSettings):
    """The settings of a fast and forgetful memory."""

    traces: int = parameter(32, Integer(1, 4096), "traces, each with a decay (m in the paper)")
    contexts: int = parameter(4, Integer(1, 4096), "frequencies of each trace (c in the paper)")


class Ffm(Core):
    """FFM (Morad et al. 2023, "Reinforcement Learning with Fast and Forgetful Memory").

    x' = (W1 x + b1) sigmoid(W2 x + b2); S_mc <- exp(-alpha_m + i omega_c) S_mc + x'_m; z = W3 (Re S, Im S) + b3;
    g = sigmoid(W4 x + b4); the output is g norm(z) + (1 - g) (W5 x + b5).

    Decays and periods start about as in the authors' code (github.com/proroklab/ffm). alpha is the exponential of a
    weight here, so that no trace can grow by itself; there it is clamped. The authors' closed form needs double
    precision, and the scan does not.

    Its state is the real and the imaginary part of S, (B, traces, contexts) each. A step costs
    hidden (2 inputs + 2 traces contexts) + 2 inputs traces multiplications.
    """

    settings_type = FfmSettings

    def __init__(self, inputs: int, hidden: int, traces: int, contexts: int) -> None:
        super().__init__()
        self.outputs, self.shape = hidden, (traces, contexts)
        slowest = -math.log(_FORGOTTEN) / _LONGEST_PERIOD
        self.log_decay = nn.Parameter(torch.linspace(math.log(2), slowest, traces).log())
        self.frequency = nn.Parameter(2 * math.pi / torch.linspace(1, _LONGEST_PERIOD, contexts))
        self.read = nn.Linear(inputs, traces)
        self.read_gate = nn.Linear(inputs, traces)
        self.mix = nn.Linear(2 * traces * contexts, hidden)
        self.norm = nn.LayerNorm(hidden, elementwise_affine=False)
        self.gate = nn.Linear(inputs, hidden)
        self.skip = nn.Linear(inputs, hidden)

    @classmethod
    def build(cls, inputs: int, settings: Any, problem: seq_envs.Problem | None) -> Self:
        return cls(inputs, settings.hidden, settings.traces, settings.contexts)

    def initial_state(self, batch: int) -> State:
        zeros = self.frequency.new_zeros(batch, *self.shape)
        return zeros, zeros

    def forward(self, inputs: Tensor, state: State, starts: Tensor | None = None) -> tuple[Tensor, State]:
        phases = torch.polar((-self.log_decay.exp()).exp()[:, None], self.frequency)  # (traces, contexts)
        updates = (self.read(inputs) * self.read_gate(inputs).sigmoid())[..., None].to(phases.dtype)
        updates = updates.expand(-1, -1, *self.shape)
        states = scan(phases[None, None], updates, torch.complex(*state), starts)
        mixed = self.mix(torch.view_as_real(states).flatten(2))
        gate = self.gate(inputs).sigmoid()
        outputs = gate * self.norm(mixed) + (1 - gate) * self.skip(inputs)
        return outputs, (states[:, -1].real, states[:, -1].imag)

    def activity(self, inputs: Tensor, before: State, after: State) -> Activity:
        return Activity({"real part of S": after[0], "imaginary part of S": after[1]})
