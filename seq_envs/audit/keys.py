"""Numbers for what a policy receives or remembers, and for combinations of them."""

from __future__ import annotations

import numpy as np

from seq_envs.audit.samples import Samples
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


def earlier(
    samples: Samples, numbers: Array, lag: int | None = None, at: int | None = None, mirror: int | None = None
) -> Array:
    """(M, ...): the numbers (N, T, ...) of `lag` steps ago, of step `at`, or of step `mirror` minus the current one.

    They are -1 where that step has not come yet.
    """
    step = samples.step
    if lag is not None:
        before = step - lag
    elif at is not None:
        before = np.full_like(step, at)
    else:
        assert mirror is not None
        before = mirror - step
    known = (before >= 0) & (before <= step)
    found: Array = numbers[samples.episode, np.where(known, before, 0)]
    found[~known] = -1
    return found
