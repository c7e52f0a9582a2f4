"""Sizes of episodes: one number for all of them, or a range from which each episode draws its own."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from seq_envs.encodings import Array
from seq_envs.parameters import Domain, Integer

Size = int | tuple[int, int]
"""One number, or the lowest and the highest number of a range, both included."""

_RANGE = re.compile(r"[(\[]?\s*(\d+)\s*(?:-|,)\s*(\d+)\s*[)\]]?")


class Sizes(Domain):
    """An integer between two bounds, or a range (low, high) of such integers. A range of one number is that number."""

    def __init__(self, minimum: int, maximum: int | None = None) -> None:
        self._one = Integer(minimum, maximum)

    def accept(self, value: object) -> Size | None:
        if not isinstance(value, (tuple, list)):
            return self._one.accept(value)
        ends = [self._one.accept(end) for end in value]
        if len(ends) != 2 or ends[0] is None or ends[1] is None or ends[0] > ends[1]:
            return None
        return ends[0] if ends[0] == ends[1] else (ends[0], ends[1])

    def read(self, text: str) -> Any:
        found = _RANGE.fullmatch(text.strip())
        return (int(found[1]), int(found[2])) if found else self._one.read(text)

    def __str__(self) -> str:
        return f"{self._one}, or a range (low, high) of them"


def smallest(size: Size) -> int:
    """The least number that an episode may draw."""
    return size if isinstance(size, int) else size[0]


def largest(size: Size) -> int:
    """The greatest number that an episode may draw."""
    return size if isinstance(size, int) else size[1]


def drawn(size: Size, rng: np.random.Generator, batch: int) -> Array:
    """(batch,) int64: the number of each episode, uniform in its range. One number for all of them draws nothing."""
    if isinstance(size, int):
        return np.full(batch, size, np.int64)
    return rng.integers(size[0], size[1] + 1, size=batch)


def lengths_of(size: Size, rng: np.random.Generator, batch: int) -> Array | None:
    """As `drawn`; None, which costs nothing, if all episodes have the one number."""
    return None if isinstance(size, int) else drawn(size, rng, batch)


def mean_power(base: float, size: Size, less: int = 0) -> float:
    """The mean of `base ** (number - less)` over all numbers that an episode may draw, for a base in (0, 1)."""
    low, high = smallest(size), largest(size)
    # A geometric sum, so that wide ranges cost no more than narrow ones.
    return float(base ** (low - less) * (1 - base ** (high - low + 1)) / (1 - base) / (high - low + 1))


def check_fits(name: str, number: Size, length: Size) -> None:
    """Raise a ValueError if the parameter `name` may be greater than the shortest length."""
    shortest = smallest(length)
    if largest(number) > shortest:
        most = "length" if shortest == length else "the shortest length"
        raise ValueError(f"{name} must be at most {most} = {shortest}, got {as_text(number)}")


def check_below(name: str, number: int, length: Size, *, least: int) -> None:
    """Raise a ValueError if the parameter `name` is not less than the shortest length; `least` is its least value."""
    shortest = smallest(length)
    if number >= shortest:
        most = "length-1" if shortest == length else "the shortest length - 1"
        raise ValueError(f"{name} must be in {least} ... {most} = {shortest - 1}, got {number}")


def as_text(value: Any) -> str:
    """A parameter's value as it is typed and named: a range as low-high."""
    return "-".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)


def of_data(value: Any) -> Any:
    """A parameter's value from JSON or YAML, where a range is a list or a text such as "5-20"."""
    if isinstance(value, str) and (found := re.fullmatch(r"(\d+)-(\d+)", value)):
        return int(found[1]), int(found[2])
    return tuple(value) if isinstance(value, list) else value
