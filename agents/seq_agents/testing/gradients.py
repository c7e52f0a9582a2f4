"""Gradients reach the past, through steps and through calls, and stay finite over many steps."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seq_agents.testing.contract import Subject, require

_MANY = 1000


def check_gradient_reaches_the_past(subject: Subject, steps: int) -> None:
    """An input that changes a later output has a gradient there, within a call and through a state."""
    inputs = subject.batch(2, steps)
    whole = _gradients(subject, inputs, steps)
    if any(weights.requires_grad for weights in subject.core.parameters()):
        require(whole is not None, "outputs carry no gradient: forward detaches them or runs without gradients")
    if whole is None:
        return
    require(whole.isfinite().all(), f"the gradient over {steps} steps is not finite with respect to the inputs")
    changed = _changes_of_the_end(subject, inputs)
    silent = (changed & ~(whole != 0).any(dim=2).any(dim=0)).nonzero().flatten().tolist()
    require(
        not silent,
        f"the state is detached between the steps of a call: the input at step {silent[:1]} changes the last output of "
        f"{steps} steps, but its gradient is 0",
    )
    split = _gradients(subject, inputs, steps // 2)
    cut_off = (whole[:, : steps // 2] != 0).any() and (split is None or not (split[:, : steps // 2] != 0).any())
    require(
        not cut_off, "the state is detached between calls: the gradient does not reach the inputs of an earlier call"
    )
    require(
        split is not None and subject.alike(split, whole),
        "gradients through two calls differ from those through one: part of the state is detached, or a gradient that "
        "the core defines itself is wrong",
    )


def _gradients(subject: Subject, inputs: Tensor, cut: int) -> Tensor | None:
    """The gradient of the last outputs with respect to all inputs, read in two calls; None if there is none."""
    inputs = inputs.clone().requires_grad_()
    outputs, state = subject.read(inputs[:, :cut], subject.initial(len(inputs)))
    if cut < inputs.shape[1]:
        outputs, _ = subject.read(inputs[:, cut:], state)
    if not outputs.requires_grad:
        return None
    weights = torch.linspace(0.5, 1.5, outputs.shape[2], dtype=outputs.dtype)
    (gradients,) = torch.autograd.grad((outputs[:, -1] * weights).sum(), inputs, allow_unused=True)
    return torch.zeros_like(inputs) if gradients is None else gradients


def _changes_of_the_end(subject: Subject, inputs: Tensor) -> Tensor:
    """(T,) bool: whether a small change of an input at a step changes the last output; only some steps are tried."""
    initial = subject.initial(len(inputs))
    last = subject.values(inputs, initial)[0][:, -1]
    steps = inputs.shape[1]
    changed = torch.zeros(steps, dtype=torch.bool)
    size, rounding = (1e-3, 1e-9) if subject.dtype == torch.float64 else (1e-1, 1e-3)
    for step in {0, steps // 2, *(steps - lag for lag in (2, 4, 6, 10, 18, 34) if lag < steps)}:
        other = inputs.clone()
        other[:, step] += size
        changed[step] = (subject.values(other, initial)[0][:, -1] - last).abs().amax() > rounding
    return changed


def check_long_gradient(core: nn.Module, inputs: int) -> None:
    """The gradient of the outputs of 1,000 steps is finite, for inputs and all weights."""
    subject = Subject.of(core, inputs)
    batch = subject.batch(2, _MANY).requires_grad_()
    outputs, state = subject.read(batch, subject.initial(2))
    for what, tensor in (
        ("outputs", outputs),
        *((f"part {part} of the state", kept) for part, kept in enumerate(state)),
    ):
        require(tensor.isfinite().all(), f"{what} of {_MANY} steps are not finite in {subject.dtype}")
    if not outputs.requires_grad:
        return
    for loss in (outputs[:, -1].sum(), outputs.pow(2).mean()):
        weights = {"the inputs": batch} | dict(subject.core.named_parameters())
        learned = {name: tensor for name, tensor in weights.items() if tensor.requires_grad}
        gradients = torch.autograd.grad(loss, list(learned.values()), allow_unused=True, retain_graph=True)
        for name, gradient in zip(learned, gradients, strict=True):
            require(
                gradient is None or gradient.isfinite().all(),
                f"the gradient over {_MANY} steps with respect to {name} is not finite in {subject.dtype}",
            )
