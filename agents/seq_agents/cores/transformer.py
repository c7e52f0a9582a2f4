"""A causal transformer that attends to a window of the last steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import pad, scaled_dot_product_attention

from seq_agents.cores.core import State
from seq_agents.cores.episode_starts import steps_in_chunks, time_steps
from seq_agents.cores.layers import LayeredCore, LayeredSettings, Mixer, head_width
from seq_envs.parameters import Integer, parameter

_SLOWEST = 10_000.0
"""The base of the wavelengths of rotary positions, as in the paper."""


@dataclass(frozen=True, kw_only=True)
class TransformerSettings(LayeredSettings):
    """The settings of a transformer."""

    heads: int = parameter(4, Integer(1, 256), "heads of the attention")
    window: int = parameter(64, Integer(1, 1 << 16), "steps that a layer sees, the current one included")


class AttentionMixer(Mixer):
    """Attention to the last `window` inputs of a layer, with rotary positions."""

    state_names = ("inputs of the attention", "")

    def __init__(self, hidden: int, heads: int, window: int) -> None:
        super().__init__()
        self.hidden, self.heads, self.window = hidden, heads, window
        inner = heads * head_width(hidden, heads)
        self.query = nn.Linear(hidden, inner)
        self.match = nn.Linear(hidden, 2 * inner)
        """Keys and values."""
        self.write = nn.Linear(inner, hidden)
        self.sink = nn.Parameter(torch.zeros(inner))
        """A value that every step sees."""

    def initial_state(self, batch: int) -> State:
        weights = self.query.weight
        return weights.new_zeros(batch, self.window - 1, self.hidden), weights.new_zeros(batch, dtype=torch.int64)

    def forward(self, inputs: Tensor, state: State, starts: Tensor | None) -> tuple[Tensor, State]:
        memory, filled = state
        outputs = []
        for (chunk,), here in steps_in_chunks([inputs], starts, self.window, dim=1):
            read, memory, filled = self._attend(chunk, memory, filled, here)
            outputs.append(read)
        return self.write(torch.cat(outputs, dim=1)), (memory, filled)

    def _attend(
        self, inputs: Tensor, memory: Tensor, filled: Tensor, starts: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Read T steps, given the last inputs and how many of them, (B,), are of this episode."""
        steps = inputs.shape[1]
        seen = torch.cat([memory, inputs], dim=1)
        at = torch.arange(seen.shape[1], device=inputs.device)
        now = filled[:, None] + at[:steps] if starts is None else time_steps(filled, starts)
        lag = at[self.window - 1 :, None] - at  # (T, window - 1 + T): how long ago each input is.
        visible = (lag >= 0) & (lag < self.window) & (lag <= now[..., None])
        queries = _rotate(self._heads(self.query(inputs)), at[self.window - 1 :])
        keys, values = (self._heads(part) for part in self.match(seen).chunk(2, dim=2))
        keys = pad(_rotate(keys, at), (0, 0, 1, 0))  # That of the sink has no position, so only 0 is right.
        values = torch.cat([self._heads(self.sink.expand(len(seen), 1, -1)), values], dim=2)
        read = scaled_dot_product_attention(queries, keys, values, pad(visible, (1, 0), value=True)[:, None])
        kept = seen[:, steps:]
        if starts is not None:
            kept = kept * (lag[-1, steps:] <= now[:, -1:])[..., None]
        return read.transpose(1, 2).flatten(2), kept, (now[:, -1] + 1).clamp(max=self.window - 1)

    def _heads(self, projected: Tensor) -> Tensor:
        """(B, T, heads width) to (B, heads, T, width)."""
        return projected.reshape(*projected.shape[:2], self.heads, -1).transpose(1, 2)


def _rotate(features: Tensor, at: Tensor) -> Tensor:
    """Features (..., T, width), turned by angles that grow with the positions (T,) (Su et al. 2021, section 3.2).

    Feature i of the first half and feature i of the second half are turned together; the paper turns neighbours.
    """
    half = features.shape[-1] // 2
    frequencies = _SLOWEST ** -(torch.arange(half, device=at.device, dtype=features.dtype) / max(half, 1))
    angles = at[:, None] * frequencies
    first, second, rest = features[..., :half], features[..., half : 2 * half], features[..., 2 * half :]
    cos, sin = angles.cos(), angles.sin()
    return torch.cat([first * cos - second * sin, first * sin + second * cos, rest], dim=-1)


class Transformer(LayeredCore):
    """A causal transformer (Vaswani et al. 2017, "Attention Is All You Need") on the last `window` steps, with rotary
    positions (Su et al. 2021, "RoFormer: Enhanced Transformer with Rotary Position Embedding", section 3.2).

    In each of `heads` heads, q, k, v = W x + b, where q and k are rotated by their positions; step t reads the mean of
    v_s over the last `window` steps s of its episode, weighted by softmax(q_t k_s / sqrt(width)). Each head also sees a
    sink (Xiao et al. 2024, "Efficient Streaming Language Models with Attention Sinks", section 3.3), whose key is 0 and
    whose value is learned from 0 on. Without it a mean of equal inputs would not tell how many there are, so the first
    step of an episode would look like a second one with the same observation. Layers normalise
    their inputs, as TrXL-I does (Parisotto et al. 2020, "Stabilizing Transformers for Reinforcement Learning",
    section 3), without its ReLU and without GTrXL's gates. As in Transformer-XL, the state has the inputs of a layer.

    Its state is, for each layer, its last inputs, (B, window - 1, hidden), and how many of them belong to this
    episode, (B,) int64. A step costs about 10 hidden^2 + 4 window hidden multiplications in each layer if many steps
    are read at once, and (6 + 2 window) hidden^2 + 2 window hidden if one is read alone, since the keys and values of
    the window are computed again.
    """

    settings_type = TransformerSettings

    @classmethod
    def mixer(cls, settings: Any) -> Mixer:
        return AttentionMixer(settings.hidden, settings.heads, settings.window)
