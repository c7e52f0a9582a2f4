"""Answers: which actions a space accepts, and how an answer is graded.

An action is accepted if and only if it is a number, or an array of numbers, of the space's shape, type and range. It
may come from Python, numpy, or a library whose tensors numpy can read, such as torch. For a Discrete space that is an
integer without a shape: `3`, `np.int64(3)`, `np.array(3)` or `torch.tensor(3)`. A bool is not a number, a float is not
an integer, and an array of shape (1,) has a shape, whatever library it comes from.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from gymnasium import error, spaces

from seq_envs.encodings import Array


class ActionError(error.InvalidAction, ValueError):
    """An action outside the space, of the wrong shape or of the wrong type."""


class Answers(ABC):
    """The answers of one action space: arrays of `shape`."""

    shape: tuple[int, ...]
    dtype_kinds: str
    """The `dtype.kind`s that an action may have: "i" and "u" for integers, "f" for floats."""
    dtype: np.dtype[Any]
    """The dtype in which answers are checked and graded."""
    never: Any
    """A number of `dtype` that is far from every answer: its grade is 0.0."""
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

    def read_action(self, action: Any) -> Any:
        """An action as an answer (*shape), always a copy.

        Raises:
            ActionError: the action is not in the space.
        """
        answer = self._read(action, self.shape, "action").copy()
        if not self.inside(answer).all():
            raise ActionError(f"action must be {self.allowed}, got {action!r}")
        return answer

    def read_actions(self, actions: Any, lanes: int, ignored: Array | None = None) -> Array:
        """Actions as answers (lanes, *shape).

        `ignored` (lanes,) bool marks lanes whose answer does not count: their action may be any number.

        Raises:
            ActionError: names the first action that is not in the space.
        """
        answers = self._read(actions, (lanes, *self.shape), "actions")
        inside = self.inside(answers)
        if np.count_nonzero(inside) == inside.size:
            return answers
        wrong = ~inside.all(axis=tuple(range(1, inside.ndim)))
        if ignored is not None:
            wrong &= ~ignored
        if wrong.any():
            lane = int(wrong.argmax())
            raise ActionError(f"actions must be {self.allowed}, got {np.asarray(actions)[lane]} in lane {lane}")
        return np.where(inside, answers, 0)

    def _read(self, actions: Any, shape: tuple[int, ...], name: str) -> Array:
        array: Array
        if actions.__class__ is np.ndarray:
            if actions.dtype is self.dtype and actions.shape == shape:
                return actions  # The usual case.
            array = actions
        else:
            try:
                array = np.asarray(actions)
            except (ValueError, TypeError, RuntimeError) as wrong:  # A ragged list, or a tensor on a GPU.
                raise ActionError(f"{name} must be {self.allowed} of shape {shape}, got {actions!r}: {wrong}") from None
        if array.shape != shape or array.dtype.kind not in self.dtype_kinds or _holds_a_bool(actions):
            raise ActionError(
                f"{name} must be {self.allowed} of shape {shape}, got shape {array.shape} of {array.dtype}: {actions!r}"
            )
        return array.astype(self.dtype)


def _holds_a_bool(actions: Any) -> bool:
    """Whether a list has a bool in it: numpy reads [True, 2] as integers."""
    if isinstance(actions, (list, tuple)):
        return any(map(_holds_a_bool, actions))
    return isinstance(actions, (bool, np.bool_))


class IntegerAnswers(Answers):
    """Integers from 0 on, each below its own bound; an answer is right or wrong in each place."""

    dtype_kinds = "iu"
    dtype = np.dtype(np.int64)
    never = -1

    def __init__(self, shape: tuple[int, ...], bounds: Any) -> None:
        self.shape = shape
        self._bounds = np.asarray(bounds, np.uint64)
        # One number is compared much faster than a short row of equal ones.
        self._bound = self._bounds.max() if np.ptp(self._bounds) == 0 else self._bounds
        self.allowed = f"integers in 0 ... {np.max(bounds) - 1}"

    def inside(self, answers: Array) -> Array:
        # Seen as unsigned, a negative number is a huge one: one comparison checks both ends.
        inside: Array = answers.view(np.uint64) < self._bound
        return inside


class OneInteger(IntegerAnswers):
    """Discrete(n): right or wrong."""

    def __init__(self, space: spaces.Discrete) -> None:
        self.n = int(space.n)
        super().__init__((), self.n)

    def read_action(self, action: Any) -> int:
        if action.__class__ is int or action.__class__ is np.int64:
            answer = action.__int__()  # The usual classes, much faster than by way of an array.
        else:
            answer = int(self._read(action, (), "action"))
        if 0 <= answer < self.n:
            return answer
        raise ActionError(f"action must be an integer in 0 ... {self.n - 1}, got {action!r}")

    @property
    def longest(self) -> int:
        return self.n - 1

    def grade(self, answers: Any, targets: Any) -> Any:
        right = answers == targets
        return right.astype(np.float64) if isinstance(right, np.ndarray) else float(right)


class ManyIntegers(IntegerAnswers):
    """MultiDiscrete(nvec): the fraction of the places that are right."""

    def __init__(self, space: spaces.MultiDiscrete) -> None:
        super().__init__(space.nvec.shape, space.nvec)

    @property
    def longest(self) -> Array:
        return np.asarray(self._bounds - 1)

    def grade(self, answers: Any, targets: Any) -> Any:
        return _share_of_places(answers == targets)


class WholeIntegers(ManyIntegers):
    """MultiDiscrete(nvec): right if all places are right, otherwise wrong."""

    def grade(self, answers: Any, targets: Any) -> Any:
        places = answers == targets
        few = places.ndim > 1 and places.shape[-1] <= _FEW_PLACES
        right = _share_of_places(places) == 1.0 if few else places.all(axis=-1)
        return right.astype(np.float64) if right.ndim else float(right)


class FloatAnswers(Answers):
    """Box: the fraction of the places within `tolerance` of the truth, the bound included."""

    dtype_kinds = "fiu"
    never = np.nan

    def __init__(self, space: spaces.Box, tolerance: float) -> None:
        self._space = space
        self._tolerance = tolerance
        self.shape = space.shape
        self.dtype = np.dtype(space.dtype)
        self.allowed = f"numbers in {space.low.min():g} ... {space.high.max():g}"
        self._low, self._high = float(space.low[0]), float(space.high[0])  # For actions of one number.

    def read_action(self, action: Any) -> Any:
        # The usual case, an array of one number, is much faster without array operations.
        usual = action.__class__ is np.ndarray and action.shape == self.shape == (1,) and action.dtype == self.dtype
        if usual and self._low <= action.item() <= self._high:
            return action.copy()
        return super().read_action(action)

    def _read(self, actions: Any, shape: tuple[int, ...], name: str) -> Array:
        with np.errstate(over="ignore"):  # A number too large for the dtype becomes infinite, and is refused.
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
        return _share_of_places(distance <= self._tolerance)


_FEW_PLACES = 32
"""With up to so many places `_share_of_places` is faster than to ask whether all places are right."""


def _share_of_places(right: Array) -> Any:
    """(...) float64: the share of the places (..., places) bool that are right.

    The product with ones is exact, and many times as fast as a mean of short rows.
    """
    places = right.shape[-1]
    return right.astype(np.float64) @ np.ones(places) / places


def answers_of(space: spaces.Space[Any], tolerance: float | None, whole: bool = False) -> Answers:
    """The answers of an action space.

    Args:
        space: Discrete, MultiDiscrete or Box.
        tolerance: of real answers; None for the others.
        whole: whether a MultiDiscrete answer is right only as a whole.

    Raises:
        TypeError: the space is none of Discrete, MultiDiscrete and Box, or is a Box of integers or without a tolerance.
    """
    if isinstance(space, spaces.Discrete) and space.start == 0:
        return OneInteger(space)
    if isinstance(space, spaces.MultiDiscrete) and len(space.shape) == 1 and not space.start.any():
        return WholeIntegers(space) if whole else ManyIntegers(space)
    real = isinstance(space, spaces.Box) and np.issubdtype(space.dtype, np.floating)
    if isinstance(space, spaces.Box) and real and len(space.shape) == 1 and tolerance is not None:
        return FloatAnswers(space, tolerance)
    raise TypeError(
        "action_space must be Discrete or MultiDiscrete of one axis, both starting at 0, "
        f"or Box of one axis of floats with a tolerance, got {space} and tolerance={tolerance}"
    )
