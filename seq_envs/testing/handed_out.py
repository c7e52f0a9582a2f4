"""Arrays that an env has handed out are the caller's own."""

from __future__ import annotations

from typing import Any

import numpy as np

from seq_envs.testing.contract import require

_KEPT = 8
"""The latest so many are looked at."""


class HandedOut:
    """What an env has handed out: it changes none of it later, and the caller may change it at will.

    Args:
        scribble: whether to be a caller who does change it.
    """

    def __init__(self, scribble: bool) -> None:
        self._scribble = scribble
        self._kept: list[tuple[Any, Any]] = []

    def add(self, array: Any) -> None:
        """The env has handed this out; call it when the array has been looked at."""
        if not isinstance(array, np.ndarray):
            return
        if self._scribble:
            array[...] = 1 - array
        self._kept = [*self._kept, (array, array.copy())][-_KEPT:]

    def check(self, where: str) -> None:
        """Nothing has changed since."""
        require(
            all(np.array_equal(array, copy) for array, copy in self._kept),
            f"the env changes an array that it has handed out before, {where}: buffers are shared",
        )
