"""The answers of each action space: which are allowed, and how they are graded. Small arrays and their known result."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from seq_envs.answers import ActionError, Answers, answers_of

WHOLE = answers_of(spaces.Discrete(3), None)
SEVERAL = answers_of(spaces.MultiDiscrete([2, 3]), None)
REAL = answers_of(spaces.Box(-1.0, 2.0, (1,), np.float32), 0.25)
TWO_REAL = answers_of(spaces.Box(-1.0, 2.0, (2,), np.float32), 0.25)


@pytest.mark.parametrize(
    ("answers", "action"),
    [
        (WHOLE, 0),
        (WHOLE, np.int64(2)),
        (WHOLE, np.array(1)),
        (SEVERAL, np.array([1, 2])),
        (SEVERAL, [0, 0]),
        (REAL, np.array([-1.0], np.float32)),
        (REAL, np.array([2.0], np.float32)),
        (REAL, [2]),
        (REAL, np.array([0.5])),
        (TWO_REAL, np.array([-1.0, 2.0], np.float32)),
    ],
)
def test_an_allowed_action(answers: Answers, action: Any) -> None:
    answer = answers.read_action(action)
    assert np.array_equal(answer, action)
    if isinstance(answer, np.ndarray):
        assert answer.dtype == answers.dtype
        assert not np.shares_memory(answer, action)


ABOVE, BELOW = np.nextafter(np.float32(2), np.float32(3)), np.nextafter(np.float32(-1), np.float32(-2))


@pytest.mark.parametrize(
    ("answers", "action", "message"),
    [
        (WHOLE, -1, r"an integer in 0 \.\.\. 2, got -1"),
        (WHOLE, 3, r"an integer in 0 \.\.\. 2, got 3"),
        (WHOLE, True, "True"),
        (WHOLE, 1.0, r"1\.0"),
        (SEVERAL, [2, 0], r"integers in 0 \.\.\. 2, got \[2, 0\]"),
        (SEVERAL, [0, 3], r"got \[0, 3\]"),
        (SEVERAL, [-1, 0], r"got \[-1, 0\]"),
        (SEVERAL, [0], r"of shape \(2,\), got shape \(1,\)"),
        (SEVERAL, [0.0, 1.0], "of float64"),
        (REAL, np.array([ABOVE]), r"numbers in -1 \.\.\. 2"),
        (REAL, np.array([BELOW]), r"numbers in -1 \.\.\. 2"),
        (REAL, [np.nan], "nan"),
        (REAL, [1e300], "1e"),
        (REAL, 0.5, r"of shape \(1,\), got shape \(\)"),
        (TWO_REAL, np.array([0, ABOVE]), r"numbers in -1 \.\.\. 2"),
        (TWO_REAL, [[0.0], [0.0, 1.0]], r"of shape \(2,\)"),
    ],
)
def test_a_wrong_action(answers: Answers, action: Any, message: str) -> None:
    with pytest.raises(ActionError, match=message):
        answers.read_action(action)


def test_the_first_wrong_lane_is_named() -> None:
    with pytest.raises(ActionError, match="got 5 in lane 1"):
        WHOLE.read_actions([0, 5, 7], 3)
    with pytest.raises(ActionError, match="got 7 in lane 2"):
        WHOLE.read_actions([0, 5, 7], 3, ignored=np.array([False, True, False]))
    with pytest.raises(ActionError, match="got 3 in lane 1"):
        WHOLE.read_actions([2, 3], 2)
    with pytest.raises(ActionError, match=r"got \[1 3\] in lane 1"):
        SEVERAL.read_actions([[1, 2], [1, 3]], 2)
    with pytest.raises(ActionError, match=r"of shape \(3,\), got shape \(2,\)"):
        WHOLE.read_actions([0, 1], 3)


def test_ignored_lanes_may_hold_anything() -> None:
    assert WHOLE.read_actions([2, 5, -1], 3, ignored=np.array([False, True, True])).tolist() == [2, 0, 0]
    ignored = np.array([True, False])
    assert SEVERAL.read_actions([[9, 1], [1, 2]], 2, ignored).tolist() == [[0, 1], [1, 2]]
    assert REAL.read_actions([[np.nan], [2.0]], 2, ignored).tolist() == [[0.0], [2.0]]


@pytest.mark.parametrize(
    ("answers", "given", "targets", "grades"),
    [
        (WHOLE, 1, 1, 1.0),
        (WHOLE, 1, 2, 0.0),
        (WHOLE, np.array([1, 2]), np.array([1, 1]), [1.0, 0.0]),
        (SEVERAL, np.array([1, 2]), np.array([1, 1]), 0.5),
        (SEVERAL, np.array([[1, 2], [0, 0]]), np.array([[1, 2], [1, 1]]), [1.0, 0.0]),
        # The bound of the tolerance, 0.25, is right; both signs.
        (REAL, np.array([0.5]), np.array([0.75]), 1.0),
        (REAL, np.array([1.0]), np.array([0.75]), 1.0),
        (REAL, np.array([0.5]), np.array([0.76]), 0.0),
        (REAL, np.array([[0.5], [0.5]]), np.array([[0.75], [0.76]]), [1.0, 0.0]),
        (TWO_REAL, np.array([0.5, 0.5]), np.array([0.75, 0.76]), 0.5),
        # 8-bit numbers are subtracted without overflow.
        (TWO_REAL, np.array([0, 0], np.uint8), np.array([1, 0], np.uint8), 0.5),
    ],
)
def test_grades(answers: Answers, given: Any, targets: Any, grades: Any) -> None:
    assert np.asarray(answers.grade(given, targets)).tolist() == grades


@pytest.mark.parametrize(
    ("answers", "shape", "dtype", "longest"),
    [
        (WHOLE, (), np.int64, 2),
        (SEVERAL, (2,), np.int64, [1, 2]),
        (REAL, (1,), np.float32, [2.0]),
        (TWO_REAL, (2,), np.float32, [2.0, 2.0]),
    ],
)
def test_shape_dtype_and_longest(answers: Answers, shape: Any, dtype: Any, longest: Any) -> None:
    assert answers.shape == shape
    assert answers.dtype == dtype
    assert np.asarray(answers.longest).tolist() == longest


@pytest.mark.parametrize(
    ("space", "tolerance"),
    [
        (spaces.Discrete(3, start=1), None),
        (spaces.MultiDiscrete([2, 3], start=[0, 1]), None),
        (spaces.MultiDiscrete([[2, 3]]), None),
        (spaces.Box(0.0, 1.0, (1,), np.float32), None),
        (spaces.Box(0.0, 1.0, (1, 1), np.float32), 0.1),
        (spaces.Box(0, 9, (1,), np.int64), 0.1),
        (spaces.MultiBinary(2), None),
    ],
)
def test_other_spaces_have_no_answers(space: spaces.Space[Any], tolerance: float | None) -> None:
    with pytest.raises(TypeError, match="action_space must be Discrete or MultiDiscrete"):
        answers_of(space, tolerance)
