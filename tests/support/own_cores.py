"""Cores of another module: good ones in several forms, and some that cannot be used."""

from __future__ import annotations

from typing import Any, Self

import torch
from seq_agents.cores import CORES
from seq_agents.cores.core import Core, CoreSettings, State
from torch import Tensor, nn


class Plain(nn.Module):
    """A tanh recurrence with a plain `forward`, without `starts`; its `units` are a setting."""

    def __init__(self, inputs: int, units: int = 6, gain: float = 1, name: str = "plain", bias: bool = True) -> None:
        super().__init__()
        self.outputs = units
        self.gain, self.name = gain, name
        self.cell = nn.RNN(inputs, units, batch_first=True, bias=bias)

    def initial_state(self, batch: int) -> State:
        return (next(self.parameters()).new_zeros(batch, self.outputs),)

    def forward(self, inputs: Tensor, state: State) -> tuple[Tensor, State]:
        outputs, last = self.cell(inputs, state[0][None].contiguous())
        return self.gain * outputs, (last[0],)


class Sized(Plain):
    """The same with a setting that cores of the menu have, too."""

    def __init__(self, inputs: int, hidden: int = 24) -> None:
        super().__init__(inputs, hidden)


class Own(Core):
    """A subclass of `Core` that learns its initial state, with the settings that all cores have."""

    def __init__(self, inputs: int, hidden: int = 4) -> None:
        super().__init__()
        self.outputs = hidden
        self.first = nn.Parameter(torch.full((hidden,), 0.5))
        self.mix = nn.Linear(inputs + hidden, hidden)

    def initial_state(self, batch: int) -> State:
        return (self.first.expand(batch, -1),)

    def forward(self, inputs: Tensor, state: State, starts: Tensor | None = None) -> tuple[Tensor, State]:
        kept, outputs = state[0], []
        for step, now in enumerate(inputs.unbind(1)):
            if starts is not None:
                kept = torch.where(starts[:, step, None], self.first, kept)
            kept = self.mix(torch.cat([now, kept], dim=1)).tanh()
            outputs.append(kept)
        return torch.stack(outputs, dim=1), (kept,)


class Built(Own):
    """A subclass of `Core` with a `build` of its own."""

    @classmethod
    def build(cls, inputs: int, settings: Any, problem: Any) -> Self:
        assert isinstance(settings, CoreSettings)
        assert problem is not None
        return cls(inputs, settings.hidden + 1)


class NamedStarts(Own):
    """Takes `starts` by name only."""

    def forward(self, inputs: Tensor, state: State, *, starts: Tensor | None = None) -> tuple[Tensor, State]:  # type: ignore[override]  # On purpose.
        return super().forward(inputs, state, starts)


class Derived(CORES["gru"]):
    """A subclass of a core of the package, with its constructor (inputs, hidden) and its settings."""


class Empty(nn.Module):
    """A core without a state."""

    def __init__(self, inputs: int, units: int = 4) -> None:
        super().__init__()
        self.outputs = units
        self.layer = nn.Linear(inputs, units)

    def initial_state(self, batch: int) -> State:
        return ()

    def forward(self, inputs: Tensor, state: State) -> tuple[Tensor, State]:
        return self.layer(inputs).tanh(), ()


class WithoutState(Plain):
    """Forgets to return the state."""

    def forward(self, inputs: Tensor, state: State) -> Any:
        return super().forward(inputs, state)[0]


class GrowingState(Plain):
    """Its state has one row more after every call."""

    def forward(self, inputs: Tensor, state: State) -> tuple[Tensor, State]:
        outputs, (last,) = super().forward(inputs, (state[0][: len(inputs)],))
        return outputs, (torch.cat([last, last[:1]]),)


class Wide(Plain):
    """Says that its outputs are wider than they are."""

    def __init__(self, inputs: int) -> None:
        super().__init__(inputs)
        self.outputs = 7

    def initial_state(self, batch: int) -> State:
        return (next(self.parameters()).new_zeros(batch, 6),)


class NotANumber(Plain):
    """Divides by zero."""

    def forward(self, inputs: Tensor, state: State) -> tuple[Tensor, State]:
        outputs, last = super().forward(inputs, state)
        return outputs * (torch.zeros(()) / 0), last


class Bidirectional(Plain):
    """Reads the future."""

    def forward(self, inputs: Tensor, state: State) -> tuple[Tensor, State]:
        outputs, last = super().forward(inputs, state)
        return outputs + outputs.flip(1), last


class WithoutDefault(Plain):
    """A parameter of its constructor has no default."""

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__(inputs, units)


class Clashing(Plain):
    """Has a setting that every rule has."""

    def __init__(self, inputs: int, learning_rate: float = 0.1) -> None:
        super().__init__(inputs)


class NamedAsAMethod(Plain):
    """Has a setting that would hide a method of all settings."""

    def __init__(self, inputs: int, as_dict: bool = True) -> None:
        super().__init__(inputs)


class Raising(Plain):
    """Its constructor refuses a width with an error of its own."""

    def __init__(self, inputs: int, units: int = 6) -> None:
        raise KeyError(units)


class Exiting(Plain):
    """Its constructor ends the program."""

    def __init__(self, inputs: int, units: int = 6) -> None:
        raise SystemExit(3)


class ByNameOnly(Plain):
    """Its constructor takes no first parameter."""

    def __init__(self, *, inputs: int = 3) -> None:
        super().__init__(inputs)


class Lazy(Plain):
    """Its weights are not there before the first call, so they cannot be loaded."""

    def __init__(self, inputs: int) -> None:
        super().__init__(inputs)
        self.cell = nn.LazyLinear(6)

    def forward(self, inputs: Tensor, state: State) -> tuple[Tensor, State]:
        return self.cell(inputs), state


class BuiltWide(Built):
    """Has a `build` of its own, and wrong outputs."""

    def forward(self, inputs: Tensor, state: State, starts: Tensor | None = None) -> tuple[Tensor, State]:
        outputs, state = super().forward(inputs, state, starts)
        return outputs[:, :1], state


class WithoutInitialState(nn.Module):
    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.outputs = inputs

    def forward(self, inputs: Tensor, state: State) -> tuple[Tensor, State]:
        return inputs, state


def function(inputs: int) -> None:
    """No class."""
