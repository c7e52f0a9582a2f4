"""Leaks: policies learned from data must not beat the stated levels."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from seq_envs.estimation.feedback import feedback_level
from seq_envs.estimation.feedback_rules import ACTION, NOTHING, REWARD, Feedback
from seq_envs.estimation.judging import episodes_to_judge_by, episodes_to_learn_from, judge
from seq_envs.estimation.learned_table import LearnedTable, learned_table
from seq_envs.estimation.levels import levels
from seq_envs.estimation.observation_bins import default_binning
from seq_envs.level import Level
from seq_envs.problem import Episodes, Problem
from seq_envs.testing.contract import require

_PER_PAIR = 20
"""Minimum mean count of episodes per pair of observations, to learn the answer to each pair."""
_STANDARD_ERRORS = 5
"""How many standard errors above a level are a leak: one false alarm in some millions."""


def check_leaks(problem: Problem, memoryless: float | None = None) -> None:
    """A memoryless policy must not beat the memoryless level, and with feedback only as `problem.leaks` states.

    The level is the accuracy `memoryless`, or the one of `levels` if it is None.
    """
    stated = levels(problem).memoryless if memoryless is None else Level(memoryless, 0.0)
    judged = episodes_to_judge_by(problem)
    learned = judge(problem, learned_table(problem).guesses(judged.observations), judged)
    _require_no_more(learned, stated, NOTHING)
    unstated = Feedback(action="action" not in problem.leaks, reward="reward" not in problem.leaks)
    if unstated == NOTHING or not _beats(feedback_level(problem, unstated), stated):
        return
    # A single kind of feedback is tried first, so that the message names the smallest leak.
    for feedback in (NOTHING, *(single for single in (ACTION, REWARD) if single.within(unstated)), unstated):
        _require_no_more(feedback_level(problem, feedback), stated, feedback)


def _require_no_more(found: Level, stated: Level, feedback: Feedback) -> None:
    if feedback == NOTHING:
        received, hint = "only the current observation and the time step", ""
    else:
        received = f"the current observation, the time step and its {feedback}"
        hint = "; if this is intended, state it in `leaks`"
    require(
        not _beats(found, stated),
        f"a leak: a policy that receives {received} has accuracy {found.accuracy:.4f}, but the memoryless level is "
        f"{stated.accuracy:.4f}{hint}",
    )


def _beats(found: Level, stated: Level) -> bool:
    error = float(np.hypot(found.accuracy_error, stated.accuracy_error))
    return found.accuracy > stated.accuracy + _STANDARD_ERRORS * error


def check_lag(problem: Problem) -> None:
    """If a problem has a `lag`, the observations one step before and after it must not predict the answers better."""
    lag = _lag(problem)
    for with_current in (False, True):  # The answer may depend on both the earlier and the current observation.
        predicted = _predicted_by_lag(problem, with_current)
        for steps_ago, level in predicted.items():
            require(
                not _beats(level, predicted[lag]),
                f"lag is off by one: the observation of {steps_ago} steps ago predicts {level.accuracy:.4f} of the "
                f"answers, that of lag = {lag} steps ago {predicted[lag].accuracy:.4f}",
            )


def check_lag_matters(problem: Problem) -> None:
    """If a problem has a `lag`, the observations one step before and after it must not predict all answers."""
    optimal, lag = levels(problem).optimal, _lag(problem)
    for steps_ago, level in _predicted_by_lag(problem, with_current=False).items():
        require(
            steps_ago == lag or _beats(optimal, level),
            f"lag = {lag} has no effect: the observation of {steps_ago} steps ago predicts all answers too",
        )


def _lag(problem: Problem) -> int:
    """The lag of the problem; -1 if it has none."""
    lag = getattr(problem, "lag", None)
    return -1 if isinstance(lag, bool) or not isinstance(lag, int) else lag


@lru_cache(maxsize=8)
def _predicted_by_lag(problem: Problem, with_current: bool) -> dict[int, Level]:
    """The level of answers learned from the observation of k steps ago, for k = lag-1, lag and lag+1.

    `with_current` adds the current observation. The result is empty if the problem has no lag.
    """
    lag = _lag(problem)
    if lag < 0:
        return {}
    learned, judged = episodes_to_learn_from(problem), episodes_to_judge_by(problem)
    first = learned.observations[:, 0]
    if with_current and len(np.unique(default_binning(first).bins(first))) ** 2 > len(first) / _PER_PAIR:
        return {}  # Too few episodes to learn from pairs.
    predicted = {}
    for steps_ago in {lag, lag - 1, lag + 1} & set(range(problem.steps)):
        to_learn, to_judge = (_shifted(episodes, steps_ago, with_current) for episodes in (learned, judged))
        if to_judge.scored.any():
            guesses = LearnedTable(problem, to_learn).guesses(to_judge.observations)
            predicted[steps_ago] = judge(problem, guesses, to_judge)
    return predicted if lag in predicted else {}


def _shifted(episodes: Episodes, steps: int, with_current: bool) -> Episodes:
    """Episodes whose observation at each step is that of `steps` steps ago; steps without one are not scored."""
    observations = np.roll(episodes.observations, steps, axis=1)
    if with_current:
        observations = np.stack([episodes.observations, observations], axis=2)
    scored = episodes.scored & (np.arange(episodes.scored.shape[1]) >= steps)
    return episodes._replace(observations=observations, scored=scored)
