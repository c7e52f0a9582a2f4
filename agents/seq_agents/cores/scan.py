"""The scan of linear recurrences: every state of h_t = a_t h_{t-1} + b_t, with a hand-written gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

__all__ = ["scan"]


def scan(decays: Tensor, updates: Tensor, initial: Tensor, starts: Tensor | None = None) -> Tensor:
    """Every state of h_t = a_t h_{t-1} + b_t, element by element; 0 stands for h_{t-1} where an episode starts.

    Both directions are one pass over time, with one multiplication and one addition per element of a step. autograd
    records nothing in between. On a CPU this is faster than log2(T) passes of doubling, which move more memory.

    Args:
        decays: a, (B, T, ...), real or complex; or (1, 1, ...) if they are the same in every lane and step.
        updates: b, (B, T, ...).
        initial: the state before the first step, (B, ...).
        starts: (B, T) bool, or None.

    Returns:
        h, (B, T, ...).
    """
    keep = None if starts is None else keeps(starts, updates)
    states: Tensor = _Scan.apply(decays, updates, initial, keep)  # type: ignore[no-untyped-call]  # torch does not annotate it.
    return states


def keeps(starts: Tensor, like: Tensor) -> Tensor:
    """(B, T, 1, ...): 0 where an episode starts and 1 elsewhere, with the dimensions and the dtype of `like`."""
    return (~starts).to(like.dtype).reshape(*starts.shape, *[1] * (like.ndim - 2))


class _Scan(torch.autograd.Function):
    """The scan. Its gradient is the same recurrence backwards: with g_t for dL/dh_t and G_t for the whole gradient
    with respect to b_t, G_t = g_t + conj(a_{t+1}) G_{t+1}, and that of a_t is G_t conj(h_{t-1})."""

    @staticmethod
    def forward(context: Any, decays: Tensor, updates: Tensor, initial: Tensor, keep: Tensor | None) -> Tensor:
        states = torch.empty_like(updates, memory_format=torch.contiguous_format)
        before, each_decay = initial, _each_decay(decays, keep, updates.shape[1])
        for decay, update, after in zip(each_decay, updates.unbind(1), states.unbind(1), strict=True):
            before = torch.addcmul(update, decay, before, out=after)
        context.save_for_backward(decays, states, initial, keep)
        return states

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradients: Tensor) -> tuple[Tensor | None, ...]:
        decays, states, initial, keep = context.saved_tensors
        steps = states.shape[1]
        each_decay = _each_decay(decays.conj().resolve_conj(), keep, steps)
        of_updates = torch.empty_like(gradients, memory_format=torch.contiguous_format)
        each_gradient, each = gradients.unbind(1), of_updates.unbind(1)
        each[-1].copy_(each_gradient[-1])
        for step in range(steps - 2, -1, -1):
            torch.addcmul(each_gradient[step], each_decay[step + 1], each[step + 1], out=each[step])
        of_decays = _of_decays(decays, states, initial, keep, of_updates)
        return of_decays, of_updates, each_decay[0] * each[0], None


def _each_decay(decays: Tensor, keep: Tensor | None, steps: int) -> Sequence[Tensor]:
    """The decays of each step, 0 where an episode starts."""
    if keep is not None:
        decays = decays * keep
    return decays.unbind(1) if decays.shape[1] == steps else [decays[:, 0]] * steps


def _of_decays(decays: Tensor, states: Tensor, initial: Tensor, keep: Tensor | None, of_updates: Tensor) -> Tensor:
    """The gradient with respect to the decays: G_t conj(h_{t-1}), or the sum of it."""
    if decays.shape == states.shape:
        of_decays = torch.empty_like(of_updates)
        torch.mul(of_updates[:, 0], initial.conj(), out=of_decays[:, 0])
        torch.mul(of_updates[:, 1:], states[:, :-1].conj(), out=of_decays[:, 1:])
        return of_decays if keep is None else of_decays.mul_(keep)
    total = of_updates[:, 0] * initial.conj()
    if keep is not None:
        total = total * keep[:, 0]
    for step, (state, gradient) in enumerate(zip(states[:, :-1].unbind(1), of_updates[:, 1:].unbind(1), strict=True)):
        total.addcmul_(gradient if keep is None else gradient * keep[:, step + 1], state.conj())
    return total.sum(dim=0)[None, None]
