"""Arrays that are the same at every time step of an episode, kept in memory once.

A problem with one long answer at the end, such as SeqCopy in the framing `many_to_one`, has targets (B, T, places) of
which only the last time step is scored. It returns them as a view that repeats one (B, places) array along the time
axis (`numpy.broadcast_to`), and the functions here keep that view through the copies of the package, so that memory
grows with T + places and not with T * places. Users receive such a view as read-only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from seq_envs.encodings import Array


def is_repeated(array: Array, axis: int = 1) -> bool:
    """Whether an array is a view that repeats one slice along this axis."""
    return array.ndim > axis and array.shape[axis] > 1 and array.strides[axis] == 0


def concatenate(arrays: Sequence[Array]) -> Array:
    """Arrays (B_i, T, ...) as one new array (sum of B_i, T, ...), repeated along the time axis if all of them are."""
    if all(is_repeated(array) for array in arrays):
        once = np.concatenate([array[:, :1] for array in arrays])
        return np.broadcast_to(once, (len(once), *arrays[0].shape[1:]))
    return np.concatenate(arrays)


def stack(arrays: Sequence[Array]) -> Array:
    """Arrays (B, T, ...) as one new array (n, B, T, ...), repeated along the time axis if all of them are."""
    if all(is_repeated(array) for array in arrays):
        once = np.array([array[:, :1] for array in arrays])
        return np.broadcast_to(once, (len(once), *arrays[0].shape))
    return np.array(arrays)


def astype(array: Array, dtype: Any) -> Array:
    """A copy of an array (B, T, ...) with another dtype, repeated along the time axis if the array is."""
    if is_repeated(array):
        return np.broadcast_to(array[:, :1].astype(dtype), array.shape)
    return array.astype(dtype)


def empty(shape: tuple[int, ...], dtype: DTypeLike, repeated: bool) -> Array:
    """A writable, uninitialised array (T, ...); if `repeated`, all of its time steps share the same memory."""
    if not repeated:
        return np.empty(shape, dtype)
    once = np.empty((1, *shape[1:]), dtype)
    return np.lib.stride_tricks.as_strided(once, shape, (0, *once.strides[1:]))


def write(array: Array, index: slice | Array, values: Array) -> None:
    """`array[:, index] = values` for arrays (T, ...), with a single write if the array is repeated.

    Values that differ from time step to time step must not be written to a repeated array.
    """
    if is_repeated(array, axis=0):
        array, values = array[:1], values[:1]
    # One index on the first axis is written faster than on the second.
    array.swapaxes(0, 1)[index] = values.swapaxes(0, 1)
