"""The best player without memory: the one whose level is told is the one that plays."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from seq_envs.dataset import raw_episodes
from seq_envs.encodings import Array
from seq_envs.estimation.best_answer import best_answer
from seq_envs.estimation.judging import judge, to_judge_by, to_learn_from
from seq_envs.estimation.learned_table import learned_table
from seq_envs.level import Level
from seq_envs.problem import Episodes, Problem

Guess = Callable[[Array, int], Array]
"""From raw observations (B, ...) and the step to answers (B, *shape)."""


def own_guess(problem: Problem) -> Guess | None:
    """`problem.guess`, and what is learned from data at steps where it says None; None, if it always does."""
    shown = raw_episodes(problem, 1, 0).observations
    if all(problem.guess(shown[:, step], step) is None for step in range(problem.steps)):
        return None

    def guess(observations: Array, step: int) -> Array:
        answers = problem.guess(observations, step)
        return learned_table(problem).guess(observations, step) if answers is None else answers

    return guess


@lru_cache(maxsize=64)
def best_guess(problem: Problem) -> tuple[Level, Guess]:
    """The best of three players and what it gets: one answer for all, a learned table, the problem's own guesses."""
    judged = to_judge_by(problem)
    own, constant = own_guess(problem), chance_answer(problem)
    players: list[Guess] = [lambda observations, _: np.repeat(constant[None], len(observations), axis=0)]
    players += [learned_table(problem).guess, *([own] if own else [])]
    found = [(level_of(problem, player, judged), player) for player in players]
    return max(found, key=lambda level_and_player: level_and_player[0].accuracy)


def chance_answer(problem: Problem) -> Array:
    """(*shape): the one answer that does best."""
    learned = to_learn_from(problem)
    return best_answer(problem, learned.targets[learned.scored])


def level_of(problem: Problem, player: Guess, episodes: Episodes) -> Level:
    """What it gets."""
    shown = episodes.observations
    answers = [player(shown[:, step], step) for step in range(problem.steps)]
    return judge(problem, np.stack(answers, axis=1), episodes)


def memoryless_guess(problem: Problem) -> Guess:
    """The player whose level is `seq_envs.levels(problem).memoryless`."""
    own = own_guess(problem) if problem.known_levels() is not None else None
    return own or best_guess(problem)[1]
