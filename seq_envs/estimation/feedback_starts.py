"""The rules that a search starts from.

The previous answer is one symbol of memory. Writing it and reading it pay only together, so a search that changes one
step at a time finds neither. It therefore starts from rules that already write.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from seq_envs.encodings import Array
from seq_envs.estimation.feedback_rules import RULE, RulePlay

_MOST_INFORMATIVE = 3
"""The most informative steps for which starting rules are made."""
_MOST_STEPS = 64
"""The most steps, spread evenly, that are compared to find the informative ones."""


def starting_rules(plays: RulePlay) -> Iterator[Array]:
    """Rules (T, N): memoryless ones, greedy ones, and some for each way to use the previous answer as memory."""
    yield _memoryless(plays)
    yield _greedy(plays)
    if not plays.feedback.action:
        return
    write, hold = _write(plays), _hold(plays)
    steps = np.arange(plays.steps)[:, None]
    for rule in (write, (hold + write) % plays.answer_count):
        yield np.broadcast_to(rule, (plays.steps, plays.situation_count))
    for step, lag in _informative_steps(plays):
        yield np.where(steps <= step, write, hold)
        yield np.where((steps - step) % (lag + 1) == 0, write, hold)


def _memoryless(plays: RulePlay) -> Array:
    """(T, N) the best answers to the current observation."""
    best = np.empty((plays.steps, plays.bin_count), RULE)
    for step in range(plays.steps):
        best[step] = plays.totals(plays.bins[:, step], plays.grades[:, step], plays.bin_count).argmax(axis=1)
    return best.repeat((plays.answer_count + 1) * 2, axis=1)


def _greedy(plays: RulePlay) -> Array:
    """(T, N) the best answers to the current situation, from the first step on, without regard to later rewards.

    This finds the best rules if each right answer follows from the previous one: then right answers are the memory.
    """
    rules = np.empty((plays.steps, plays.situation_count), RULE)
    episodes = np.arange(plays.batch)
    answered, rewarded = np.zeros((2, plays.batch), np.int64)
    for step in range(plays.steps):
        situation = plays.situation(step, answered, rewarded)
        rules[step] = plays.totals(situation, plays.grades[:, step], plays.situation_count).argmax(axis=1)
        answer = rules[step][situation]
        answered, rewarded = answer + 1, (plays.grades[episodes, step, answer] > 0).astype(np.int64)
    return rules


def _write(plays: RulePlay) -> Array:
    """(N,) the answer that encodes the observation: the same symbol if it is a candidate, otherwise one by rank."""
    note = (np.arange(plays.bin_count) * plays.answer_count // plays.bin_count).astype(RULE)
    candidates = plays.candidates.reshape(plays.answer_count, -1)
    if plays.observations.ndim == 2 and candidates.shape[1] == 1 and candidates.dtype.kind != "f":
        bins, first = np.unique(plays.bins, return_index=True)
        symbols = plays.observations.ravel()[first]
        for bin_, symbol in zip(bins, symbols, strict=True):
            same = np.flatnonzero(candidates == symbol)
            note[bin_] = same[0] if same.size else note[bin_]
    return np.repeat(note, (plays.answer_count + 1) * 2)


def _hold(plays: RulePlay) -> Array:
    """(N,) the previous answer, repeated."""
    before = np.maximum(np.arange(plays.answer_count + 1) - 1, 0).astype(RULE)
    return np.tile(before.repeat(2), plays.bin_count)


def _informative_steps(plays: RulePlay) -> list[tuple[int, int]]:
    """(step, lag) for steps whose observation predicts the answer `lag` steps later best."""
    right = plays.grades.argmax(axis=2)
    scored = np.flatnonzero(plays.grades.any(axis=(0, 2)))
    gains = []
    for later in _spread(scored):
        earlier = _spread(np.arange(later))
        known = _predicted(plays, later, right[:, later])  # From the current observation.
        gains += [(_predicted(plays, step, right[:, later]) - known, step, later - step) for step in earlier]
    gains.sort(reverse=True)
    found: dict[int, int] = {}
    for _, step, lag in gains:
        found.setdefault(step, lag)
    return list(found.items())[:_MOST_INFORMATIVE]


def _predicted(plays: RulePlay, step: int, right: Array) -> float:
    """The share of the answers (B,) that the observation at a step predicts."""
    cells = plays.bins[:, step] * plays.answer_count + right
    counts = np.bincount(cells, minlength=plays.bin_count * plays.answer_count)
    return float(counts.reshape(plays.bin_count, -1).max(axis=1).sum() / plays.batch)


def _spread(steps: Array) -> list[int]:
    """At most _MOST_STEPS of these steps."""
    if len(steps) <= _MOST_STEPS:
        return [int(step) for step in steps]
    return [int(step) for step in steps[np.linspace(0, len(steps) - 1, _MOST_STEPS).astype(np.int64)]]
