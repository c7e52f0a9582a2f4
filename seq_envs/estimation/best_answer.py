"""The constant answer of highest mean grade against many targets."""

from __future__ import annotations

from math import prod

import numpy as np

from seq_envs.encodings import Array
from seq_envs.problem import Problem

_MOST_TRIED = 64
"""The most candidates that are graded if a problem overrides `grade`."""
_FEWEST_CLOSE = 8
"""The most promising real candidates, which are always graded."""
_MOST_CLOSE = 10_000
"""The limit for grading more of them: further candidates x distinct targets."""
_MOST_GRADES = 100_000
"""The most grades that are computed at once, to bound memory."""
_WIDEST_RANGE = 1 << 16
"""The widest range of whole numbers that are counted in a table; those of wider ranges are sorted."""


def best_answer(problem: Problem, targets: Array) -> Array:
    """(*action_space.shape): the best constant answer to targets (n, *action_space.shape)."""
    best: Array = best_answers(problem, targets, np.zeros(len(targets), np.int64))[0]
    return best


def best_answers(problem: Problem, targets: Array, group: Array) -> Array:
    """(groups, *action_space.shape): the best constant answer to each group of targets (n, *action_space.shape).

    group (n,) holds the group of each target, 0, 1, ...; no group is empty.
    """
    flat = targets.reshape(len(targets), -1)
    if type(problem).grade is not Problem.grade:
        best = np.stack([_best_by_grade(problem, members) for members in _split(targets, group)])
    elif problem.whole_answers:
        wholes, code = distinct_rows(flat)
        best = wholes[_most_frequent(code, group)]
    elif targets.dtype.kind != "f":
        best = np.stack([_most_frequent(place, group) for place in flat.T], axis=1)
    else:
        tolerance: float = getattr(problem, "tolerance", 0.0)
        best = np.array(
            [[_best_number(problem, place, tolerance) for place in members.T] for members in _split(flat, group)]
        )
    return best.reshape(-1, *targets.shape[1:])


def _split(targets: Array, group: Array) -> list[Array]:
    """The targets of each group."""
    order = group.argsort(kind="stable")
    return np.split(targets[order], np.searchsorted(group[order], np.arange(1, group.max() + 1)))


def distinct(labels: Array) -> tuple[Array, Array]:
    """The sorted different labels among (n,), and (n,) the place of each label in them.

    This is `np.unique`, but many times faster for whole numbers in a small range, as most labels are.
    """
    if np.can_cast(labels.dtype, np.int64) and labels.size:
        low, high = int(labels.min()), int(labels.max())
        if high - low <= _WIDEST_RANGE:
            offsets = labels.astype(np.int64) - low
            occurs = np.bincount(offsets) > 0
            return (np.flatnonzero(occurs) + low).astype(labels.dtype), (occurs.cumsum() - 1)[offsets]
    values, places = np.unique(labels, return_inverse=True)
    return values, places


def distinct_rows(rows: Array) -> tuple[Array, Array]:
    """As `distinct`, for the rows of (n, places), in lexicographic order."""
    if np.can_cast(rows.dtype, np.int64) and rows.size:
        low = rows.min(axis=0).astype(np.int64)
        sizes = rows.max(axis=0) - low + 1
        if prod(sizes.tolist()) <= _WIDEST_RANGE:
            weights = np.append(sizes[:0:-1].cumprod()[::-1], 1)
            numbers, places = distinct((rows - low) @ weights)
            return (numbers[:, None] // weights % sizes + low).astype(rows.dtype), places
    values, places = np.unique(rows, axis=0, return_inverse=True)
    return values, places.reshape(-1)


def _most_frequent(numbers: Array, group: Array) -> Array:
    """(groups,): the most frequent of the numbers (n,) in each group; if several are, the smallest of them."""
    values, code = distinct(numbers)
    pairs = group * len(values) + code
    groups = int(group.max()) + 1
    if groups * len(values) <= _WIDEST_RANGE:
        best = np.bincount(pairs, minlength=groups * len(values)).reshape(groups, -1).argmax(axis=1)
    else:
        pairs, counts = np.unique(pairs, return_counts=True)
        group_of, code_of = np.divmod(pairs, len(values))
        order = np.lexsort((code_of, -counts, group_of))
        _, first = np.unique(group_of[order], return_index=True)
        best = code_of[order][first]
    most: Array = values[best]
    return most


def _best_number(problem: Problem, numbers: Array, tolerance: float) -> Array:
    """The answer that is right for most of the targets (n,): one of them, or the middle between two of them."""
    values, counts = np.unique(numbers, return_counts=True)
    # Rounding decides whether a number exactly `tolerance` away is right, so numbers on both sides of that bound are
    # tried, and the most promising ones are graded.
    rounding = 2 * float(np.spacing(np.abs(values).max()))
    tried = [values]
    for reach in (2 * tolerance - rounding, 2 * tolerance + rounding):
        furthest = values[np.searchsorted(values, values + np.float64(reach), side="right") - 1]
        middle = ((values.astype(np.float64) + furthest) / 2).astype(values.dtype)
        tried += [middle, np.nextafter(middle, values), np.nextafter(middle, furthest)]
    candidates = np.concatenate(tried)
    below = np.concatenate([[0], counts.cumsum()])
    within = np.float64(tolerance + rounding)
    last, first = np.searchsorted(values, candidates + within, "right"), np.searchsorted(values, candidates - within)
    best = candidates[
        np.argsort(below[first] - below[last], kind="stable")[: _MOST_CLOSE // len(values) + _FEWEST_CLOSE]
    ]
    grades = problem.answers.grade(best[:, None, None], values[None, :, None]) @ counts
    number: Array = best[int(np.argmax(grades))]
    return number


def _best_by_grade(problem: Problem, targets: Array) -> Array:
    """(*action_space.shape): the target among (n, *action_space.shape) with the highest mean grade against all."""
    tried = np.unique(targets, axis=0)
    tried = tried[:: 1 + len(tried) // _MOST_TRIED]
    targets = targets[:: 1 + len(targets) * len(tried) // _MOST_GRADES]
    every = (len(tried), *targets.shape)
    answers = np.broadcast_to(tried[:, None], every)
    grades = problem.grade(answers, np.broadcast_to(targets, every)).mean(axis=1)
    best: Array = tried[int(np.argmax(grades))]
    return best
