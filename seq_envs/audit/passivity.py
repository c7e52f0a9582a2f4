"""Whether actions change observations: the same episodes, played with other actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from seq_envs.audit.flat import same
from seq_envs.audit.replay import Trace
from seq_envs.encodings import Array

_FEWEST_REPEATS = 4
"""How often an action and its reward must have occurred, on average, to say that observations show them."""


@dataclass(frozen=True)
class Replays:
    """The same episode, played with other actions."""

    number: int
    """Of the episode, its seed."""
    traces: tuple[Trace, ...]
    actions: tuple[tuple[Any, ...], ...]
    """Of each trace, as many as it has steps."""


@dataclass(frozen=True)
class Passivity:
    """Whether the audited episodes depend on the actions."""

    difference: str = ""
    """Where two plays of an episode differ, as the end of a sentence; empty: nowhere."""
    only_ends: bool = False
    """Whether nothing differs but when episodes end."""
    feedback: tuple[int, ...] = ()
    """Places of the observation, see `flat`, that show the previous action or reward and nothing else."""

    def kept(self, places: int) -> Array:
        """(places,) bool: the places of an observation that are no feedback."""
        kept = np.ones(places, np.bool_)
        kept[list(self.feedback)] = False
        return kept


def passivity(replays: Sequence[Replays]) -> Passivity:
    """What differs between plays of the same episodes."""
    feedback = _feedback_places(replays)
    ends = None
    for episode in replays:
        for (trace, actions), (other, others) in pairwise(zip(episode.traces, episode.actions, strict=True)):
            for step, (row, changed) in enumerate(zip(trace.observations, other.observations, strict=False)):
                kept = [place for place in range(row.size) if place not in feedback]
                if row.shape != changed.shape or not same(row[kept], changed[kept]):
                    return Passivity(
                        f"in episode {episode.number} (its seed), the observation of step {step} is "
                        f"{_short(row)} after the actions {_short(actions[:step])}, and {_short(changed)} after "
                        f"{_short(others[:step])}"
                    )
            if trace.steps != other.steps and ends is None:
                ends = (
                    f"in episode {episode.number} (its seed), the episode ends after {trace.steps} steps with the "
                    f"actions {_short(actions)}, and after {other.steps} with {_short(others)}"
                )
    return Passivity(ends or "", ends is not None, tuple(feedback))


def _feedback_places(replays: Sequence[Replays]) -> list[int]:
    """The places whose number differs between plays and is a function of the previous action and reward."""
    sizes = {row.size for episode in replays for trace in episode.traces for row in trace.observations}
    if len(sizes) != 1:
        return []
    differ = np.zeros(sizes.pop(), np.bool_)
    for episode in replays:
        for trace, other in pairwise(episode.traces):
            for row, changed in zip(trace.observations, other.observations, strict=False):
                differ |= row != changed
    found = [int(place) for place in np.flatnonzero(differ) if _is_feedback(replays, int(place))]
    return found if len(found) < len(differ) else []  # Where all is feedback, memory is all about it, as in a bandit.


def _is_feedback(replays: Sequence[Replays], place: int) -> bool:
    after: dict[tuple[str, float], float] = {}
    steps = 0
    for episode in replays:
        for trace, actions in zip(episode.traces, episode.actions, strict=True):
            for row, action, reward in zip(trace.observations[1:], actions, trace.rewards, strict=False):
                if after.setdefault((repr(action), reward), row[place]) != row[place]:
                    return False
                steps += 1
    return steps >= _FEWEST_REPEATS * len(after)  # Where each action is new, anything is a function of it.


def _short(values: Any) -> str:
    """A few numbers as text."""
    numbers = [f"{value:g}" if isinstance(value, float) else str(value) for value in np.ravel(list(values)).tolist()]
    return f"[{' '.join([*numbers[:8], *(['...'] if len(numbers) > 8 else [])])}]"
