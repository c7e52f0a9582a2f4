"""Where episodes of different lengths end."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from seq_envs.encodings import Array

_FEW_STEPS = 64
"""Up to so many steps the rows of a table are copied, which is several times as fast as to compare many short rows."""


def is_last_step(lengths: Array, steps: int) -> Array:
    """(B, T) bool: the last step of episodes of these lengths (B,), for T = `steps`."""
    if steps <= _FEW_STEPS:
        return _last_step_of_each_length(steps).take(lengths, axis=0, mode="clip")
    last: Array = np.arange(steps) == lengths[:, None] - 1
    return last


def is_inside(lengths: Array, steps: int) -> Array:
    """(B, T) bool: the steps up to the end of episodes of these lengths (B,), for T = `steps`."""
    if steps <= _FEW_STEPS:
        return _steps_of_each_length(steps).take(lengths, axis=0, mode="clip")
    inside: Array = np.arange(steps) < lengths[:, None]
    return inside


@lru_cache(maxsize=_FEW_STEPS)
def _last_step_of_each_length(steps: int) -> Array:
    return np.eye(steps + 1, steps, -1, dtype=np.bool_)


@lru_cache(maxsize=_FEW_STEPS)
def _steps_of_each_length(steps: int) -> Array:
    return np.tri(steps + 1, steps, -1, dtype=np.bool_)
