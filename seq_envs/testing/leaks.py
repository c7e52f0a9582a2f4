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

    The level is the accuracy that is passed, or the one of `levels` if it is None.
    """
    stated = levels(problem).memoryless if memoryless is None else Level(memoryless, 0.0)
    judged = episodes_to_judge_by(problem)
    learned = judge(problem, learned_table(problem).guesses(judged.observations), judged)
    _require_no_more(learned, stated, NOTHING)
    unstated = Feedback(action="action" not in problem.leaks, reward="reward" not in problem.leaks)
    if unstated == NOTHING or not _beats(feedback_level(problem, unstated), stated):
        return
    for through in (NOTHING, *(feedback for feedback in (ACTION, REWARD) if feedback.within(unstated)), unstated):
        _require_no_more(feedback_level(problem, through), stated, through)


def _require_no_more(found: Level, stated: Level, through: Feedback) -> None:
    beside, unless = "the current observation and the clock", ""
    if through == NOTHING:
        beside = f"only {beside}"
    else:
        beside, unless = (
            f"the current observation, the clock and its {through}",
            "; where this is meant, `leaks` must state it",
        )
    require(
        not _beats(found, stated),
        f"a leak: a player that sees {beside} gets {found.accuracy:.4f}, but the memoryless level is "
        f"{stated.accuracy:.4f}{unless}",
    )


def _beats(found: Level, stated: Level) -> bool:
    error = float(np.hypot(found.accuracy_error, stated.accuracy_error))
    return found.accuracy > stated.accuracy + _STANDARD_ERRORS * error


def check_lag(problem: Problem) -> None:
    """Where a problem has a `lag`, no neighbour of it tells more of the answers."""
    lag = _lag(problem)
    for beside_current in (False, True):  # The answer may be a relation of the two.
        told = _told_by_lag(problem, beside_current)
        for steps_ago, level in told.items():
            require(
                not _beats(level, told[lag]),
                f"lag is off by one: the observation of {steps_ago} steps ago tells {level.accuracy:.4f} of the "
                f"answers, that of lag = {lag} steps ago {told[lag].accuracy:.4f}",
            )


def check_lag_matters(problem: Problem) -> None:
    """Where a problem has a `lag`, players that look a step before it or after it must fail."""
    optimal, lag = levels(problem).optimal, _lag(problem)
    for steps_ago, level in _told_by_lag(problem, beside_current=False).items():
        require(
            steps_ago == lag or _beats(optimal, level),
            f"lag = {lag} means nothing: the observation of {steps_ago} steps ago tells all of the answers as well",
        )


def _lag(problem: Problem) -> int:
    """-1: it has none."""
    lag = getattr(problem, "lag", None)
    return -1 if isinstance(lag, bool) or not isinstance(lag, int) else lag


@lru_cache(maxsize=8)
def _told_by_lag(problem: Problem, beside_current: bool) -> dict[int, Level]:
    """How many answers are guessed from the observation of so many steps ago, alone or beside the current one.

    For the lag, one step less and one step more; empty, if the problem has no lag.
    """
    lag = _lag(problem)
    if lag < 0:
        return {}
    learned, judged = episodes_to_learn_from(problem), episodes_to_judge_by(problem)
    first = learned.observations[:, 0]
    if beside_current and len(np.unique(default_binning(first).bins(first))) ** 2 > len(first) / _PER_PAIR:
        return {}  # Too few episodes to learn from pairs.
    told = {}
    for steps_ago in {lag, lag - 1, lag + 1} & set(range(problem.steps)):
        to_learn, to_judge = (_shifted(episodes, steps_ago, beside_current) for episodes in (learned, judged))
        if to_judge.scored.any():
            guesses = LearnedTable(problem, to_learn).guesses(to_judge.observations)
            told[steps_ago] = judge(problem, guesses, to_judge)
    return told if lag in told else {}


def _shifted(episodes: Episodes, steps: int, beside_current: bool) -> Episodes:
    """Each step with the observation of so many steps ago, scored where there is one."""
    shown = np.roll(episodes.observations, steps, axis=1)
    if beside_current:
        shown = np.stack([episodes.observations, shown], axis=2)
    scored = episodes.scored & (np.arange(episodes.scored.shape[1]) >= steps)
    return episodes._replace(observations=shown, scored=scored)
