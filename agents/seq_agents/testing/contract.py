"""The building blocks of every check of a core: the error, the core under test and comparisons."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor, nn

from seq_agents.cores.core import State

_VARIATION = 0.1


class CoreError(AssertionError):
    """A core breaks the contract; the message names the cause."""


def require(condition: object, message: str) -> None:
    """Raise a CoreError with this message unless the condition holds."""
    if not condition:
        raise CoreError(message)


@contextmanager
def isolated() -> Iterator[None]:
    """Run the body with its own random state, and restore the global ones after it."""
    python, legacy = random.getstate(), np.random.get_state()  # noqa: NPY002 - restored below.
    try:
        with torch.random.fork_rng(devices=[]), torch.enable_grad():
            torch.manual_seed(0)
            yield
    finally:
        random.setstate(python)
        np.random.set_state(legacy)  # noqa: NPY002 - restores the state from before.


def takes_starts(core: nn.Module) -> bool:
    """Whether `forward` has a parameter `starts`."""
    parameters = inspect.signature(core.forward).parameters.values()
    return any(parameter.name == "starts" or parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)


def dtype_of(core: nn.Module) -> torch.dtype | None:
    """The dtype of the first floating weight of a core; None if it has none."""
    tensors = [*core.parameters(), *core.buffers()]
    return next((tensor.dtype for tensor in tensors if tensor.is_floating_point()), None)


def copied(core: nn.Module) -> nn.Module:
    """A copy of a core."""
    try:
        return copy.deepcopy(core)
    except Exception as error:
        raise CoreError(f"copy.deepcopy of the core raises {described(error)}") from error


def described(error: Exception) -> str:
    """An exception in one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:200]}"


@dataclass(frozen=True)
class Subject:
    """A copy of a core, in eval mode, and how to read with it."""

    core: nn.Module
    inputs: int
    """The number of input features."""
    dtype: torch.dtype
    """The dtype of inputs."""
    has_starts: bool
    """Whether the core reads episode starts."""

    @classmethod
    def of(cls, core: nn.Module, inputs: int) -> Self:
        """A copy with the same weights."""
        return cls(copied(core).eval(), inputs, dtype_of(core) or torch.get_default_dtype(), takes_starts(core))

    @classmethod
    def varied(cls, core: nn.Module, inputs: int) -> Self:
        """A copy in double precision whose weights differ a little, so that a weight that starts at 0 matters too."""
        same = cls.of(core, inputs)
        if dtype_of(core) is None:
            return same
        varied = cls(copied(same.core).double(), inputs, torch.float64, same.has_starts)
        vary(varied.core)
        batch, state = varied.batch(2, 9), varied.initial(2)
        outputs, after = varied.read(batch, state)
        if all(part.isfinite().all() for part in (outputs, *after)):
            return varied
        return cls(same.core.double(), inputs, torch.float64, same.has_starts)

    def with_core(self, core: nn.Module) -> Self:
        """The same with another module."""
        return dataclasses.replace(self, core=core)

    def batch(self, lanes: int, steps: int, seed: int = 0) -> Tensor:
        """Random inputs (lanes, steps, inputs)."""
        generator = torch.Generator().manual_seed(seed)
        return torch.randn(lanes, steps, self.inputs, generator=generator, dtype=torch.float64).to(self.dtype)

    def initial(self, lanes: int) -> State:
        """The state before the first step."""
        state: State = self.call(f"initial_state({lanes})", self.core.initial_state, lanes)
        return state

    def read(self, inputs: Tensor, state: State, starts: Tensor | None = None) -> tuple[Tensor, State]:
        """What `forward` returns."""
        what = f"forward on inputs of shape {tuple(inputs.shape)}"
        if starts is None:
            outputs, after = self.call(what, self.core, inputs, state)
        else:
            outputs, after = self.call(
                f"{what} with starts (B, T) of dtype bool", self.core, inputs, state, starts=starts
            )
        return outputs, after

    def values(self, inputs: Tensor, state: State, starts: Tensor | None = None) -> tuple[Tensor, State]:
        """A copy of what `forward` returns, without gradients."""
        with torch.no_grad():
            outputs, after = self.read(inputs, state, starts)
        return outputs.clone(), tuple(part.clone() for part in after)

    def later_state(self, lanes: int) -> State:
        """The state after some steps."""
        return self.values(self.batch(lanes, 5, seed=7), self.initial(lanes))[1]

    def call(self, what: str, function: Any, *arguments: Any, **named: Any) -> Any:
        """Call a function of the core, and name the call if it raises."""
        try:
            return function(*arguments, **named)
        except Exception as error:
            raise CoreError(f"{what} raises {described(error)}") from error

    def alike(self, found: Tensor, expected: Tensor) -> bool:
        """Whether two tensors are equal up to rounding."""
        if found.shape != expected.shape:
            return False
        if not found.is_floating_point():
            return torch.equal(found, expected)
        return not bool(self.differs(found, expected).any())

    def differs(self, found: Tensor, expected: Tensor) -> Tensor:
        """Where two tensors of the same shape differ by more than rounding; NaN differs from all."""
        rounding = 1e-5 if self.dtype == torch.float64 else 1e-3
        scale = expected.abs().amax().clamp(min=1) if expected.numel() else 1
        return ~((found - expected).abs() <= rounding * scale)

    def wrong_parts(self, found: State, expected: State) -> list[int]:
        """The indices of the tensors of a state that differ."""
        pairs = enumerate(zip(found, expected, strict=True))
        return [part for part, (one, other) in pairs if not self.alike(one, other)]


def vary(core: nn.Module) -> None:
    """Change every floating weight a little, in place: by a tenth, or from 0 to about a tenth."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weights in core.parameters():
            if weights.is_floating_point():
                noise = _VARIATION * torch.randn(weights.shape, generator=generator, dtype=weights.dtype)
                weights.copy_(torch.where(weights == 0, noise, weights * (1 + noise)))


def lane(state: State, index: int) -> State:
    """The state of one lane, as a batch of 1."""
    return tuple(part[index : index + 1] for part in state)


def named_parts(parts: list[int], state: State) -> str:
    """Parts of a state in words, such as "part 1 of the state (a counter, int64 of shape (B,))"."""

    def name(part: int) -> str:
        tensor = state[part]
        shape = f"(B{''.join(f', {size}' for size in tensor.shape[1:])}{',' if tensor.ndim == 1 else ''})"
        counter = "a counter, " if tensor.ndim == 1 or not tensor.is_floating_point() else ""
        return f"part {part} of the state ({counter}{str(tensor.dtype).removeprefix('torch.')} of shape {shape})"

    return " and ".join(map(name, parts))
