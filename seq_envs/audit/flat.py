"""Observations of any space as rows of numbers, so that all of them can be compared and counted alike."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import numpy as np

from seq_envs.encodings import Array


def flat(observation: Any) -> Array:
    """(places,) float64: the numbers of an observation, of all its parts in order; a text is one number, its checksum.

    Raises:
        TypeError: a part is neither a number, an array, a text, nor a dict or sequence of such.
    """
    if isinstance(observation, np.ndarray) and observation.dtype.kind in "biuf":
        return observation.astype(np.float64).ravel()
    parts = _parts(observation)
    return np.concatenate(parts) if parts else np.zeros(0)


def _parts(observation: Any) -> list[Array]:
    if isinstance(observation, dict):
        return [part for name in observation for part in _parts(observation[name])]
    if isinstance(observation, (tuple, list)):
        return [part for each in observation for part in _parts(each)]
    if isinstance(observation, (str, bytes)):
        text = observation.encode() if isinstance(observation, str) else observation
        return [np.array([crc32(text)], np.float64)]
    if observation is None:
        return []
    array = np.asarray(observation)
    if array.dtype.kind in "biuf":
        return [array.astype(np.float64).ravel()]
    if array.dtype.kind in "US":
        return [np.array([crc32(str(text).encode()) for text in array.ravel()], np.float64)]
    raise TypeError(f"observations must be numbers, arrays, texts, or dicts and tuples of these, got {observation!r}")


def rows_of(observations: list[Array]) -> Array:
    """(n, places): rows of numbers, or their checksums (n, 1) if they have different numbers of places."""
    if len({row.size for row in observations}) == 1:
        return np.stack(observations)
    return np.array([[crc32(row.tobytes())] for row in observations], np.float64)


def same(one: Any, other: Any) -> bool:
    """Whether two rows (places,) are equal; NaN equals NaN."""
    return one.shape == other.shape and bool(((one == other) | ((one != one) & (other != other))).all())
