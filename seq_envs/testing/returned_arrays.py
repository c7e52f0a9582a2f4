"""The arrays that an env returns belong to the caller."""

from __future__ import annotations

from typing import Any

import numpy as np

from seq_envs.testing.contract import require

_KEPT = 8
"""The number of latest arrays that are compared with their copies."""


class ReturnedArrays:
    """The latest arrays that an env has returned: the env must not change them, and the caller may.

    Args:
        overwrite: whether to overwrite each array, as a caller may do.
    """

    def __init__(self, overwrite: bool) -> None:
        self._overwrite = overwrite
        self._kept: list[tuple[Any, Any]] = []

    def add(self, array: Any) -> None:
        """Keep a returned array. Call it after the array has been checked, because it may overwrite the array."""
        if not isinstance(array, np.ndarray):
            return
        if self._overwrite:
            array[...] = 1 - array
        self._kept = [*self._kept, (array, array.copy())][-_KEPT:]

    def check(self, where: str) -> None:
        """Fail if an array has changed since it was added."""
        require(
            all(np.array_equal(array, copy) for array, copy in self._kept),
            f"the env changes an array that it returned earlier, {where}: return a copy",
        )
