"""Mamba's scan, in which the decays and what is written depend on the input, with a hand-written gradient."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


def selective_scan(
    sizes: Tensor, rates: Tensor, values: Tensor, read: Tensor, write: Tensor, initial: Tensor, keep: Tensor | None
) -> tuple[Tensor, Tensor]:
    """h_t = exp(d_t A) h_{t-1} + d_t v_t B_t and y_t = C_t h_t, for F units with N numbers of state each.

    Each step computes its decays where it needs them, in both directions: the tensors (B, T, F, N) of decays, updates
    and their gradients, which a general scan would move through memory, never exist. The states do.

    Args:
        sizes: d, (B, T, F).
        rates: A, (F, N).
        values: v, (B, T, F).
        read: B, (B, T, N).
        write: C, (B, T, N).
        initial: the state before the first step, (B, F, N).
        keep: (B, T), 0 where an episode begins, which drops the state before the step, and 1 elsewhere; or None.

    Returns:
        y, (B, T, F), and the last state, (B, F, N).
    """
    outputs, last = _SelectiveScan.apply(sizes, rates, sizes * values, read, write, initial, keep)  # type: ignore[no-untyped-call]  # torch does not annotate it.
    return outputs, last


class _Step(NamedTuple):
    """One time step."""

    sizes: Tensor
    """(B, F, 1)"""
    updates: Tensor
    """d v, (B, F, 1)"""
    read: Tensor
    """(B, 1, N)"""
    write: Tensor
    """(B, N, 1)"""
    keep: Tensor | None
    """(B, 1, 1)"""

    def decays(self, rates: Tensor) -> Tensor:
        """(B, F, N)"""
        decays = (self.sizes * rates).exp_()
        return decays if self.keep is None else decays.mul_(self.keep)


def _steps(sizes: Tensor, updates: Tensor, read: Tensor, write: Tensor, keep: Tensor | None) -> list[_Step]:
    kept = [None] * sizes.shape[1] if keep is None else keep[..., None, None].unbind(1)
    parts = sizes[..., None], updates[..., None], read[:, :, None], write[..., None]
    return [_Step(*step) for step in zip(*(part.unbind(1) for part in parts), kept, strict=True)]


class _SelectiveScan(torch.autograd.Function):
    """The scan on updates u = d v. With G_t for the gradient with respect to h_t and a_t = exp(d_t A),
    G_t = g_t C_t + a_{t+1} G_{t+1}; the gradient with respect to d_t A is G_t a_t h_{t-1}."""

    @staticmethod
    def forward(context: Any, *tensors: Any) -> tuple[Tensor, Tensor]:
        sizes, rates, updates, read, write, initial, keep = tensors
        states = sizes.new_empty(sizes.shape[1], *initial.shape)
        outputs = torch.empty_like(sizes)
        before = initial
        for time_step, step in enumerate(_steps(sizes, updates, read, write, keep)):
            state = torch.mul(step.decays(rates), before, out=states[time_step])
            before = state.addcmul_(step.updates, step.read)
            outputs[:, time_step] = torch.bmm(state, step.write)[..., 0]
        context.save_for_backward(*tensors, states)
        return outputs, before.clone()

    @staticmethod
    @once_differentiable
    def backward(context: Any, of_outputs: Tensor, of_last: Tensor) -> tuple[Tensor | None, ...]:
        sizes, rates, updates, read, write, initial, keep, states = context.saved_tensors
        of_sizes, of_updates, of_read, of_write = (torch.empty_like(part) for part in (sizes, updates, read, write))
        of_rates, of_state = torch.zeros_like(rates), of_last.clone()
        steps = _steps(sizes, updates, read, write, keep)
        for time_step in range(len(steps) - 1, -1, -1):
            step, before = steps[time_step], states[time_step - 1] if time_step else initial
            of_output = of_outputs[:, time_step, :, None]
            of_write[:, time_step] = torch.bmm(of_output.transpose(1, 2), states[time_step])[:, 0]
            of_state.addcmul_(of_output, step.write.transpose(1, 2))
            of_updates[:, time_step] = torch.bmm(of_state, step.read.transpose(1, 2))[..., 0]
            of_read[:, time_step] = torch.bmm(step.updates.transpose(1, 2), of_state)[:, 0]
            of_state = step.decays(rates).mul_(of_state)
            of_exponents = of_state * before
            of_sizes[:, time_step] = torch.linalg.vecdot(of_exponents, rates)
            of_rates += of_exponents.mul_(step.sizes).sum(dim=0)
        return of_sizes, of_rates, of_updates, of_read, of_write, of_state, None
