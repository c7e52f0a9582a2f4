"""What every check is made of: a sentence, and the error that carries it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


class ContractError(AssertionError):
    """A problem breaks the contract; the message says how."""


def require(condition: object, sentence: str) -> None:
    """Fail with a sentence unless the condition holds."""
    if not condition:
        raise ContractError(sentence)


@contextmanager
def no_global_draws(what: str) -> Iterator[None]:
    """Fail if the random state of Python's `random` or of `numpy.random` is another one afterwards."""
    python, legacy = random.getstate(), np.random.get_state()  # noqa: NPY002 - put back below.
    random.random()
    np.random.random()  # noqa: NPY002 - so that a seed set to what it was before is seen.
    before = _global_state()
    try:
        yield
        after = _global_state()
    finally:
        random.setstate(python)
        np.random.set_state(legacy)  # noqa: NPY002 - as it was found.
    require(before == after, f"{what} touches a global random state: draw with the generator that it is given")


def _global_state() -> tuple[Any, str]:
    return random.getstate(), repr(np.random.get_state(legacy=False))  # noqa: NPY002 - it is only looked at.


def require_same(shown: Any, expected: Any, sentence: str) -> None:
    """Fail unless two observations are equal, of one shape and one dtype; the sentence has two places to show them."""
    one, other = np.asarray(shown), np.asarray(expected)
    if one.dtype != other.dtype or not np.array_equal(one, other):
        kinds = [f" ({array.dtype} of {array.shape})" * (str(one) == str(other)) for array in (one, other)]
        # Only now: to write arrays down takes long.
        raise ContractError(sentence.format(f"{shown}{kinds[0]}", f"{expected}{kinds[1]}"))


def alike(told: Any, expected: Any) -> bool:
    """Whether two values are equal, or as good as equal if they are numbers; NaN is equal to itself."""
    if isinstance(expected, float):
        return bool(abs(told - expected) < 1e-9)
    return np.array_equal(told, expected, equal_nan=np.asarray(expected).dtype.kind == "f")
