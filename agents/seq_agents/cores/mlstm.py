"""mLSTM: the LSTM with a matrix as memory, of xLSTM."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid, silu

from seq_agents.cores.core import State
from seq_agents.cores.episode_starts import same_episode, steps_in_chunks
from seq_agents.cores.layers import LayeredCore, MemoryHeadsSettings, Mixer, head_width
from seq_agents.cores.short_convolution import ShortConvolution

_CHUNK = 32
"""Steps that are read at once."""
_FORGET_BIASES = (0.0, 5.0)
"""The biases of the forget gates before the first update, from the first head to the last."""


class MlstmMixer(Mixer):
    """A matrix memory with exponential gates."""

    state_names = ("last inputs", "C", "n", "m")

    def __init__(self, hidden: int, heads: int, convolution: int) -> None:
        super().__init__()
        self.heads = heads
        self.width = head_width(hidden, heads)
        inner = heads * self.width
        self.convolution = ShortConvolution(hidden, convolution)
        self.match = nn.Linear(hidden, 2 * inner, bias=False)
        """Queries and keys."""
        self.value = nn.Linear(hidden, 2 * inner, bias=False)
        """Values and output gates."""
        self.gates = nn.Linear(hidden, 2 * heads)
        """Input gates and forget gates, before their exponential and sigmoid."""
        self.norm = nn.LayerNorm(self.width)
        self.write = nn.Linear(inner, hidden, bias=False)
        with torch.no_grad():
            self.gates.weight.mul_(0.1)
            self.gates.bias.copy_(torch.cat([torch.zeros(heads), torch.linspace(*_FORGET_BIASES, heads)]))

    def initial_state(self, batch: int) -> State:
        zeros = self.gates.weight.new_zeros
        shape = batch, self.heads
        memory, norm = zeros(*shape, self.width, self.width), zeros(*shape, self.width)
        return self.convolution.initial_state(batch), memory, norm, zeros(*shape)

    def forward(self, inputs: Tensor, state: State, starts: Tensor | None) -> tuple[Tensor, State]:
        convolved, kept = self.convolution(inputs, state[0], starts)
        queries, keys = self._heads(self.match(silu(convolved)))
        values, open_outputs = self._heads(self.value(inputs))
        input_gates, forget_gates = self.gates(inputs).transpose(1, 2).chunk(2, dim=1)  # (B, heads, T) each
        steps = _Steps(queries, keys * self.width**-0.5, values, input_gates, logsigmoid(forget_gates))
        memory, outputs = state[1:], []
        for chunk, here in steps_in_chunks(steps, starts, _CHUNK):
            read, memory = _read_chunk(_Steps(*chunk), memory, here)
            outputs.append(read)
        mixed = self.norm(torch.cat(outputs, dim=2)) * open_outputs.sigmoid()
        return self.write(mixed.transpose(1, 2).flatten(2)), (kept, *memory)

    def _heads(self, projected: Tensor) -> list[Tensor]:
        """(B, T, 2 heads width) to two of (B, heads, T, width)."""
        shape = *projected.shape[:2], 2, self.heads, self.width
        return [part.transpose(1, 2) for part in projected.reshape(shape).unbind(2)]


class _Steps(NamedTuple):
    """What T steps read and write."""

    queries: Tensor
    """(B, heads, T, width)"""
    keys: Tensor
    """(B, heads, T, width)"""
    values: Tensor
    """(B, heads, T, width)"""
    input_gates: Tensor
    """(B, heads, T): logarithms."""
    log_forget: Tensor
    """(B, heads, T)"""


def _read_chunk(steps: _Steps, state: State, starts: Tensor | None) -> tuple[Tensor, State]:
    """The outputs (B, heads, T, width) and the state after T steps, read at once (Beck et al. 2024, appendix A).

    Args:
        steps: the T steps.
        state: C transposed, n and m: (B, heads, width, width), (B, heads, width) and (B, heads).
        starts: (B, T) bool, or None.
    """
    queries, keys, values, input_gates, log_forget = steps
    memory, norm, stabiliser = state
    same, carried = (mask[:, None] for mask in same_episode(starts, keys[:, 0]))
    decayed = log_forget.cumsum(dim=2)
    log_weights = decayed[..., :, None] - decayed[..., None, :] + input_gates[..., None, :]  # of step s at step t
    log_weights = log_weights.masked_fill(~same, -torch.inf)
    log_carried = decayed + stabiliser[..., None]  # of the state before the chunk
    if starts is not None:  # An episode that starts here begins with a stabiliser of 0.
        before = (decayed - log_forget).gather(2, same.to(torch.int8).argmax(dim=3).expand(-1, decayed.shape[1], -1))
        log_carried = torch.where(carried, log_carried, decayed - before)
    stabilisers = torch.maximum(log_weights.amax(dim=3), log_carried)
    weights = (log_weights - stabilisers[..., None]).exp()
    carry = ((log_carried - stabilisers).exp() * carried)[..., None]
    scores = (queries @ keys.transpose(2, 3)) * weights
    read = scores @ values + carry * (queries @ memory)
    size = scores.sum(dim=3, keepdim=True) + carry * (queries @ norm[..., None])
    outputs = read / torch.maximum(size.abs(), (-stabilisers)[..., None].exp())
    kept = weights[:, :, -1, :, None] * keys
    carry = carry[:, :, -1:]
    memory = carry * memory + kept.transpose(2, 3) @ values
    return outputs, (memory, carry[..., 0] * norm + kept.sum(dim=2), stabilisers[:, :, -1])


class Mlstm(LayeredCore):
    """mLSTM (Beck et al. 2024, "xLSTM: Extended Long Short-Term Memory", section 2.3), in residual layers.

    q, k = W SiLU(convolution of x), k scaled by width^-1/2; v = V x; i = exp(w x + b), f = sigmoid(w' x + b') for each
    head, o = sigmoid(U x); C <- f C + i v k^T, n <- f n + i k; y = o norm(C q / max(|n q|, 1)), with layer
    normalisation of each head; the output is W' y. The state has exp(-m) C and exp(-m) n, where
    m <- max(log f + m, log i), so that no exponential overflows; m starts at 0.

    Steps are read in chunks of 32. The inner width is hidden; the paper's is twice that. The biases of the forget gates
    start at 0 ... 5, from the first head to the last, so that some heads forget; in the authors' code at 3 ... 6.

    Its state is, for each layer, the last inputs of the convolution, (B, convolution - 1, hidden), C transposed,
    (B, heads, hidden / heads, hidden / heads), n, (B, heads, hidden / heads), and m, (B, heads). A step costs about
    5 hidden^2 + 3 hidden^2 / heads multiplications in each layer, and about 64 hidden more in a chunk.
    """

    settings_type = MemoryHeadsSettings
    has_feed_forward = False

    @classmethod
    def mixer(cls, settings: Any) -> Mixer:
        return MlstmMixer(settings.hidden, settings.heads, settings.convolution)
