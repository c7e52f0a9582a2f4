"""A view of an agent's network: its scores, its critic's values and its states, for whole episodes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from seq_agents.cores.core import Activity, Core
from seq_envs.encodings import Array

Observations = Array | dict[str, Array]
"""Observations of whole episodes (B, T, *observation shape); of an agent with feedback a dict of such arrays, see
`seq_envs.feedback`."""


def each_part(change: Callable[[Array], Array], observations: Observations) -> Observations:
    """The observations after a change of each array, or of the only one."""
    if isinstance(observations, dict):
        return {name: change(part) for name, part in observations.items()}
    return change(observations)


def parts_of(observations: Observations) -> dict[str, Array]:
    """The parts by name; only "observation" without feedback."""
    return observations if isinstance(observations, dict) else {"observation": observations}


class Reading(NamedTuple):
    """What a network computes from B episodes of T time steps."""

    scores: Tensor
    """(B, T, places, choices): the logits of the choices for each place of an answer; or (B, T, places): the answers
    themselves, where `NetworkView.real`."""
    values: Tensor | None
    """(B, T): the critic's values; None if there is no critic."""


class OneLstm(NamedTuple):
    """All layers of a network that has nothing but an LSTM between its features and its scores."""

    lstm: torch.nn.LSTM
    """Of one layer."""
    head: torch.nn.Linear
    """From the output of the LSTM to the scores (n,) of Discrete answers."""


class NetworkView(ABC):
    """A network as a function of the features that it reads, with gradients, and its states."""

    real: bool
    """Whether scores are answers, and not logits."""

    @abstractmethod
    def features(self, observations: Any) -> Tensor:
        """`Observations` of B episodes as the features (B, T, F) that the network reads."""

    @abstractmethod
    def read(self, features: Tensor) -> Reading:
        """Read whole episodes. The result is differentiable with respect to the features (B, T, F)."""

    @abstractmethod
    def choices(self, scores: Tensor) -> Tensor:
        """(B, T, places) int64: the choices that the policy makes by these logits."""

    @abstractmethod
    def answers(self, scores: Tensor) -> Array:
        """(B, T, *action shape): the answers of the policy by these scores."""

    def states(self, features: Tensor, steps: Sequence[int]) -> Activity | None:
        """The states after some time steps, and the gates that decide them: tensors (B, len(steps), units) by name.

        Args:
            features: (B, T, F).
            steps: increasing time steps in 0 ... T-1.

        Returns:
            None if the network keeps no state from step to step.
        """
        return None

    def one_lstm(self) -> OneLstm | None:
        """The layers of the network, if it is a `OneLstm`."""
        return None


@torch.no_grad()
def states_of_core(core: Core, inputs: Tensor, steps: Sequence[int]) -> Activity | None:
    """The activity of a core at some time steps, as `NetworkView.states` returns it; None if its state is empty.

    Args:
        core: the core.
        inputs: (B, T, F).
        steps: increasing time steps in 0 ... T-1.

    Raises:
        ValueError: the core returns no `Activity`, or one with a tensor that has not one row for each episode.
    """
    state, read, found = core.initial_state(len(inputs)), 0, []
    for step in steps:
        if read < step:
            _, state = core(inputs[:, read:step], state)
        now = inputs[:, step]
        _, after = core(now[:, None], state)
        activity: Any = core.activity(now, state, after)
        if not isinstance(activity, Activity):
            raise ValueError(f"activity() of a core must return a seq_agents.cores.core.Activity, got {activity!r}")
        found.append(activity)
        state, read = after, step + 1
    parts = _stacked([activity.state for activity in found], len(inputs))
    return Activity(parts, _stacked([activity.gates for activity in found], len(inputs))) if parts else None


def _stacked(by_step: Sequence[Mapping[str, Tensor]], batch: int) -> dict[str, Tensor]:
    """Named tensors (B, ...) of each step as tensors (B, steps, units); those without units are left out."""
    stacked = {}
    for name, first in by_step[0].items() if by_step else ():
        if len(first) != batch:
            raise ValueError(
                f"activity() of a core must name tensors with one row for each of {batch} episodes, "
                f"got shape {tuple(first.shape)} for {name!r}"
            )
        parts = [_as_numbers(activity[name]) for activity in by_step]
        if parts[0].shape[1]:
            stacked[name] = torch.stack(parts, dim=1)
    return stacked


def _as_numbers(part: Tensor) -> Tensor:
    """A tensor (B, ...) of any dtype as real numbers (B, units)."""
    if part.is_complex():
        part = torch.view_as_real(part)
    part = part.reshape(len(part), -1) if part.numel() else part.new_zeros(len(part), 0)
    return part if part.is_floating_point() else part.float()
