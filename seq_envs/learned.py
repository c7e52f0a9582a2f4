"""What can be learned of a problem from its episodes alone: the best answers, and what these get on other episodes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from seq_envs.dataset import raw_episodes
from seq_envs.encodings import Array
from seq_envs.level import Level
from seq_envs.problem import Episodes, Problem

HELD_OUT = 1 << 64
"""The streams from here on are for evaluation and estimates: no seed that people use for training reaches them."""

_BINS = 50
"""Into how many bins a real observation in [0, 1] is put when the best answers are learned from data."""


def half(problem: Problem, which: int) -> Episodes:
    """The episodes to learn from (0), or those to judge by (1)."""
    return raw_episodes(problem, max(100, min(50_000, 1_000_000 // problem.steps)), 2 * HELD_OUT + which)


def part(episodes: Episodes, which: slice) -> Episodes:
    """Some of a batch of episodes."""
    return Episodes(*(array[which] for array in episodes))


def judge(problem: Problem, answers: Array, episodes: Episodes) -> Level:
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


def right_answers(episodes: Episodes, place: int, most: int) -> Array:
    """(n,): what stands in one place of the right answers, at most so many: the most frequent, or spread evenly."""
    targets = episodes.targets.reshape(*episodes.scored.shape, -1)[episodes.scored][:, place]
    values, counts = np.unique(targets, return_counts=True)
    if len(values) > most and targets.dtype.kind == "f":
        return values[np.linspace(0, len(values) - 1, most).astype(np.int64)]
    return np.sort(values[np.argsort(-counts, kind="stable")[:most]])


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
                self._else.append(np.zeros_like(episodes.targets[0, step]))  # Targets may be anything here.
                continue
            keys = kinds_of(episodes.observations[:, step][asked])
            kinds, member = np.unique(keys, return_inverse=True)
            order = member.argsort(kind="stable")
            groups = np.split(targets[order], np.searchsorted(member[order], np.arange(1, len(kinds))))
            self._answers.append(
                {kind.tobytes(): best_answer(problem, group) for kind, group in zip(kinds, groups, strict=True)}
            )
            self._else.append(best_answer(problem, targets))

    def guess(self, observations: Array, step: int) -> Array:
        """The answers (B, *shape) to raw observations (B, ...) at a step."""
        kinds, member = np.unique(kinds_of(observations), return_inverse=True)
        answers = [self._answers[step].get(kind.tobytes(), self._else[step]) for kind in kinds]
        chosen: Array = np.stack(answers)[member]
        return chosen

    def guesses(self, observations: Array) -> Array:
        """The answers (B, T, *shape) to raw observations (B, T, ...)."""
        return np.stack([self.guess(observations[:, step], step) for step in range(observations.shape[1])], axis=1)


def kinds_of(observations: Array) -> Array:
    """(B,) opaque: one for each raw observation, equal for those treated alike."""
    if observations.dtype.kind == "f":
        observations = np.floor(observations.astype(np.float64) * _BINS + 1e-3)
    observations = observations.astype(np.int64)  # However a problem stores its symbols, and however they are decoded.
    flat = np.ascontiguousarray(observations.reshape(len(observations), -1))
    return flat.view(np.dtype((np.void, flat.itemsize * flat.shape[1])))[:, 0]


@lru_cache(maxsize=16)
def learned_table(problem: Problem) -> Table:
    """The best memoryless answers to a problem that does not state them."""
    return Table(problem, half(problem, 0))
