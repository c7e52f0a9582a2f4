"""Numbers for combinations of what a policy receives."""

from __future__ import annotations

import numpy as np

from seq_envs.encodings import Array


def joined(*keys: Array) -> Array:
    """(...) int64: one number for each combination of keys (...), each at least -1."""
    numbers = np.zeros(keys[0].shape, np.int64)
    for key in keys:
        size = int(key.max()) + 2
        if int(numbers.max()) * size >= 1 << 62:
            numbers = np.unique(numbers, return_inverse=True)[1].reshape(numbers.shape)
        numbers = numbers * size + key + 1
    return numbers
