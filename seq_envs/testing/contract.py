"""The building blocks of every check: requirements, and the error that reports a broken one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


class ContractError(AssertionError):
    """A problem breaks the contract; the message names the cause."""


def require(condition: object, message: str) -> None:
    """Raise a ContractError with this message unless the condition holds."""
    if not condition:
        raise ContractError(message)


@contextmanager
def no_global_draws(caller: str) -> Iterator[None]:
    """Fail if the body changes the random state of Python's `random` or of `numpy.random`; `caller` is named then."""
    python, legacy = random.getstate(), np.random.get_state()  # noqa: NPY002 - restored below.
    random.random()
    np.random.random()  # noqa: NPY002 - otherwise a body that sets the previous seed again would go unnoticed.
    before = _global_state()
    try:
        yield
        after = _global_state()
    finally:
        random.setstate(python)
        np.random.set_state(legacy)  # noqa: NPY002 - restores the state from before.
    require(before == after, f"{caller} changes a global random state: draw with the generator that it receives")


def _global_state() -> tuple[Any, str]:
    return random.getstate(), repr(np.random.get_state(legacy=False))  # noqa: NPY002 - reads the state only.


def require_same(found: Any, expected: Any, message: str) -> None:
    """Fail unless two observations are equal and have the same shape and dtype.

    The message has two placeholders, {}: the first is for the observation found, the second for the expected one.
    """
    arrays = np.asarray(found), np.asarray(expected)
    if arrays[0].dtype != arrays[1].dtype or not np.array_equal(*arrays):
        same_text = str(arrays[0]) == str(arrays[1])
        types = [f" ({array.dtype} of shape {array.shape})" if same_text else "" for array in arrays]
        # The message is formatted only on failure, because writing arrays as text is slow.
        raise ContractError(message.format(f"{found}{types[0]}", f"{expected}{types[1]}"))


def alike(found: Any, expected: Any) -> bool:
    """Whether two values are equal; floats may differ by rounding, and NaN equals NaN."""
    if isinstance(expected, float):
        return bool(abs(found - expected) < 1e-9)
    return np.array_equal(found, expected, equal_nan=np.asarray(expected).dtype.kind == "f")
