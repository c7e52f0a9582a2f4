"""The best memoryless policy; `levels().memoryless` is the score of this same policy."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from seq_envs.dataset import raw_episodes
from seq_envs.encodings import Array
from seq_envs.estimation.best_answer import best_answer
from seq_envs.estimation.judging import episodes_to_judge_by, episodes_to_learn_from, judge
from seq_envs.estimation.learned_table import learned_table
from seq_envs.level import Level
from seq_envs.problem import Episodes, Problem

Guess = Callable[[Array, int], Array]
"""A memoryless policy: from raw observations (B, ...) and the time step to answers (B, *action_space.shape)."""


def stated_guess(problem: Problem) -> Guess | None:
    """`problem.guess`, with learned answers at the steps where it returns None; None if it does so at every step."""
    observations = raw_episodes(problem, 1, 0).observations
    if all(problem.guess(observations[:, step], step) is None for step in range(problem.steps)):
        return None

    def guess(observations: Array, step: int) -> Array:
        answers = problem.guess(observations, step)
        return learned_table(problem).guess(observations, step) if answers is None else answers

    return guess


@lru_cache(maxsize=64)
def best_guess(problem: Problem) -> tuple[Level, Guess]:
    """The best of three memoryless policies and its level: a constant answer, a learned table, the stated guess."""
    judged = episodes_to_judge_by(problem)
    stated, constant = stated_guess(problem), chance_answer(problem)
    guesses: list[Guess] = [lambda observations, _: np.repeat(constant[None], len(observations), axis=0)]
    guesses += [learned_table(problem).guess, *([stated] if stated else [])]
    found = [(level_of(problem, guess, judged), guess) for guess in guesses]
    return max(found, key=lambda level_and_guess: level_and_guess[0].accuracy)


def chance_answer(problem: Problem) -> Array:
    """(*action_space.shape): the constant answer that is best on `episodes_to_learn_from`."""
    learned = episodes_to_learn_from(problem)
    return best_answer(problem, learned.targets[learned.scored])


def chance_level(problem: Problem) -> Level:
    """The level of `chance_answer` on `episodes_to_judge_by`."""
    judged = episodes_to_judge_by(problem)
    return judge(problem, np.broadcast_to(chance_answer(problem), judged.targets.shape), judged)


def level_of(problem: Problem, guess: Guess, episodes: Episodes) -> Level:
    """The level of a memoryless policy on these episodes."""
    observations = episodes.observations
    answers = [guess(observations[:, step], step) for step in range(problem.steps)]
    return judge(problem, np.stack(answers, axis=1), episodes)


def memoryless_guess(problem: Problem) -> Guess:
    """The policy whose level is `seq_envs.levels(problem).memoryless`."""
    stated = stated_guess(problem) if problem.known_levels() is not None else None
    return stated or best_guess(problem)[1]
