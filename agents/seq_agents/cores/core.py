"""The contract of a memory core: features in, features out, and a state that is passed from step to step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

from torch import Tensor, nn

import seq_envs
from seq_agents.settings import Settings
from seq_envs.parameters import LONGEST, Flag, Integer, parameter

State = tuple[Tensor, ...]
"""The memory of a core in B episodes: tensors (B, ...)."""


class Activity(NamedTuple):
    """What a core holds after one time step of B episodes: named tensors (B, ...)."""

    state: Mapping[str, Tensor]
    """The parts of its memory, from which later answers are computed."""
    gates: Mapping[str, Tensor] = {}
    """Values in [0, 1] that decide what is written, kept and read."""


FROZEN = "whether the core keeps the weights it began with, so that only the rest of the network learns"
"""The meaning of the setting `frozen`."""


@dataclass(frozen=True, kw_only=True)
class Freezable(Settings):
    """The setting that user-defined cores have too."""

    frozen: bool = parameter(False, Flag(), FROZEN)


@dataclass(frozen=True, kw_only=True)
class CoreSettings(Freezable):
    """The settings that all cores of this package have. A core may add others."""

    hidden: int = parameter(128, Integer(1, LONGEST), "units of a layer")


class Core(nn.Module, ABC):
    """A memory: a causal map from sequences of features to sequences of features.

    Reading a sequence at once and reading it step by step, each time with the state that the step before returned, give
    the same outputs. Episodes of a batch do not influence each other.
    """

    settings_type: ClassVar[type[Settings]] = CoreSettings
    learns_memory: ClassVar[bool] = True
    """Whether weights of the core decide what is remembered. `lstm_rate` slows these weights down, and no others."""
    library_start: ClassVar[Mapping[str, Any]] = {}
    """Settings with which the weights begin as torch's own module begins, for comparisons with other libraries."""
    outputs: int
    """The number of features of an output."""

    @classmethod
    def build(cls, inputs: int, settings: Any, problem: seq_envs.Problem | None) -> Self:
        """Make a core with weights drawn from torch's global generator.

        Args:
            inputs: the number of features of an input.
            settings: an instance of `settings_type`.
            problem: the problem to learn; the size of a clock or a window depends on its episodes. None if the core is
                for another environment.

        Raises:
            ValueError: the settings do not fit the problem.
        """
        made: Callable[[int, int], Self] = cls
        return made(inputs, settings.hidden)

    @abstractmethod
    def initial_state(self, batch: int) -> State:
        """The state before the first step of `batch` episodes, on the module's device and of its dtype."""

    @abstractmethod
    def forward(self, inputs: Tensor, state: State, starts: Tensor | None = None) -> tuple[Tensor, State]:
        """Read the next T steps of each episode.

        Args:
            inputs: (B, T, inputs).
            state: what this method returned for the steps before, or `initial_state(B)`.
            starts: (B, T) bool: step t of b begins an episode, so the state before it is the initial one. None: no
                episode begins here.

        Returns:
            The outputs (B, T, outputs), and the state after the last step.
        """

    def activity(self, inputs: Tensor, before: State, after: State) -> Activity:
        """Name the parts of the state for drawings and probes. A core with gates adds them.

        Args:
            inputs: (B, inputs), of one time step.
            before: the state before the step.
            after: the state after it.
        """
        return Activity({f"state {number}": part for number, part in enumerate(after, start=1)})
