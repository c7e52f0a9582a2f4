"""A window: the last inputs side by side, read by a feed-forward network. With a window of 1 there is no memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn

import seq_envs
from seq_agents.cores.core import Activity, Core, CoreSettings, State
from seq_agents.cores.episode_starts import time_steps
from seq_envs.parameters import Flag, Integer, parameter


@dataclass(frozen=True, kw_only=True)
class MemorylessSettings(CoreSettings):
    """The settings of a core without memory."""

    clock: bool = parameter(
        True,
        Flag(),
        "whether the network sees the clock, as the memoryless level does; never in other packages' envs",
    )

    def frames(self, problem: seq_envs.Problem | None) -> int:
        """How many inputs the network sees at once."""
        return 1


@dataclass(frozen=True, kw_only=True)
class WindowSettings(MemorylessSettings):
    """The settings of a window."""

    window: int = parameter(
        0, Integer(0), "observations that it sees; 0: lag+1, or the whole episode if there is no lag"
    )

    def frames(self, problem: seq_envs.Problem | None) -> int:
        if self.window:
            return self.window
        if problem is None:
            raise ValueError("window must be at least 1 for an env that is no problem of this package, got 0")
        return window_of(problem)


def window_of(problem: seq_envs.Problem) -> int:
    """The window that an answer can depend on: lag + 1 steps if the problem has a lag, otherwise the whole episode."""
    lag = getattr(problem, "lag", None)
    return problem.steps if lag is None else int(lag) + 1


class Window(Core):
    """Two tanh layers on the last `window` inputs and, if there is a clock, on the time step as a one-hot vector.

    Its state is the last window - 1 inputs (B, window - 1, inputs), zeros before an episode, and the time step (B,).
    A step costs hidden (window inputs + clock + hidden) multiplications.

    Args:
        inputs: features of an input.
        hidden: units of each layer.
        window: how many inputs are seen at once.
        clock: how many time steps the clock distinguishes; later ones look like the last. 0: there is no clock.
    """

    settings_type: ClassVar[type[CoreSettings]] = WindowSettings
    learns_memory = False

    def __init__(self, inputs: int, hidden: int, window: int, clock: int) -> None:
        super().__init__()
        self.inputs, self.outputs, self.window, self.clock = inputs, hidden, window, clock
        seen = window * inputs + clock
        self.layers = nn.Sequential(nn.Linear(seen, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh())

    @classmethod
    def build(cls, inputs: int, settings: Any, problem: seq_envs.Problem | None) -> Self:
        clock = problem.steps if settings.clock and problem is not None else 0
        return cls(inputs, settings.hidden, settings.frames(problem), clock)

    def initial_state(self, batch: int) -> State:
        weights = next(self.layers.parameters())
        return weights.new_zeros(batch, self.window - 1, self.inputs), weights.new_zeros(batch, dtype=torch.int64)

    def forward(self, inputs: Tensor, state: State, starts: Tensor | None = None) -> tuple[Tensor, State]:
        before, time_step = state
        if starts is None:
            now = time_step[:, None] + torch.arange(inputs.shape[1], device=time_step.device)
        else:
            now = time_steps(time_step, starts)
        inputs = torch.cat([before, inputs], dim=1)
        frames = inputs.unfold(1, self.window, 1)  # (B, T, inputs, window)
        if starts is not None:  # A window excludes inputs of the previous episode.
            age = torch.arange(self.window - 1, -1, -1, device=now.device)
            frames = frames * (age <= now[..., None])[:, :, None]
        seen = frames.flatten(2)
        if self.clock:
            clock = nn.functional.one_hot(now.clamp(max=self.clock - 1), self.clock)
            seen = torch.cat([seen, clock.to(seen.dtype)], dim=2)
        kept = frames[:, -1, :, 1:].transpose(1, 2)
        return self.layers(seen), (kept, now[:, -1] + 1)

    def activity(self, inputs: Tensor, before: State, after: State) -> Activity:
        # The answer is computed from the current input too, which the state after the step may not hold any more.
        return Activity({"window": torch.cat([before[0], inputs[:, None]], dim=1)})


class Memoryless(Window):
    """A window of 1, as a control: the network sees the current input and, if there is one, the clock."""

    settings_type = MemorylessSettings
