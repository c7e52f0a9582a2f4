"""The values that a parameter may have. Each field of a problem states them, and the constructor checks them."""

from __future__ import annotations

import dataclasses
import math
import numbers
from abc import ABC, abstractmethod
from typing import Any, get_args

import numpy as np


class Domain(ABC):
    """The allowed values of one parameter."""

    @abstractmethod
    def accept(self, value: object) -> Any:
        """The value as a builtin, or None if it is not allowed."""

    def parse(self, text: str) -> Any:
        """The value that a text means, as `read`, or the text itself if it means none: `check` refuses that."""
        try:
            return self.read(text)
        except (ValueError, KeyError):
            return text

    @abstractmethod
    def read(self, text: str) -> Any:
        """The value that a text means; raises ValueError or KeyError if it means none."""

    @abstractmethod
    def __str__(self) -> str:
        """The allowed values in words, as the end of a sentence that begins with "must be"."""

    def check(self, name: str, value: object) -> Any:
        """The value as a builtin.

        Raises:
            ValueError: names the parameter, the value and what is allowed.
        """
        accepted = self.accept(value)
        if accepted is None:
            raise ValueError(f"{name} must be {self}, got {value!r}")
        return accepted


class Integer(Domain):
    """An integer of Python or numpy between two bounds, where None is no bound; a bool is not a number."""

    def __init__(self, minimum: int | None, maximum: int | None = None) -> None:
        self.minimum = minimum
        self.maximum = maximum

    def accept(self, value: object) -> int | None:
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Integral):
            return None
        number = int(value)
        above = self.minimum is None or number >= self.minimum
        return number if above and (self.maximum is None or number <= self.maximum) else None

    def read(self, text: str) -> int:
        return int(text)

    def __str__(self) -> str:
        least, most = (
            [] if bound is None else [f"{sign} {bound}"] for sign, bound in ((">=", self.minimum), ("<=", self.maximum))
        )
        return " ".join(["an integer", " and ".join(least + most)]).strip()


LONGEST = (1 << 31) - 1
"""The most steps of an episode that fit any array of this package."""
MOST_VALUES = 1 << 22
"""An alphabet of this size still has distinct values in float32 when they are spaced evenly over [0, 1]."""


class Real(Domain):
    """A finite number between two bounds, which are excluded; `from_above` and `to_below` include them."""

    def __init__(self, above: float, below: float, *, from_above: bool = False, to_below: bool = False) -> None:
        self.above = above
        self.below = below
        self.from_above = from_above
        self.to_below = to_below

    def accept(self, value: object) -> float | None:
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
            return None
        try:
            number = float(value)
        except OverflowError:
            return None
        at_a_bound = (self.from_above and number == self.above) or (self.to_below and number == self.below)
        inside = self.above < number < self.below or at_a_bound
        return number if math.isfinite(number) and inside else None

    def read(self, text: str) -> float:
        return float(text)

    def __str__(self) -> str:
        if self.above == -math.inf and self.below == math.inf:
            return "a finite number"
        opening, closing = "[" if self.from_above else "(", "]" if self.to_below else ")"
        return f"a number in {opening}{self.above:g}, {self.below:g}{closing}"


class Flag(Domain):
    """True or False of Python or numpy; 0 and 1 are refused."""

    def accept(self, value: object) -> bool | None:
        return bool(value) if isinstance(value, (bool, np.bool_)) else None

    def read(self, text: str) -> bool:
        return {"true": True, "false": False}[text.lower()]

    def __str__(self) -> str:
        return "True or False"


class Choice(Domain):
    """One of a few names."""

    def __init__(self, options: tuple[str, ...]) -> None:
        self.options = options

    def accept(self, value: object) -> str | None:
        return next((option for option in self.options if isinstance(value, str) and option == value), None)

    def read(self, text: str) -> str:
        return text

    def __str__(self) -> str:
        return "one of " + ", ".join(map(repr, self.options))


class Subset(Domain):
    """A list or tuple of different names out of a few; as a builtin, a tuple in the order of `options`."""

    def __init__(self, options: tuple[str, ...]) -> None:
        self.options = options

    def accept(self, value: object) -> tuple[str, ...] | None:
        if not isinstance(value, (list, tuple)) or not all(isinstance(name, str) for name in value):
            return None
        chosen = tuple(option for option in self.options if option in value)
        return chosen if len(chosen) == len(value) else None  # Otherwise a name is unknown or comes twice.

    def read(self, text: str) -> tuple[str, ...]:
        return tuple(text.split())

    def __str__(self) -> str:
        return f"a tuple of different names out of {', '.join(map(repr, self.options))}"


class Text(Domain):
    """A text that is not empty."""

    def accept(self, value: object) -> str | None:
        return value if isinstance(value, str) and value else None

    def read(self, text: str) -> str:
        return text

    def __str__(self) -> str:
        return "a text"


def parameter(default: Any, domain: Domain, meaning: str) -> Any:
    """A field of a problem: its default, its allowed values and a few words for help texts.

    A default of None leaves the value to the framing. If the framing uses the parameter, `Problem.framing_defaults`
    holds its value; if it does not, the parameter stays None and passing a value is an error.
    """
    return dataclasses.field(default=default, metadata={"domain": domain, "meaning": meaning})


def choice(options: Any, meaning: str) -> Any:
    """A field of a problem that takes one of the names of a `Literal`, of which the first is the default."""
    names = get_args(options)
    return parameter(names[0], Choice(names), meaning)
