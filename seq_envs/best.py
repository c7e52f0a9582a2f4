"""The one answer that does best against many right ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from seq_envs.encodings import Array
from seq_envs.problem import Problem

_MOST_TARGETS = 20_000
"""Real numbers that an answer is tried against."""
_MOST_GRADES = 100_000
"""Answers graded at once: enough to be fast, few enough to take no memory."""


def best_answer(problem: Problem, targets: Array) -> Array:
    """The one answer (*shape) that does best against targets (n, *shape), place by place."""
    best: Array = best_answers(problem, targets, np.zeros(len(targets), np.int64))[0]
    return best


def best_answers(problem: Problem, targets: Array, group: Array) -> Array:
    """(groups, *shape): the same for each group of targets (n, *shape), which group (n,) numbers from 0 on."""
    flat = targets.reshape(len(targets), -1)
    if targets.dtype.kind != "f":
        best = np.stack([_most_frequent(place, group) for place in flat.T], axis=1)
    else:
        order = group.argsort(kind="stable")
        groups = np.split(flat[order], np.searchsorted(group[order], np.arange(1, group.max() + 1)))
        places = range(flat.shape[1])
        best = np.array([[_best_number(problem, one, place) for place in places] for one in groups], targets.dtype)
    return best.reshape(-1, *targets.shape[1:])


def _most_frequent(numbers: Array, group: Array) -> Array:
    """(groups,): of numbers (n,) the most frequent one of each group, and of those the least."""
    values, code = np.unique(numbers, return_inverse=True)
    pairs, counts = np.unique(group * len(values) + code, return_counts=True)
    group_of, code_of = np.divmod(pairs, len(values))
    order = np.lexsort((code_of, -counts, group_of))
    _, first = np.unique(group_of[order], return_index=True)
    most: Array = values[code_of[order][first]]
    return most


def _best_number(problem: Problem, targets: Array, place: int) -> Any:
    """The best answer to one place of Box targets (n, places): a target, or the middle of as many as it can reach."""
    targets = targets[:: 1 + len(targets) // _MOST_TARGETS]
    seen = np.unique(targets[:, place])
    seen = seen[:: 1 + len(seen) // 256]
    furthest = np.searchsorted(seen, seen + 2 * getattr(problem, "tolerance", 0.0), side="right") - 1
    candidates = np.concatenate([seen, (seen + seen[furthest]) / 2])
    at_once = max(1, _MOST_GRADES // len(targets))
    grades: list[float] = []
    for begin in range(0, len(candidates), at_once):
        tried = candidates[begin : begin + at_once]
        answers = np.repeat(targets[None], len(tried), axis=0)
        answers[:, :, place] = tried[:, None]
        grades.extend(problem.grade(answers, np.broadcast_to(targets, answers.shape)).mean(axis=1))
    return candidates[int(np.argmax(grades))]
