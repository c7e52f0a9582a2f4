"""The levels of SeqHigherLower: exact accuracies, and shares of exact episodes that are measured."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from math import exp, lgamma
from typing import TYPE_CHECKING

import numpy as np

from seq_envs.encodings import Array
from seq_envs.estimation.judging import episodes_to_judge_by, judge
from seq_envs.level import Level, Levels

if TYPE_CHECKING:
    from seq_envs.problems.higher_lower import SeqHigherLower

_MOST_CARDS = 256
"""The largest deck for which the optimal accuracy is computed, in time that grows with the third power of it."""


@lru_cache(maxsize=64)
def higher_lower_levels(problem: SeqHigherLower) -> Levels | None:
    """None for decks that are too large."""
    ranks, copies = problem.n_ranks, problem.copies
    cards = ranks * copies
    if cards > _MOST_CARDS:
        return None
    # "Higher" alone is right throughout if the deck is sorted.
    chance = Level(0.5, exp(ranks * lgamma(copies + 1) - lgamma(cards + 1)))
    sides = np.arange(ranks)
    memoryless = float(np.maximum(sides, sides[::-1]).mean() / (ranks - 1))
    episodes = episodes_to_judge_by(problem)
    guessed = judge(problem, problem.guess(episodes.observations, 0), episodes)
    if problem.certain:
        return Levels(chance, Level(1.0, 1.0), Level(1.0, 1.0))
    solved = judge(problem, problem.solve_all(episodes.observations), episodes)
    return Levels(
        chance,
        replace(guessed, accuracy=memoryless, accuracy_error=0.0),
        replace(solved, accuracy=_optimal_accuracy(ranks, copies), accuracy_error=0.0),
    )


def _optimal_accuracy(ranks: int, copies: int) -> float:
    """The mean over all ranks of a card, and all numbers of earlier cards that are lower, equal and higher."""
    others = ranks * copies - 1
    log_factorial = np.concatenate([[0.0], np.log(np.arange(1, others + 1)).cumsum()])

    def log_ways(cards: int, drawn: Array) -> Array:
        ways: Array = log_factorial[cards] - log_factorial[drawn] - log_factorial[cards - drawn]
        return ways

    right = 0.0
    for rank in range(ranks):
        lower, higher = rank * copies, (ranks - 1 - rank) * copies
        seen_lower, seen_equal, seen_higher = np.ogrid[: lower + 1, :copies, : higher + 1]
        seen = seen_lower + seen_equal + seen_higher
        probability = np.exp(
            log_ways(lower, seen_lower)
            + log_ways(copies - 1, seen_equal)
            + log_ways(higher, seen_higher)
            - log_ways(others, seen)
        )
        left = np.maximum(others - seen, 1)  # With no card left, there is no question, and neither side has one.
        right += float((probability * np.maximum(lower - seen_lower, higher - seen_higher) / left).sum())
    # Of `others` steps, copies-1 are followed by a card of the same rank on average.
    return right / ranks / (others - (copies - 1))
