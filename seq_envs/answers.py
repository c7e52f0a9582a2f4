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
    """The answers of one action space."""

    @abstractmethod
    def one(self, action: Any) -> Any:
        """An action of the space in the form that `grade` takes.

        Raises:
            ActionError: the action is not in the space.
        """

    @abstractmethod
    def many(self, actions: Any, lanes: int, ignored: Array | None = None) -> Array:
        """Actions (lanes, *shape) in the form that `grade` takes.

        `ignored` (lanes,) bool marks lanes whose answer does not count and may be anything.

        Raises:
            ActionError: names the first action that is not in the space.
        """

    @property
    @abstractmethod
    def longest(self) -> Any:
        """The answer that takes the most room when written down."""

    @abstractmethod
    def grade(self, answers: Any, targets: Any) -> Any:
        """How right the answers are, in [0, 1]: (..., *shape) and the same to (...), one answer or a batch alike."""


class Whole(Answers):
    """Discrete(n): right or wrong."""

    def __init__(self, space: spaces.Discrete) -> None:
        self._n = int(space.n)

    def one(self, action: Any) -> int:
        try:
            answer = index(action)
        except TypeError:
            answer = -1
        if not 0 <= answer < self._n or action.__class__ is bool:
            raise ActionError(f"action must be an integer in 0 ... {self._n - 1}, got {action!r}")
        return answer

    def many(self, actions: Any, lanes: int, ignored: Array | None = None) -> Array:
        return _integers(actions, (lanes,), self._n, ignored)

    @property
    def longest(self) -> int:
        return self._n - 1

    def grade(self, answers: Any, targets: Any) -> Any:
        return (answers == targets) * 1.0


class Several(Answers):
    """MultiDiscrete([n] * places): the fraction of the places that are right."""

    def __init__(self, space: spaces.MultiDiscrete) -> None:
        self._n = np.asarray(space.nvec, np.uint64)

    def one(self, action: Any) -> Array:
        return _integers(action, self._n.shape, self._n, None, "action").copy()  # The caller may use its own again.

    def many(self, actions: Any, lanes: int, ignored: Array | None = None) -> Array:
        return _integers(actions, (lanes, *self._n.shape), self._n, ignored)

    @property
    def longest(self) -> Array:
        return self._n - 1

    def grade(self, answers: Any, targets: Any) -> Any:
        return (answers == targets).mean(axis=-1)


class Real(Answers):
    """Box: the fraction of the places within `tolerance` of the truth, the bound included."""

    def __init__(self, space: spaces.Box, tolerance: float) -> None:
        self._space = space
        self._tolerance = tolerance

    def one(self, action: Any) -> Array:
        return self._reals(action, self._space.shape, None, "action")

    def many(self, actions: Any, lanes: int, ignored: Array | None = None) -> Array:
        return self._reals(actions, (lanes, *self._space.shape), ignored, "actions")

    @property
    def longest(self) -> Array:
        return self._space.high

    def grade(self, answers: Any, targets: Any) -> Any:
        distance = np.abs(np.subtract(answers, targets, dtype=np.float64))
        return (distance <= self._tolerance).mean(axis=-1)

    def _reals(self, actions: Any, shape: tuple[int, ...], ignored: Array | None, name: str) -> Array:
        array = _array(actions, shape, "fiu", self._space, name)
        answers = array.astype(self._space.dtype)
        right = (answers >= self._space.low) & (answers <= self._space.high)  # False for NaN.
        if not right.all():
            _refuse(array, right, ignored, self._space, name)
            answers = np.where(right, answers, self._space.low)
        return answers


def answers_of(space: spaces.Space[Any], tolerance: float | None) -> Answers:
    """The answers of an action space.

    Raises:
        TypeError: the space is none of Discrete, MultiDiscrete and Box, or is a Box without a tolerance.
    """
    if isinstance(space, spaces.Discrete) and space.start == 0:
        return Whole(space)
    if isinstance(space, spaces.MultiDiscrete) and len(space.shape) == 1 and not space.start.any():
        return Several(space)
    if isinstance(space, spaces.Box) and len(space.shape) == 1 and tolerance is not None:
        return Real(space, tolerance)
    raise TypeError(
        "action_space must be Discrete or MultiDiscrete of one axis, both starting at 0, "
        f"or Box of one axis with a tolerance, got {space} and tolerance={tolerance}"
    )


def _integers(
    actions: Any, shape: tuple[int, ...], n: int | Array, ignored: Array | None, name: str = "actions"
) -> Array:
    array = _array(actions, shape, "iu", n, name)
    # Seen as unsigned, a negative number is a huge one: one look checks both ends.
    unsigned = array.astype(np.int64, copy=False).view(np.uint64)
    if isinstance(n, int) and unsigned.max() < n:
        return array
    right = unsigned < n
    if not right.all():
        _refuse(array, right, ignored, n, name)
        return np.where(right, array, 0)
    return array


def _allowed(limit: int | Array | spaces.Box) -> str:
    if isinstance(limit, spaces.Box):
        return f"numbers in {limit.low.min():g} ... {limit.high.max():g}"
    return f"integers in 0 ... {int(np.max(limit)) - 1}"


def _array(actions: Any, shape: tuple[int, ...], kinds: str, limit: int | Array | spaces.Box, name: str) -> Array:
    try:
        array = np.asarray(actions)
    except ValueError:  # A ragged list.
        array = np.empty(0, object)
    if array.shape != shape or array.dtype.kind not in kinds:
        raise ActionError(
            f"{name} must be {_allowed(limit)} of shape {shape}, got shape {array.shape} of {array.dtype}: {actions!r}"
        )
    return array


def _refuse(actions: Array, right: Array, ignored: Array | None, limit: int | Array | spaces.Box, name: str) -> None:
    """Raise, unless every wrong action stands in an ignored lane."""
    wrong = ~right.reshape(len(right), -1).all(axis=1)
    if name == "action":
        raise ActionError(f"action must be {_allowed(limit)}, got {actions!r}")
    if ignored is not None:
        wrong &= ~ignored
    if wrong.any():
        lane = int(wrong.argmax())
        raise ActionError(f"actions must be {_allowed(limit)}, got {actions[lane]} in lane {lane}")
