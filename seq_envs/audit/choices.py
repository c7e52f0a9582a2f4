"""The actions that an audit tries one by one, where there are few enough."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from gymnasium import spaces

MOST_ACTIONS = 64
"""The most actions of a reward table."""


def choices_of(space: spaces.Space[Any]) -> tuple[tuple[Any, ...], str]:
    """Every action of a space if there are at most 64, otherwise none; and why not.

    >>> choices_of(spaces.Discrete(3))
    ((0, 1, 2), '')
    >>> choices_of(spaces.Box(0, 1, (2,)))[1]
    'the actions are continuous'
    """
    if isinstance(space, spaces.Discrete):
        return _all(int(space.n), lambda: tuple(range(int(space.start), int(space.start + space.n))))
    if isinstance(space, spaces.MultiBinary):
        sizes = [2] * int(np.prod(space.shape))
        return _all(2 ** len(sizes), lambda: _combined(sizes, np.zeros(len(sizes), np.int8), space))
    if isinstance(space, spaces.MultiDiscrete):
        sizes = [int(size) for size in space.nvec.ravel()]
        count = 1
        for size in sizes:
            count *= size
        return _all(count, lambda: _combined(sizes, space.start.ravel(), space))
    if isinstance(space, spaces.Box):
        return (), "the actions are continuous" if space.dtype.kind == "f" else "the actions are a Box of integers"
    return (), f"the actions are of a {type(space).__name__} space"


def _all(count: int, actions: Any) -> tuple[tuple[Any, ...], str]:
    if count > MOST_ACTIONS:
        return (), f"there are {count:,} actions, and a table has at most {MOST_ACTIONS}"
    return actions(), ""


def _combined(sizes: list[int], start: Any, space: Any) -> tuple[Any, ...]:
    return tuple(
        (np.array(numbers, space.dtype) + start.astype(space.dtype)).reshape(space.shape)
        for numbers in product(*(range(size) for size in sizes))
    )
