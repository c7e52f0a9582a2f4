"""The levels of any problem: its own closed forms, or an estimate from episodes with its error."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from seq_envs.dataset import raw_episodes
from seq_envs.encodings import Array
from seq_envs.level import Level, Levels
from seq_envs.problem import Episodes, Problem
from seq_envs.registration import make_problem

HELD_OUT = 1 << 64
"""The streams from here on are for evaluation and estimates: no seed that people use for training reaches them."""

_BINS = 50
"""Into how many bins a real observation in [0, 1] is put when the best answers are learned from data."""


_NEARLY_NOTHING = 1e-3
"""Mistakes that may be those of the bins, where a real observation decides alone."""


def levels(id_or_problem: str | Problem, **parameters: Any) -> Levels:
    """What chance, the best memoryless player and the optimal player get.

    Exact where the problem has closed forms (errors of 0.0); else estimated: the best answers are learned from one half
    of many episodes and judged on the other half, and the optimal player is taken to be always right.

    >>> levels("SeqMemorize-v0").memoryless
    Level(accuracy=0.875, exact_match=0.5, accuracy_error=0.0, exact_match_error=0.0)

    Raises:
        ValueError, TypeError: as for `make_problem`.
    """
    return _levels(make_problem(id_or_problem, **parameters))


@lru_cache(maxsize=256)
def _levels(problem: Problem) -> Levels:
    return problem.known_levels() or estimate(problem)


def estimate(problem: Problem) -> Levels:
    """The levels from data, whatever the problem says of itself."""
    learned, judged = _half(problem, 0), _half(problem, 1)
    constant = best_answer(problem, learned.targets[learned.scored])
    table = learned_table(problem)
    steps = range(judged.observations.shape[1])
    by_table = np.stack([table.guess(judged.observations[:, step], step) for step in steps], axis=1)
    always = np.broadcast_to(constant, judged.targets.shape)
    chance, memoryless = _judge(problem, always, judged), _judge(problem, by_table, judged)
    # One answer for everything needs no memory either: where the table is no better, its noise must not say less.
    memoryless = max(chance, memoryless, key=lambda level: level.accuracy)
    missed = 1 - memoryless.accuracy
    if missed <= min(3 * memoryless.accuracy_error, _NEARLY_NOTHING):  # It cannot be told from always right.
        memoryless = replace(memoryless, accuracy=1.0)
    return Levels(chance, memoryless, Level(1.0, 1.0))


def _half(problem: Problem, which: int) -> Episodes:
    """The episodes to learn from (0), or those to judge by (1)."""
    return raw_episodes(problem, max(100, min(50_000, 1_000_000 // problem.steps)), 2 * HELD_OUT + which)


def _judge(problem: Problem, answers: Array, episodes: Episodes) -> Level:
    """What answers (B, T, *shape) get, with standard errors over episodes."""
    correct = problem.grade(answers, episodes.targets) * episodes.scored
    asked, earned = episodes.scored.sum(axis=1), correct.sum(axis=1)
    accuracy = float(earned.sum() / asked.sum())
    residual = (earned - accuracy * asked) / asked.mean()
    exact = earned == asked
    return Level(accuracy, float(exact.mean()), _error(residual), _error(exact))


def _error(values: Array) -> float:
    """The standard error of a mean; where all values are alike, that of one of them being different."""
    return max(float(values.std()), float(1 / np.sqrt(len(values)))) / float(np.sqrt(len(values)))


def best_answer(problem: Problem, targets: Array) -> Array:
    """The one answer (*shape) that does best against targets (n, *shape), place by place."""
    flat = targets.reshape(len(targets), -1)
    if targets.dtype.kind != "f":
        places = [np.bincount(place).argmax() for place in flat.T]
    else:
        places = [
            _best_number(problem, targets[:: 1 + len(targets) // 20_000], place) for place in range(flat.shape[1])
        ]
    return np.array(places, targets.dtype).reshape(targets.shape[1:])


def _best_number(problem: Problem, targets: Array, place: int) -> Any:
    """The best answer to one place of Box targets (n, places): a target, or the middle of as many as it can reach."""
    seen = np.unique(targets[:, place])
    seen = seen[:: 1 + len(seen) // 256]
    furthest = np.searchsorted(seen, seen + 2 * getattr(problem, "tolerance", 0.0), side="right") - 1
    candidates = np.concatenate([seen, (seen + seen[furthest]) / 2])
    answers = targets.copy()
    grades = []
    for candidate in candidates:
        answers[:, place] = candidate
        grades.append(np.mean(problem.grade(answers, targets)))
    return candidates[int(np.argmax(grades))]


class Table:
    """The best answer to each observation at each step, learned from episodes."""

    def __init__(self, problem: Problem, episodes: Episodes) -> None:
        self._answers: list[dict[bytes, Array]] = []
        self._else: list[Array] = []
        for step in range(episodes.observations.shape[1]):
            asked = episodes.scored[:, step]
            targets = episodes.targets[:, step][asked]
            if len(targets) == 0:
                self._answers.append({})
                self._else.append(episodes.targets[0, step])
                continue
            keys = _keys(episodes.observations[:, step][asked])
            kinds, member = np.unique(keys, return_inverse=True)
            order = member.argsort(kind="stable")
            groups = np.split(targets[order], np.searchsorted(member[order], np.arange(1, len(kinds))))
            self._answers.append(
                {kind.tobytes(): best_answer(problem, group) for kind, group in zip(kinds, groups, strict=True)}
            )
            self._else.append(best_answer(problem, targets))

    def guess(self, observations: Array, step: int) -> Array:
        """The answers (B, *shape) to raw observations (B, ...) at a step."""
        kinds, member = np.unique(_keys(observations), return_inverse=True)
        answers = [self._answers[step].get(kind.tobytes(), self._else[step]) for kind in kinds]
        chosen: Array = np.stack(answers)[member]
        return chosen


def _keys(observations: Array) -> Array:
    """(B,) opaque: one for each raw observation, equal for those treated alike."""
    if observations.dtype.kind == "f":
        observations = np.floor(observations.astype(np.float64) * _BINS + 1e-3)
    observations = observations.astype(np.int64)  # However a problem stores its symbols, and however they are decoded.
    flat = np.ascontiguousarray(observations.reshape(len(observations), -1))
    return flat.view(np.dtype((np.void, flat.itemsize * flat.shape[1])))[:, 0]


@lru_cache(maxsize=16)
def learned_table(problem: Problem) -> Table:
    """The best memoryless answers to a problem that does not state them."""
    return Table(problem, _half(problem, 0))
