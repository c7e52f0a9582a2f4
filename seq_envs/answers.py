"""Answers: what an action of each kind of space must look like, and how it is graded. The one place for both."""

from __future__ import annotations

from abc import ABC, abstractmethod
from operator import index
from typing import Any

import numpy as np
from gymnasium import error, spaces

from seq_envs.encodings import Array


class ActionError(error.InvalidAction, ValueError):
    """An action that is no answer: outside the space, of the wrong shape or of the wrong type."""


class Answers(ABC):
    """The answers of one action space: an array of `shape` each."""

    shape: tuple[int, ...]
    kinds: str
    """The kinds of numpy dtypes that an action may have."""
    dtype: np.dtype[Any]
    """The dtype in which answers are checked and graded."""
    allowed: str
    """What an action must be, in words."""

    @abstractmethod
    def inside(self, answers: Array) -> Array:
        """Whether each number of answers (..., *shape) is allowed: bool of the same shape."""

    @property
    @abstractmethod
    def longest(self) -> Any:
        """The answer that takes the most room when written down."""

    @abstractmethod
    def grade(self, answers: Any, targets: Any) -> Any:
        """How right the answers are, in [0, 1]: (..., *shape) and the same to (...), one answer or a batch alike."""

    def one(self, action: Any) -> Any:
        """An action as an answer of its own, (*shape).

        Raises:
            ActionError: the action is not in the space.
        """
        answer = self._read(action, self.shape, "action").copy()
        if not self.inside(answer).all():
            raise ActionError(f"action must be {self.allowed}, got {action!r}")
        return answer

    def many(self, actions: Any, lanes: int, ignored: Array | None = None) -> Array:
        """Actions as answers (lanes, *shape).

        `ignored` (lanes,) bool marks lanes whose answer does not count and may be anything.

        Raises:
            ActionError: names the first action that is not in the space.
        """
        answers = self._read(actions, (lanes, *self.shape), "actions")
        inside = self.inside(answers)
        if inside.all():
            return answers
        wrong = ~inside.reshape(lanes, -1).all(axis=1)
        if ignored is not None:
            wrong &= ~ignored
        if wrong.any():
            lane = int(wrong.argmax())
            raise ActionError(f"actions must be {self.allowed}, got {np.asarray(actions)[lane]} in lane {lane}")
        return np.where(inside, answers, 0)

    def _read(self, actions: Any, shape: tuple[int, ...], name: str) -> Array:
        try:
            array = np.asarray(actions)
        except ValueError:  # A ragged list.
            array = np.empty(0, object)
        if array.shape != shape or array.dtype.kind not in self.kinds:
            raise ActionError(
                f"{name} must be {self.allowed} of shape {shape}, got shape {array.shape} of {array.dtype}: {actions!r}"
            )
        return array.astype(self.dtype, copy=False)


class Whole(Answers):
    """Discrete(n): right or wrong."""

    kinds = "iu"
    dtype = np.dtype(np.int64)

    def __init__(self, space: spaces.Discrete) -> None:
        self._n = int(space.n)
        self.shape = ()
        self.allowed = f"integers in 0 ... {self._n - 1}"

    def one(self, action: Any) -> int:
        try:
            answer = index(action)  # Much faster than by way of an array.
        except TypeError:
            answer = -1
        if not 0 <= answer < self._n or action.__class__ is bool:
            raise ActionError(f"action must be an integer in 0 ... {self._n - 1}, got {action!r}")
        return answer

    def inside(self, answers: Array) -> Array:
        # Seen as unsigned, a negative number is a huge one: one comparison checks both ends.
        return answers.view(np.uint64) < self._n

    @property
    def longest(self) -> int:
        return self._n - 1

    def grade(self, answers: Any, targets: Any) -> Any:
        return (answers == targets) * 1.0


class Several(Answers):
    """MultiDiscrete([n] * places): the fraction of the places that are right."""

    kinds = "iu"
    dtype = np.dtype(np.int64)

    def __init__(self, space: spaces.MultiDiscrete) -> None:
        self._n = np.asarray(space.nvec, np.uint64)
        self.shape = self._n.shape
        self.allowed = f"integers in 0 ... {self._n.max() - 1}"

    def inside(self, answers: Array) -> Array:
        return answers.view(np.uint64) < self._n

    @property
    def longest(self) -> Array:
        return self._n - 1

    def grade(self, answers: Any, targets: Any) -> Any:
        return (answers == targets).mean(axis=-1)


class Real(Answers):
    """Box: the fraction of the places within `tolerance` of the truth, the bound included."""

    kinds = "fiu"

    def __init__(self, space: spaces.Box, tolerance: float) -> None:
        self._space = space
        self._tolerance = tolerance
        self.shape = space.shape
        self.dtype = np.dtype(space.dtype)
        self.allowed = f"numbers in {space.low.min():g} ... {space.high.max():g}"
        self._low, self._high = float(space.low.max(initial=-np.inf)), float(space.high.min(initial=np.inf))

    def one(self, action: Any) -> Any:
        # The usual case, one number as it should be, is much faster by itself than by way of arrays.
        usual = action.__class__ is np.ndarray and action.shape == self.shape == (1,) and action.dtype == self.dtype
        if usual and self._low <= action.item() <= self._high:
            return action.copy()
        return super().one(action)

    def _read(self, actions: Any, shape: tuple[int, ...], name: str) -> Array:
        with np.errstate(over="ignore"):  # What is too large for the dtype is infinite, and so refused.
            return super()._read(actions, shape, name)

    def inside(self, answers: Array) -> Array:
        return (answers >= self._space.low) & (answers <= self._space.high)  # False for NaN.

    @property
    def longest(self) -> Array:
        return self._space.high

    def grade(self, answers: Any, targets: Any) -> Any:
        if np.shape(answers) == np.shape(targets) == (1,):
            return float(abs(float(answers[0]) - float(targets[0])) <= self._tolerance)
        distance = np.abs(np.subtract(answers, targets, dtype=np.float64))
        return (distance <= self._tolerance).mean(axis=-1)


def answers_of(space: spaces.Space[Any], tolerance: float | None) -> Answers:
    """The answers of an action space.

    Raises:
        TypeError: the space is none of Discrete, MultiDiscrete and Box, or is a Box of integers or without a tolerance.
    """
    if isinstance(space, spaces.Discrete) and space.start == 0:
        return Whole(space)
    if isinstance(space, spaces.MultiDiscrete) and len(space.shape) == 1 and not space.start.any():
        return Several(space)
    real = isinstance(space, spaces.Box) and np.issubdtype(space.dtype, np.floating)
    if isinstance(space, spaces.Box) and real and len(space.shape) == 1 and tolerance is not None:
        return Real(space, tolerance)
    raise TypeError(
        "action_space must be Discrete or MultiDiscrete of one axis, both starting at 0, "
        f"or Box of one axis of floats with a tolerance, got {space} and tolerance={tolerance}"
    )
