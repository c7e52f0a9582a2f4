"""The levels of SeqCountRecall: exact accuracies, and shares of exact episodes that are measured."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from seq_envs.encodings import Array
from seq_envs.estimation.judging import episodes_to_judge_by, judge
from seq_envs.level import Level, Levels

if TYPE_CHECKING:
    from seq_envs.problems.count_recall import SeqCountRecall


@lru_cache(maxsize=64)
def count_recall_levels(problem: SeqCountRecall) -> Levels:
    """The three levels; the optimal policy is always right."""
    values, copies = problem.n_values, problem.copies
    cards = values * copies
    # Over 0 ... `cards` dealt cards each count 0 ... copies is equally frequent. Two of these numbers of cards are not
    # asked: none, where the count is 0, and all, where it is `copies`.
    middle = (cards + 1) / (copies + 1) / (cards - 1)
    chance = middle if copies > 1 else middle - 1 / (cards - 1)
    dealt = np.arange(cards - 1)
    same = _probability_of_mode(cards - 1, copies - 1, dealt)
    other = _probability_of_mode(cards - 1, copies, dealt)
    memoryless = float((same / values + other * (1 - 1 / values)).mean())
    episodes = episodes_to_judge_by(problem)
    constant = judge(problem, np.ones_like(episodes.targets), episodes)
    answers = [problem.guess(episodes.observations[:, step], step) for step in range(problem.steps)]
    guessed = judge(problem, np.stack(answers, axis=1), episodes)
    return Levels(
        replace(constant, accuracy=chance, accuracy_error=0.0),
        replace(guessed, accuracy=memoryless, accuracy_error=0.0),
        Level(1.0, 1.0),
    )


def _probability_of_mode(cards: int, copies: int, dealt: Array) -> Array:
    """The probability of the most probable number of copies among `dealt` of so many cards, for each number dealt."""
    log_factorial = np.concatenate([[0.0], np.log(np.arange(1, cards + 1)).cumsum()])
    mode = (dealt + 1) * (copies + 1) // (cards + 2)

    def log_ways(of: Array | int, drawn: Array) -> Array:
        ways: Array = log_factorial[of] - log_factorial[drawn] - log_factorial[of - drawn]
        return ways

    probability: Array = np.exp(
        log_ways(copies, mode) + log_ways(cards - copies, dealt - mode) - log_ways(cards, dealt)
    )
    return probability
