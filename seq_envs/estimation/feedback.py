"""Players that remember nothing but see what they last did: their last answer, their last reward, or both.

An answer that is seen again a step later is a tape to write on, and a reward tells what the last answer should have
been. So an agent that is given either as an input can score above the memoryless level without a memory of its own.
How far that goes depends on the problem in ways that no closed form covers; here such players are found by a search.
"""

from __future__ import annotations

import heapq
from functools import lru_cache

import numpy as np

from seq_envs.encodings import Array
from seq_envs.estimation.feedback_search import ACTION, BOTH, REWARD, Game, Sees, Shown
from seq_envs.estimation.judging import judge, part, to_judge_by, to_learn_from
from seq_envs.estimation.learned_table import learned_table, right_answers
from seq_envs.level import Level
from seq_envs.problem import Episodes, Problem

_MOST_ANSWERS = 64
"""Answers tried: the most frequent right ones."""
_MOST_GRADES = 4_000_000
"""Grades of episodes, steps and answers looked at: what bounds time and memory."""
_MOST_EPISODES = 20_000
_CAUTIONS = (0.0, 1.0)
"""Both are tried: caution fits no noise, boldness finds many small gains."""
_FINALISTS = 2
"""Ways to begin that are followed to their end."""

EVERY_VIEW = (ACTION, REWARD, BOTH)


@lru_cache(maxsize=64)
def feedback_level(problem: Problem, sees: Sees = BOTH) -> Level:
    """What the best player found gets that sees the current observation, the clock, and `sees`: a lower bound.

    Where an answer has several places, each is played by itself and has the same place of the previous answer to look
    at; rewards do not tell them apart, and are left out.
    """
    judged = to_judge_by(problem)
    if not sees.action and _places(problem) > 1:
        return judge(problem, learned_table(problem).guesses(judged.observations), judged)
    answers = np.stack([_answers(problem, place, sees) for place in range(_places(problem))], axis=-1)
    return judge(problem, answers.reshape(len(answers), *judged.targets.shape[1:]), part(judged, slice(len(answers))))


def _places(problem: Problem) -> int:
    """Of an answer."""
    return int(np.prod(problem.action_space.shape or ()))


def _answers(problem: Problem, place: int, sees: Sees) -> Array:
    """(B, T): what the best rules found for one place of an answer say in the episodes to judge by."""
    learned = to_learn_from(problem)
    candidates = right_answers(learned, place, _MOST_ANSWERS)
    shown = Shown(learned.observations)
    count = max(500, _MOST_GRADES // (problem.steps * len(candidates)))
    count = min(count, _MOST_EPISODES, len(learned.lengths) // 2)
    told = sees if _places(problem) == 1 else Sees(sees.action, reward=False)

    def game(episodes: Episodes) -> Game:
        return Game(shown, episodes, _grades(problem, episodes, place, candidates), candidates, told)

    # Rules are compared on episodes that they were not made from: else those that fit the noise would win.
    quick, thorough = game(part(learned, slice(count // 4))), game(part(learned, slice(count)))
    other = game(part(learned, slice(count, 2 * count)))
    begun = (quick.swept(rules, max(_CAUTIONS)) for rules in quick.starts())
    best = heapq.nlargest(_FINALISTS, begun, key=other.earned)  # Which keeps no others: rules may be large.
    ends = (thorough.improved(rules, caution) for rules in best for caution in _CAUTIONS)
    rules = max(ends, key=other.earned)
    said: Array = candidates[game(part(to_judge_by(problem), slice(4 * count))).play(rules).answers]
    return said


def _grades(problem: Problem, episodes: Episodes, place: int, candidates: Array) -> Array:
    """(B, T, C): what each answer to one place earns, 1 or 0; 0 where no answer counts."""
    grades = np.empty((*episodes.scored.shape, len(candidates)), np.float32)
    answers = episodes.targets.copy()
    here = answers.reshape(*episodes.scored.shape, -1)[:, :, place]
    for number, candidate in enumerate(candidates):
        here[...] = candidate
        grades[:, :, number] = (problem.grade(answers, episodes.targets) == 1) & episodes.scored
    return grades
