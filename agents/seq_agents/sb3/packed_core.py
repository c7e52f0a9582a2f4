"""A core with its state packed into two arrays, as Stable-Baselines3 stores the state of an LSTM."""

from __future__ import annotations

import math
from itertools import accumulate, pairwise

import torch
from torch import Tensor, nn

from seq_agents.cores.core import Core, State

Packed = tuple[Tensor, Tensor]
"""The state of B episodes: two tensors (1, B, hidden_size) with one half of its numbers each."""


class PackedCore(nn.Module):
    """A core where sb3-contrib expects an LSTM.

    sb3-contrib stores two arrays (layers, B, units) for each state, an LSTM's h and c, and reads `num_layers`,
    `hidden_size` and `input_size` of the LSTM. Here they describe one layer whose two arrays hold all numbers of the
    core's state, one half each; of an LSTM these are h and c. Integers of a state are exact up to 2**24.

    Args:
        core: the core.
        inputs: the number of features of an input.
    """

    def __init__(self, core: Core, inputs: int) -> None:
        super().__init__()
        self.core = core
        self.input_size = inputs
        self.num_layers = 1
        self._like = [(part.shape[1:], part.dtype) for part in core.initial_state(1)]
        self._bounds = list(accumulate((math.prod(shape) for shape, _ in self._like), initial=0))
        self.hidden_size = max(1, math.ceil(self._bounds[-1] / 2))

    def forward(self, inputs: Tensor, packed: Packed, starts: Tensor | None) -> tuple[Tensor, Packed]:
        """Read the next T steps of each episode.

        Args:
            inputs: (B, T, input_size).
            packed: the state before them.
            starts: (B, T) bool, as a core takes them.

        Returns:
            The outputs (B, T, outputs), and the state after the last step.
        """
        outputs, state = self.core(inputs, self.unpacked(packed), starts)
        return outputs, self.packed(state, outputs)

    def packed(self, state: State, like: Tensor) -> Packed:
        """The state of a core as two arrays of float32; `like` is a tensor (B, ...), since a state may be empty."""
        none = like.new_zeros(len(like), 0, dtype=torch.float32)
        flat = [none, *(part.reshape(len(part), math.prod(part.shape[1:])).float() for part in state)]
        padding = 2 * self.hidden_size - self._bounds[-1]
        first, second = nn.functional.pad(torch.cat(flat, dim=1), (0, padding)).chunk(2, dim=1)
        return first[None].contiguous(), second[None].contiguous()

    def unpacked(self, packed: Packed) -> State:
        """The state that `packed` packed."""
        flat = torch.cat([half[0] for half in packed], dim=1)
        return tuple(
            flat[:, first:end].reshape(len(flat), *shape).to(dtype)
            for (first, end), (shape, dtype) in zip(pairwise(self._bounds), self._like, strict=True)
        )
