"""The answers of each action space: which are allowed, and how they are graded, on small arrays with known results."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from seq_envs.answers import ActionError, Answers, answers_of

INTEGER = answers_of(spaces.Discrete(3), None)
INTEGERS = answers_of(spaces.MultiDiscrete([2, 3]), None)
FLOAT = answers_of(spaces.Box(-1.0, 2.0, (1,), np.float32), 0.25)
FLOATS = answers_of(spaces.Box(-1.0, 2.0, (2,), np.float32), 0.25)


@pytest.mark.parametrize(
    ("answers", "action"),
    [
        (INTEGER, 0),
        (INTEGER, np.int64(2)),
        (INTEGER, np.array(1)),
        (INTEGERS, np.array([1, 2])),
        (INTEGERS, [0, 0]),
        (FLOAT, np.array([-1.0], np.float32)),
        (FLOAT, np.array([2.0], np.float32)),
        (FLOAT, [2]),
        (FLOAT, np.array([0.5])),
        (FLOATS, np.array([-1.0, 2.0], np.float32)),
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
        (INTEGER, -1, r"an integer in 0 \.\.\. 2, got -1"),
        (INTEGER, 3, r"an integer in 0 \.\.\. 2, got 3"),
        (INTEGER, True, "True"),
        (INTEGER, 1.0, r"1\.0"),
        (INTEGERS, [2, 0], r"integers in 0 \.\.\. 2, got \[2, 0\]"),
        (INTEGERS, [0, 3], r"got \[0, 3\]"),
        (INTEGERS, [-1, 0], r"got \[-1, 0\]"),
        (INTEGERS, [0], r"of shape \(2,\), got shape \(1,\)"),
        (INTEGERS, [0.0, 1.0], "of float64"),
        (INTEGERS, [True, 1], "True, 1"),
        (FLOAT, np.array([ABOVE]), r"numbers in -1 \.\.\. 2"),
        (FLOAT, np.array([BELOW]), r"numbers in -1 \.\.\. 2"),
        (FLOAT, [np.nan], "nan"),
        (FLOAT, [1e300], "1e"),
        (FLOAT, 0.5, r"of shape \(1,\), got shape \(\)"),
        (FLOAT, np.array([[0.5]], np.float32), r"of shape \(1,\), got shape \(1, 1\)"),
        (FLOATS, np.array([0, ABOVE]), r"numbers in -1 \.\.\. 2"),
        (FLOATS, [[0.0], [0.0, 1.0]], r"of shape \(2,\)"),
    ],
)
def test_a_wrong_action(answers: Answers, action: Any, message: str) -> None:
    with pytest.raises(ActionError, match=message):
        answers.read_action(action)


def test_the_first_wrong_lane_is_named() -> None:
    with pytest.raises(ActionError, match="got 5 in lane 1"):
        INTEGER.read_actions([0, 5, 7], 3)
    with pytest.raises(ActionError, match="got 7 in lane 2"):
        INTEGER.read_actions([0, 5, 7], 3, ignored=np.array([False, True, False]))
    with pytest.raises(ActionError, match="got 3 in lane 1"):
        INTEGER.read_actions([2, 3], 2)
    with pytest.raises(ActionError, match=r"got \[1 3\] in lane 1"):
        INTEGERS.read_actions([[1, 2], [1, 3]], 2)
    with pytest.raises(ActionError, match=r"of shape \(3,\), got shape \(2,\)"):
        INTEGER.read_actions([0, 1], 3)


def test_ignored_lanes_may_hold_any_number() -> None:
    assert INTEGER.read_actions([2, 5, -1], 3, ignored=np.array([False, True, True])).tolist() == [2, 0, 0]
    ignored = np.array([True, False])
    assert INTEGERS.read_actions([[9, 1], [1, 2]], 2, ignored).tolist() == [[0, 1], [1, 2]]
    assert FLOAT.read_actions([[np.nan], [2.0]], 2, ignored).tolist() == [[0.0], [2.0]]


@pytest.mark.parametrize(
    ("answers", "given", "targets", "grades"),
    [
        (INTEGER, 1, 1, 1.0),
        (INTEGER, 1, 2, 0.0),
        (INTEGER, np.array([1, 2]), np.array([1, 1]), [1.0, 0.0]),
        (INTEGERS, np.array([1, 2]), np.array([1, 1]), 0.5),
        (INTEGERS, np.array([[1, 2], [0, 0]]), np.array([[1, 2], [1, 1]]), [1.0, 0.0]),
        # A distance of exactly the tolerance, 0.25, is right in both directions.
        (FLOAT, np.array([0.5]), np.array([0.75]), 1.0),
        (FLOAT, np.array([1.0]), np.array([0.75]), 1.0),
        (FLOAT, np.array([0.5]), np.array([0.76]), 0.0),
        (FLOAT, np.array([[0.5], [0.5]]), np.array([[0.75], [0.76]]), [1.0, 0.0]),
        (FLOATS, np.array([0.5, 0.5]), np.array([0.75, 0.76]), 0.5),
        # 8-bit numbers are subtracted without overflow.
        (FLOATS, np.array([0, 0], np.uint8), np.array([1, 0], np.uint8), 0.5),
    ],
)
def test_grades(answers: Answers, given: Any, targets: Any, grades: Any) -> None:
    assert np.asarray(answers.grade(given, targets)).tolist() == grades


@pytest.mark.parametrize(
    ("answers", "targets"),
    [(INTEGER, [0, 1, 2]), (INTEGERS, [[0, 0], [1, 1], [1, 2]]), (FLOATS, [[-1.0, 0.0], [1.0, 2.0]])],
)
def test_never_is_always_wrong(answers: Answers, targets: Any) -> None:
    assert not answers.grade(np.full_like(targets, answers.never, answers.dtype), np.array(targets)).any()


@pytest.mark.parametrize(
    ("answers", "shape", "dtype", "longest"),
    [
        (INTEGER, (), np.int64, 2),
        (INTEGERS, (2,), np.int64, [1, 2]),
        (FLOAT, (1,), np.float32, [2.0]),
        (FLOATS, (2,), np.float32, [2.0, 2.0]),
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


@pytest.mark.parametrize("places", [1, 3, 32, 33, 200])
def test_many_places_and_whole_answers(places: int) -> None:
    space = spaces.MultiDiscrete([2] * places)
    targets = np.zeros((4, places), np.int64)
    given = targets.copy()
    given[1, -1] = given[2, 0] = 1
    given[3] = 1
    share = (places - 1) / places
    assert answers_of(space, None).grade(given, targets).tolist() == [1.0, share, share, 0.0]
    whole = answers_of(space, None, whole=True)
    assert whole.grade(given, targets).tolist() == [1.0, 0.0, 0.0, 0.0]
    assert [whole.grade(*pair) for pair in zip(given, targets, strict=True)] == [1.0, 0.0, 0.0, 0.0]
    assert whole.inside(given).all()
    given[1, -1], given[2, 0] = 2, -1
    assert np.argwhere(~whole.inside(given)).tolist() == [[1, places - 1], [2, 0]]
