"""Mamba's scan, in which the decays and what is written depend on the input, with a hand-written gradient."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from seq_agents.cores.scan import keeps


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

    0 stands for h_{t-1} where an episode starts. Each step computes its decays where it needs them, in both directions:
    the tensors (B, T, N, F) of decays, updates and their gradients, which a general scan would move through memory,
    never exist. The states do.

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


class _Step(NamedTuple):
    """One time step."""

    sizes: Tensor
    """(B, 1, F)"""
    updates: Tensor
    """d v, (B, 1, F)"""
    read: Tensor
    """(B, N, 1)"""
    write: Tensor
    """(B, 1, N)"""
    keep: Tensor | None
    """(B, 1, 1)"""

    def decays(self, rates: Tensor) -> Tensor:
        """(B, N, F)"""
        decays = (self.sizes * rates).exp_()
        return decays if self.keep is None else decays.mul_(self.keep)


def _steps(sizes: Tensor, updates: Tensor, read: Tensor, write: Tensor, keep: Tensor | None) -> list[_Step]:
    kept = [None] * sizes.shape[1] if keep is None else keep.unbind(1)
    parts = sizes[:, :, None], updates[:, :, None], read[..., None], write[:, :, None]
    return [_Step(*step) for step in zip(*(part.unbind(1) for part in parts), kept, strict=True)]


class _SelectiveScan(torch.autograd.Function):
    """The scan on updates u = d v. With G_t for the gradient with respect to h_t and a_t = exp(d_t A),
    G_t = g_t C_t + a_{t+1} G_{t+1}; the gradient with respect to d_t A is G_t a_t h_{t-1}."""

    @staticmethod
    def forward(context: Any, *tensors: Any) -> tuple[Tensor, Tensor]:
        sizes, rates, updates, read, write, initial, keep = tensors
        states = sizes.new_empty(sizes.shape[1], *initial.shape)
        outputs = torch.empty_like(updates, memory_format=torch.contiguous_format)
        before = initial
        for time_step, step in enumerate(_steps(sizes, updates, read, write, keep)):
            state = torch.mul(step.decays(rates), before, out=states[time_step])
            before = state.addcmul_(step.read, step.updates)
            outputs[:, time_step] = torch.bmm(step.write, state)[:, 0]
        context.save_for_backward(*tensors, states)
        return outputs, before.clone()

    @staticmethod
    @once_differentiable
    def backward(context: Any, of_outputs: Tensor, of_last: Tensor) -> tuple[Tensor | None, ...]:
        sizes, rates, updates, read, write, initial, keep, states = context.saved_tensors
        of_sizes, of_updates, of_read, of_write = (torch.empty_like(part) for part in (sizes, updates, read, write))
        of_rates, of_state = torch.zeros_like(initial), of_last.clone()
        steps = _steps(sizes, updates, read, write, keep)
        for time_step in range(len(steps) - 1, -1, -1):
            step, before = steps[time_step], states[time_step - 1] if time_step else initial
            of_output = of_outputs[:, time_step, :, None]
            of_write[:, time_step] = torch.bmm(states[time_step], of_output)[..., 0]
            of_state.addcmul_(step.write.transpose(1, 2), of_output.transpose(1, 2))
            of_updates[:, time_step] = torch.bmm(step.read.transpose(1, 2), of_state)[:, 0]
            of_read[:, time_step] = torch.bmm(of_state, step.updates.transpose(1, 2))[..., 0]
            of_state = step.decays(rates).mul_(of_state)
            of_exponents = of_state * before
            of_rates.addcmul_(of_exponents, step.sizes)
            of_sizes[:, time_step] = of_exponents.mul_(rates).sum(dim=1)
        return of_sizes, of_rates.sum(dim=0), of_updates, of_read, of_write, of_state, None
