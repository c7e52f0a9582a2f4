"""The scan of linear recurrences: every state of h_t = a_t h_{t-1} + b_t, with a hand-written gradient."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


def scan(decays: Tensor, updates: Tensor, initial: Tensor) -> Tensor:
    """Every state of h_t = a_t h_{t-1} + b_t, element by element.

    Both directions are one pass over time, with one multiplication and one addition per element of a step. autograd
    records nothing in between. On a CPU this is faster than log2(T) passes of doubling, which move more memory.

    Args:
        decays: a, (B, T, ...), real or complex. A decay of 0 at a step drops the state before it.
        updates: b, (B, T, ...).
        initial: the state before the first step, (B, ...).

    Returns:
        h, (B, T, ...).
    """
    states: Tensor = _Scan.apply(decays, updates, initial)  # type: ignore[no-untyped-call]  # torch does not annotate it.
    return states


def with_starts(decays: Tensor, starts: Tensor | None) -> Tensor:
    """Decays (B, T, ...) with 0 where `starts`, (B, T) bool or None, begins an episode; for initial states of zeros."""
    if starts is None:
        return decays
    return decays.masked_fill(starts.reshape(*starts.shape, *[1] * (decays.ndim - 2)), 0)


class _Scan(torch.autograd.Function):
    """The scan. Its gradient is the same recurrence backwards: with g_t for dL/dh_t and G_t for the whole gradient
    with respect to b_t, G_t = g_t + conj(a_{t+1}) G_{t+1}, and that of a_t is G_t conj(h_{t-1})."""

    @staticmethod
    def forward(context: Any, decays: Tensor, updates: Tensor, initial: Tensor) -> Tensor:
        states = _empty(updates)
        before = initial
        for decay, update, after in zip(decays.unbind(1), updates.unbind(1), states.unbind(1), strict=True):
            before = torch.addcmul(update, decay, before, out=after)
        context.save_for_backward(decays, states, initial)
        return states

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradients: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        decays, states, initial = context.saved_tensors
        decays = decays.conj().resolve_conj()
        of_updates = _empty(gradients)
        each_decay, each_gradient, each = decays.unbind(1), gradients.unbind(1), of_updates.unbind(1)
        each[-1].copy_(each_gradient[-1])
        for step in range(len(each) - 2, -1, -1):
            torch.addcmul(each_gradient[step], each_decay[step + 1], each[step + 1], out=each[step])
        of_decays = _empty(gradients)
        torch.mul(each[0], initial.conj(), out=of_decays[:, 0])
        torch.mul(of_updates[:, 1:], states[:, :-1].conj(), out=of_decays[:, 1:])
        return of_decays, of_updates, each_decay[0] * each[0]


def _empty(like: Tensor) -> Tensor:
    """An empty tensor (B, T, ...) of this shape in which the numbers of one time step lie side by side."""
    return torch.empty_like(like.transpose(0, 1), memory_format=torch.contiguous_format).transpose(0, 1)
