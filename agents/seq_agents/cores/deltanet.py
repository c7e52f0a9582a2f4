"""DeltaNet: linear attention whose memory is corrected by the delta rule."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize, silu

from seq_agents.cores.core import State
from seq_agents.cores.episode_starts import same_episode, steps_in_chunks
from seq_agents.cores.layers import LayeredCore, MemoryHeadsSettings, Mixer, head_width
from seq_agents.cores.short_convolution import ShortConvolution

_CHUNK = 32
"""Steps that are read at once."""


class DeltaNetMixer(Mixer):
    """Writes a value at a key by the delta rule, and reads at a query."""

    state_names = ("last inputs", "S")

    def __init__(self, hidden: int, heads: int, convolution: int) -> None:
        super().__init__()
        self.heads = heads
        self.width = head_width(hidden, heads)
        inner = heads * self.width
        self.convolution = ShortConvolution(hidden, convolution)
        self.project = nn.Linear(hidden, 3 * inner, bias=False)
        self.strength = nn.Linear(hidden, heads)
        self.norm = nn.RMSNorm(self.width)
        self.write = nn.Linear(inner, hidden, bias=False)

    def initial_state(self, batch: int) -> State:
        memory = self.strength.weight.new_zeros(batch, self.heads, self.width, self.width)
        return self.convolution.initial_state(batch), memory

    def forward(self, inputs: Tensor, state: State, starts: Tensor | None) -> tuple[Tensor, State]:
        convolved, kept = self.convolution(inputs, state[0], starts)
        projected = silu(self.project(convolved))
        shape = *inputs.shape[:2], 3, self.heads, self.width
        queries, keys, values = (part.transpose(1, 2) for part in projected.reshape(shape).unbind(2))
        strength = self.strength(inputs).sigmoid().transpose(1, 2)[..., None]  # (B, heads, T, 1)
        steps = _Steps(normalize(queries, dim=3), normalize(keys, dim=3), values, strength)
        memory, outputs = state[1], []
        for chunk, here in steps_in_chunks(steps, starts, _CHUNK):
            read, memory = _read_chunk(_Steps(*chunk), memory, *same_episode(here, chunk[0].transpose(1, 2)))
            outputs.append(read)
        mixed = self.norm(torch.cat(outputs, dim=2)).transpose(1, 2).flatten(2)
        return self.write(mixed), (kept, memory)


class _Steps(NamedTuple):
    """What T steps read and write."""

    queries: Tensor
    """(B, heads, T, width)"""
    keys: Tensor
    """(B, heads, T, width)"""
    values: Tensor
    """(B, heads, T, width)"""
    strength: Tensor
    """beta, (B, heads, T, 1)"""


def _read_chunk(steps: _Steps, memory: Tensor, same: Tensor, carried: Tensor) -> tuple[Tensor, Tensor]:
    """The outputs (B, heads, T, width) and the memory after T steps, read at once.

    With u_t = beta_t (v_t - S_{t-1} k_t), S_t is the sum of u_s k_s^T over s <= t. So the u solve a triangular system,
    (1 + A) u = beta (v - S k), with A_ts = beta_t k_t k_s for s < t (Yang et al. 2024, section 3).

    Args:
        steps: the T steps.
        memory: S transposed, (B, heads, width, width).
        same, carried: see `same_episode`.
    """
    queries, keys, values, strength = steps
    same, carried = same[:, None], carried[:, None, :, None].to(keys.dtype)
    system = ((strength * keys) @ keys.transpose(2, 3)).masked_fill(~same, 0)
    errors = strength * (values - carried * (keys @ memory))
    written = torch.linalg.solve_triangular(system, errors, upper=False, unitriangular=True)
    outputs = carried * (queries @ memory) + (queries @ keys.transpose(2, 3)).masked_fill(~same, 0) @ written
    latest = same[:, :, -1, :, None].to(keys.dtype)
    return outputs, carried[:, :, -1:] * memory + (latest * keys).transpose(2, 3) @ written


class DeltaNet(LayeredCore):
    """DeltaNet (Yang et al. 2024, "Parallelizing Linear Transformers with the Delta Rule over Sequence Length",
    sections 2.2 and 3), in residual layers with a feed-forward network.

    q, k, v = SiLU(W convolution of x); q, k <- q / |q|, k / |k|; beta = sigmoid(w x + b);
    S <- S + beta (v - S k) k^T; the output is W' norm(S q), with RMS normalisation, in each of `heads` heads of
    hidden / heads units.

    Steps are read in chunks of 32 as a triangular system, which gives the same states. One convolution stands before
    the projections; the paper's three stand behind them.

    Its state is, for each layer, the last inputs of the convolution, (B, convolution - 1, hidden), and the transposed
    memories S, (B, heads, hidden / heads, hidden / heads). A step costs about 8 hidden^2 + 3 hidden^2 / heads
    multiplications in each layer, and about 96 hidden more in a chunk.
    """

    settings_type = MemoryHeadsSettings

    @classmethod
    def mixer(cls, settings: Any) -> Mixer:
        return DeltaNetMixer(settings.hidden, settings.heads, settings.convolution)
