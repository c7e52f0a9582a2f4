"""The names that a core has, and the types and shapes of what it returns."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from seq_agents.cores.core import State
from seq_agents.testing.contract import Subject, copied, dtype_of, require, takes_starts


def check_structure(core: Any, inputs: int) -> None:
    """Outputs and states have the stated shapes and dtypes, for any batch and any number of steps."""
    found = f"the class {core.__name__}" if isinstance(core, type) else type(core).__name__
    require(isinstance(core, nn.Module), f"a core must be a torch.nn.Module, an instance of a class, got {found}")
    for name in ("outputs", "initial_state"):
        require(hasattr(core, name), f"the core has no attribute {name!r}: see seq_agents.cores.core.Core")
    count = core.outputs
    require(
        isinstance(count, int) and not isinstance(count, bool) and count >= 1,
        f"outputs must be the number of features of an output, an integer >= 1, got {count!r}",
    )
    require(callable(core.initial_state), f"initial_state must be a method, got {core.initial_state!r}")
    _check_plain_tensors(core)
    dtype = dtype_of(core) or torch.get_default_dtype()
    subject = Subject(copied(core).eval(), inputs, dtype, takes_starts(core))
    for batch in (2, 1, 5, 2):
        initial = subject.initial(batch)
        check_state(initial, batch, f"initial_state({batch})")
        with torch.no_grad():
            _check_calls(subject, initial, batch)
    _check_initial_lanes(subject)


def _check_plain_tensors(core: nn.Module) -> None:
    """Weights are parameters, so that they are learned, saved and moved."""
    for name, module in core.named_modules():
        for attribute, value in vars(module).items():
            require(
                not isinstance(value, Tensor) or not value.requires_grad,
                f"the tensor {'.'.join(filter(None, (name, attribute)))} requires a gradient but is no parameter, so "
                "it is neither saved nor moved: wrap it in torch.nn.Parameter",
            )


def check_state(state: Any, batch: int, source: str) -> None:
    """A state is a tuple of real tensors (B, ...)."""
    require(state is not None, f"{source} returns no state: it must be a tuple of tensors (B, ...), got None")
    require(
        isinstance(state, tuple),
        f"the state of {source} must be a tuple of tensors (B, ...), got {type(state).__name__}",
    )
    for part, tensor in enumerate(state):
        where = f"part {part} of the state of {source}"
        require(isinstance(tensor, Tensor), f"{where} must be a tensor, got {type(tensor).__name__}")
        require(
            tensor.ndim >= 1 and len(tensor) == batch,
            f"{where} must have shape (B, ...) with B = {batch}, got {tuple(tensor.shape)}",
        )
        require(
            not tensor.is_complex(),
            f"{where} must be real, got {tensor.dtype}: keep the real and the imaginary part as two tensors",
        )
        require(not tensor.is_floating_point() or tensor.isfinite().all(), f"{where} has numbers that are not finite")


def _check_calls(subject: Subject, initial: State, batch: int) -> None:
    state = initial
    for steps in (4, 1, 3):
        inputs = subject.batch(batch, steps)
        source = f"forward on inputs of shape {tuple(inputs.shape)}"
        returned = subject.call(source, subject.core, inputs, state)
        require(
            isinstance(returned, tuple) and len(returned) == 2,
            f"{source} returns no state: it must return a tuple (outputs, state), got {_in_words(returned)}",
        )
        outputs, after = returned
        _check_outputs(subject, outputs, (batch, steps, subject.core.outputs), source)
        check_state(after, batch, source)
        _check_same_size(after, state, initial, steps, source)
        state = after


def _in_words(returned: Any) -> str:
    if isinstance(returned, tuple):
        return f"a tuple of {len(returned)}"
    return f"a tensor of shape {tuple(returned.shape)}" if isinstance(returned, Tensor) else type(returned).__name__


def _check_outputs(subject: Subject, outputs: Any, shape: tuple[Any, ...], source: str) -> None:
    require(isinstance(outputs, Tensor), f"outputs of {source} must be a tensor, got {type(outputs).__name__}")
    hint = ""
    if outputs.shape != shape and outputs.ndim == 3:
        hint = ": time stands before the batch" if outputs.shape == (shape[1], shape[0], shape[2]) else ""
    require(
        outputs.shape == shape,
        f"the outputs of {source} must have shape (B, T, outputs) = {shape}, got {tuple(outputs.shape)}{hint}",
    )
    require(
        outputs.dtype == subject.dtype,
        f"the outputs of {source} must have the dtype of the weights, {subject.dtype}, got {outputs.dtype}",
    )
    require(outputs.isfinite().all(), f"the outputs of {source} have numbers that are not finite (NaN or infinite)")


def _check_same_size(after: State, before: State, initial: State, steps: int, source: str) -> None:
    require(
        len(after) == len(initial),
        f"{source} returns a state of {len(after)} tensors, but initial_state returns {len(initial)}",
    )
    for part, (new, old, first) in enumerate(zip(after, before, initial, strict=True)):
        grows = new.numel() > old.numel()
        require(
            new.shape == first.shape,
            f"part {part} of the state {'grows' if grows else 'changes its shape'} with the steps that are read: after "
            f"{steps} steps its shape is {tuple(new.shape)}, in initial_state {tuple(first.shape)}; a state has a "
            "fixed size",
        )
        require(
            new.dtype == first.dtype,
            f"part {part} of the state changes its dtype: {source} returns {new.dtype}, initial_state {first.dtype}",
        )


def _check_initial_lanes(subject: Subject) -> None:
    alone, together = subject.initial(1), subject.initial(5)
    for part, (one, several) in enumerate(zip(alone, together, strict=True)):
        for index in range(5):
            require(
                torch.equal(several[index], one[0]),
                f"initial_state(5) differs from initial_state(1) in lane {index}, in part {part}: every lane begins "
                "with the same state",
            )
