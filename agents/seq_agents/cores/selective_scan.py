"""Mamba's scan, in which the decays and what is written depend on the input, with a hand-written gradient."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from seq_agents.cores.scan import keeps

_CHUNK = 16
"""Steps whose states are held at once: few enough that they stay in a processor's cache."""


def selective_scan(
    sizes: Tensor,
    rates: Tensor,
    values: Tensor,
    read: Tensor,
    write: Tensor,
    initial: Tensor,
    starts: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """h_t = exp(d_t A) h_{t-1} + d_t v_t B_t and y_t = C_t h_t, for F units with N numbers of state each.

    0 stands for h_{t-1} where an episode starts. As in the paper (section 3.3.2), the states are computed again for the
    gradient: tensors (B, T, N, F) never exist. Only the states before every `_CHUNK` steps are kept.

    Args:
        sizes: d, (B, T, F).
        rates: A, (N, F).
        values: v, (B, T, F).
        read: B, (B, T, N).
        write: C, (B, T, N).
        initial: the state before the first step, (B, N, F).
        starts: (B, T) bool, or None.

    Returns:
        y, (B, T, F), and the last state, (B, N, F).
    """
    keep = None if starts is None else keeps(starts, sizes[..., None])
    outputs, last = _SelectiveScan.apply(sizes, rates, sizes * values, read, write, initial, keep)  # type: ignore[no-untyped-call]  # torch does not annotate it.
    return outputs, last


class _SelectiveScan(torch.autograd.Function):
    """The scan on updates u = d v. With G_t for the gradient with respect to h_t and a_t = exp(d_t A),
    G_t = g_t C_t + a_{t+1} G_{t+1}; the gradient with respect to d_t A is G_t a_t h_{t-1}."""

    @staticmethod
    def forward(context: Any, *tensors: Any) -> tuple[Tensor, Tensor]:
        sizes, rates, updates, read, write, initial, keep = tensors
        steps = _steps(sizes, updates, read, write)
        outputs = torch.empty_like(updates, memory_format=torch.contiguous_format)
        befores, work = [initial], _work(initial, len(steps))
        for first in range(0, len(steps), _CHUNK):
            chunk = steps[first : first + _CHUNK]
            states = _states(chunk, rates, befores[-1], None if keep is None else keep[:, first:], work)
            for step, (state, (_, _, _, weights)) in enumerate(zip(states, chunk, strict=True)):
                outputs[:, first + step] = torch.bmm(weights, state)[:, 0]
            befores.append(states[-1].clone())
        context.save_for_backward(*tensors, *befores[1:-1])
        return outputs, befores[-1]

    @staticmethod
    @once_differentiable
    def backward(context: Any, of_outputs: Tensor, of_last: Tensor) -> tuple[Tensor | None, ...]:
        sizes, rates, updates, read, write, initial, keep, *befores = context.saved_tensors
        steps = _steps(sizes, updates, read, write)
        of_sizes, of_updates, of_read, of_write = (torch.empty_like(part) for part in (sizes, updates, read, write))
        of_rates, of_state, exponents = torch.zeros_like(initial), of_last.clone(), torch.empty_like(initial)
        decays, _ = work = _work(initial, len(steps))
        firsts = range(0, len(steps), _CHUNK)
        for first, before in zip(reversed(firsts), reversed([initial, *befores]), strict=True):
            chunk = steps[first : first + _CHUNK]
            states = _states(chunk, rates, before, None if keep is None else keep[:, first:], work)
            for place in range(len(chunk) - 1, -1, -1):
                step, (size, update, value, weights) = first + place, chunk[place]
                of_output = of_outputs[:, step, :, None]
                of_write[:, step] = torch.bmm(states[place], of_output)[..., 0]
                of_state.addcmul_(weights.transpose(1, 2), of_output.transpose(1, 2))
                of_updates[:, step] = torch.bmm(value.transpose(1, 2), of_state)[:, 0]
                of_read[:, step] = torch.bmm(of_state, update.transpose(1, 2))[..., 0]
                of_state.mul_(decays[place])
                torch.mul(of_state, states[place - 1] if place else before, out=exponents)
                of_rates.addcmul_(exponents, size)
                torch.sum(exponents.mul_(rates), dim=1, out=of_sizes[:, step])
        return of_sizes, of_rates.sum(dim=0), of_updates, of_read, of_write, of_state, None


def _steps(sizes: Tensor, updates: Tensor, read: Tensor, write: Tensor) -> list[tuple[Tensor, ...]]:
    """Of each step, d and u, (B, 1, F), B, (B, N, 1), and C, (B, 1, N)."""
    parts = sizes[:, :, None], updates[:, :, None], read[..., None], write[:, :, None]
    return list(zip(*(part.unbind(1) for part in parts), strict=True))


def _work(initial: Tensor, steps: int) -> Tensor:
    """Room for the decays and the states of a chunk: (2, at most _CHUNK, B, N, F)."""
    return initial.new_empty(2, min(_CHUNK, steps), *initial.shape)


def _states(
    chunk: list[tuple[Tensor, ...]], rates: Tensor, before: Tensor, keep: Tensor | None, work: Tensor
) -> Tensor:
    """The states of a chunk, (steps, B, N, F), with its decays, in `work`."""
    for place, (size, update, value, _) in enumerate(chunk):
        decay = torch.mul(size, rates, out=work[0, place]).exp_()
        if keep is not None:
            decay.mul_(keep[:, place])
        before = torch.mul(decay, before, out=work[1, place]).addcmul_(value, update)
    return work[1, : len(chunk)]
