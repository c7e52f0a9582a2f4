"""Whether `info` gives the best actions away."""

from __future__ import annotations

from typing import Any

import numpy as np

from seq_envs.audit.best_actions import Kind
from seq_envs.audit.findings import Finding, fault, ok
from seq_envs.audit.flat import flat
from seq_envs.audit.keys import joined
from seq_envs.audit.samples import Samples
from seq_envs.encodings import Array

_MOST_PLACES = 64
"""The most numbers of an info that are looked at."""
_ERRORS = 5
_LEAST = 0.01
"""The least gain that is reported, in parts of the difference between a clairvoyant and a random policy."""
_ABSENT = -1e300


def info_finding(samples: Samples, infos: tuple[tuple[Any, ...], ...]) -> Finding:
    """Whether a policy without memory earns more if it reads `info` too."""
    names = ", ".join(f"info[{name!r}] (worth {gain:.4f})" for name, gain in leaking(samples, infos))
    if not names:
        return ok("info", "Nothing in info tells more about the best action than the observation.")
    return fault("info", f"A leak: a policy without memory earns more if it reads {names}.")


def leaking(samples: Samples, infos: tuple[tuple[Any, ...], ...]) -> list[tuple[str, float]]:
    """The entries of `info` from which best actions follow better than from the observation, and the gain of each.

    Args:
        samples: of N episodes.
        infos: for each episode the infos that come with its observations.
    """
    halves = samples.episode % 2 == 0
    judged = np.arange(len(samples.labels)) % 2 == 1
    whole = float(np.ptp(samples.rewards, axis=1).sum() / len(samples.labels)) / 2
    found: dict[str, float] = {}
    without = _returns(samples, halves, [samples.label])
    for name, numbers in _columns(infos, len(samples.label)):
        _, label = np.unique(numbers, return_inverse=True)
        told = _returns(samples, halves, [samples.label, joined(samples.label, label.reshape(-1))])
        difference = (told - without)[judged]
        gain, error = float(difference.mean()), float(difference.std() / np.sqrt(len(difference)))
        if gain > max(_ERRORS * error, _LEAST * whole) and gain > found.get(name, 0.0):
            found[name] = gain
    return list(found.items())


def _returns(samples: Samples, learned: Array, keys: list[Array]) -> Array:
    return samples.returns(Kind("", lambda _: keys).chosen(samples, learned, 8.0))


def _columns(infos: tuple[tuple[Any, ...], ...], steps: int) -> list[tuple[str, Array]]:
    """The numbers (M,) in each place of the infos, with the key that they are under."""
    columns: dict[tuple[str, int], Array] = {}
    for at, info in enumerate(info for episode in infos for info in episode):
        for name, numbers in _numbers(info):
            for place, number in enumerate(numbers.tolist()):
                if (name, place) not in columns and len(columns) == _MOST_PLACES:
                    continue
                columns.setdefault((name, place), np.full(steps, _ABSENT))[at] = number
    return [(name, numbers) for (name, _), numbers in columns.items()]


def _numbers(info: Any) -> list[tuple[str, Array]]:
    found = []
    for name, value in info.items():
        try:
            found.append((str(name), flat(value)[:_MOST_PLACES]))
        except TypeError:  # An object of the env's own.
            continue
    return found
