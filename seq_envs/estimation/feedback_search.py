"""A search for good rules: policy iteration from the last step to the first."""

from __future__ import annotations

import numpy as np

from seq_envs.encodings import Array
from seq_envs.estimation.feedback_rules import RulePlay

_SWEEPS = 4


def improved(plays: RulePlay, rules: Array, caution: float) -> Array:
    """Rules (T, N) after sweeps until the mean return does not grow, at most _SWEEPS of them.

    This is policy iteration: after convergence, no change at a single step raises the mean return.
    """
    best = -1.0
    for _ in range(_SWEEPS):
        rules = swept(plays, rules, caution)
        earned = plays.mean_return(rules)
        if earned <= best + 1e-6:
            break
        best = earned
    return rules


def swept(plays: RulePlay, rules: Array, caution: float) -> Array:
    """Rules (T, N) in which, from the last step to the first, each answer is the one that earns most from there on.

    An answer is only replaced for a gain of more than `caution` times the root of the number of visits to the
    situation. Grades are 0 or 1, so a caution of 1 asks for about two standard errors.
    """
    played = plays.play(rules)
    rules = rules.copy()
    every_situation = np.arange(plays.situation_count)
    # The return after this step, by the answer at this step and whether it was rewarded, as in `answers_after`.
    later = np.zeros_like(plays.answers_after(0, rules[0]), np.float32)
    for step in reversed(range(plays.steps)):
        grades = plays.grades[:, step]
        by_answer = later[:, -plays.answer_count :]  # Without the one for no previous answer.
        worth = grades + np.where(grades > 0, by_answer[..., -1], by_answer[..., 0])
        total = plays.totals(played.situations[:, step], worth, plays.situation_count)
        visits = np.bincount(played.situations[:, step], minlength=plays.situation_count)
        # The small constant keeps the current answer if it is as good as the best one.
        total[every_situation, rules[step]] += caution * np.sqrt(visits) + 1e-6
        rules[step] = total.argmax(axis=1)
        answers = plays.answers_after(step, rules[step])
        later = np.take_along_axis(worth, answers.reshape(plays.batch, -1), axis=1).reshape(answers.shape)
    return rules
