"""The levels of SeqStack, from the distribution of the height of the final stack."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from seq_envs.encodings import Array
from seq_envs.level import Level, Levels
from seq_envs.sizes import Size, largest, smallest

_LONGEST = 512
"""The longest episodes whose levels are computed, in time that grows with the third power of their length."""


class _Cues(NamedTuple):
    """What is asked at each time step, over all episodes."""

    heights: Array
    """(lengths, heights): the probability of each length and height of the final stack."""
    value: Array
    """(T,): the probability that a time step asks for a value."""
    end: Array
    """(T,): the probability that it asks for the terminator."""


@lru_cache(maxsize=64)
def best_answers(length: Size, n_values: int) -> Array | None:
    """(T,): the best memoryless answer at each time step, the value 0 or the terminator; None: not computed."""
    if largest(length) > _LONGEST:
        return None
    cues = _cues(length, n_values)
    return np.where(cues.end > cues.value / n_values, n_values, 0)


@lru_cache(maxsize=64)
def stack_levels(length: Size, n_values: int) -> Levels | None:
    """None if episodes are too long."""
    answers = best_answers(length, n_values)
    if answers is None:
        return None
    cues = _cues(length, n_values)
    questions = float((cues.value + cues.end).sum())
    mean_height = questions - 1
    if mean_height / n_values > 1:
        chance = Level(mean_height / n_values / questions, 0.0)
    else:
        chance = Level(1 / questions, float(cues.heights[:, 0].sum()))
    right = np.where(answers == 0, cues.value / n_values, cues.end)
    memoryless = Level(float(right.sum()) / questions, _all_right(cues.heights, smallest(length), answers, n_values))
    return Levels(chance, memoryless, Level(1.0, 1.0))


def _all_right(heights: Array, shortest: int, answers: Array, n_values: int) -> float:
    """The probability that all of the answers (T,) are right: first values, and the terminator where it is due."""
    first = shortest + np.arange(len(heights))[:, None]
    last = np.minimum(first + np.arange(heights.shape[1]), len(answers) - 1)
    terminators = np.concatenate([[0], (answers == n_values).cumsum()])
    in_place = (answers[last] == n_values) & (terminators[last] == terminators[first])
    by_luck = float(n_values) ** -np.arange(heights.shape[1])
    return float((heights * in_place * by_luck).sum())


@lru_cache(maxsize=16)
def _cues(length: Size, n_values: int) -> _Cues:
    shortest, longest = smallest(length), largest(length)
    heights = np.zeros((longest - shortest + 1, longest + 1))
    pop = 1 / (n_values + 1)
    # By the number of values at first, 1 ... longest, the probability of each height after some instructions.
    now = np.eye(longest + 1)[1:]
    for instructions in range(longest):
        # A length has 1 ... length-1 values at first; length 1 has one.
        fewest = max(shortest - instructions, 1)
        if instructions > 0 or shortest == 1:
            most = longest - instructions if instructions > 0 else 1
            at_first = np.arange(fewest, most + 1)
            totals = at_first + instructions
            heights[totals - shortest] += now[at_first - 1] / np.maximum(totals - 1, 1)[:, None]
        now = now[: longest - instructions - 1]
        following = np.zeros_like(now)
        following[:, 1:] = (1 - pop) * now[:, :-1]
        following[:, :-1] += pop * now[:, 1:]
        following[:, 0] += pop * now[:, 0]
        now = following
    heights /= len(heights)
    end, begin = np.zeros(2 * longest + 1), np.zeros(2 * longest + 1)
    for place, probabilities in enumerate(heights):
        begin[shortest + place] += probabilities.sum()
        end[shortest + place : shortest + place + longest + 1][: len(probabilities)] += probabilities[
            : len(end) - shortest - place
        ]
    # A cue comes from the first one on, until the terminator has been asked for.
    asked = begin.cumsum() - (end.cumsum() - end)
    return _Cues(heights, np.maximum(asked - end, 0.0), end)
