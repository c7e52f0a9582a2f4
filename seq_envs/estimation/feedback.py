"""The level of memoryless policies that also receive their previous action, their previous reward, or both.

A previous action is one symbol of memory, and a previous reward reveals whether the previous action was right. So an
agent that has either as an input can score above the memoryless level without a memory. How much depends on the
problem, and no closed form covers it: a search finds such policies.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from seq_envs.encodings import Array
from seq_envs.estimation.feedback_rules import ACTION, BOTH, REWARD, Feedback, ObservationBins, RulePlay
from seq_envs.estimation.feedback_search import improved, swept
from seq_envs.estimation.feedback_starts import starting_rules
from seq_envs.estimation.judging import episodes_to_judge_by, episodes_to_learn_from, judge, part
from seq_envs.estimation.learned_table import learned_table, right_answers
from seq_envs.level import Level
from seq_envs.problem import Episodes, Problem

_MOST_ANSWERS = 64
"""The most candidate answers: they are the most frequent targets."""
_MOST_GRADES = 4_000_000
"""The most episodes x steps x answers that are graded, to bound time and memory."""
_MOST_EPISODES = 20_000
_CAUTIONS = (0.0, 1.0)
"""The search tries both: rules found with caution do not fit noise, rules found without it collect many small gains."""
_FINALISTS = 2
"""The number of starting rules that are improved until they converge."""

EVERY_FEEDBACK = (ACTION, REWARD, BOTH)


@lru_cache(maxsize=64)
def feedback_level(problem: Problem, feedback: Feedback = BOTH) -> Level:
    """The level of the best policy found that receives the current observation, the time step and this feedback.

    It is a lower bound. An answer of several places is searched place by place: each place receives the same place of
    the previous answer, and no reward, since a reward does not reveal which places were right. Only answers that count
    as a whole are searched as such.
    """
    judged = episodes_to_judge_by(problem)
    places = _places(problem)
    if not feedback.action and len(places) > 1:
        return judge(problem, learned_table(problem).guesses(judged.observations), judged)
    answers = np.stack([_answers(problem, place, feedback) for place in places], axis=-1)
    return judge(problem, answers.reshape(len(answers), *judged.targets.shape[1:]), part(judged, slice(len(answers))))


def _places(problem: Problem) -> Sequence[int | None]:
    """The places of an answer that are searched separately; None: the whole answer."""
    return [None] if problem.whole_answers else range(int(np.prod(problem.action_space.shape or ())))


def _answers(problem: Problem, place: int | None, feedback: Feedback) -> Array:
    """(B, T, ...): the answers of the best rules found, in one place or whole, in the episodes to judge by."""
    learned = episodes_to_learn_from(problem)
    candidates = right_answers(learned, place, _MOST_ANSWERS)
    bins = ObservationBins(learned.observations)
    count = max(500, _MOST_GRADES // (problem.steps * len(candidates)))
    count = min(count, _MOST_EPISODES, len(learned.lengths) // 2)
    used = feedback if len(_places(problem)) == 1 else Feedback(feedback.action, reward=False)

    def plays_of(episodes: Episodes) -> RulePlay:
        return RulePlay(bins, episodes, _grades(problem, episodes, place, candidates), candidates, used)

    few, many = plays_of(part(learned, slice(count // 4))), plays_of(part(learned, slice(count)))
    # Rules are compared on episodes that they were not learned from: otherwise rules that fit noise would win.
    held_out = plays_of(part(learned, slice(count, 2 * count)))
    begun = (swept(few, rules, max(_CAUTIONS)) for rules in starting_rules(few))
    # A generator and nlargest keep only the finalists in memory: rules may be large.
    finalists = heapq.nlargest(_FINALISTS, begun, key=held_out.mean_return)
    ends = (improved(many, rules, caution) for rules in finalists for caution in _CAUTIONS)
    best = max(ends, key=held_out.mean_return)
    judged = plays_of(part(episodes_to_judge_by(problem), slice(4 * count)))
    answers: Array = candidates[judged.play(best).answers]
    return answers


def _grades(problem: Problem, episodes: Episodes, place: int | None, candidates: Array) -> Array:
    """(B, T, C): the grade of each candidate in one place, 1 or 0, with all other places right; 0 if not scored.

    Without a place, candidates are whole answers.
    """
    batch, steps = episodes.scored.shape
    grades = np.empty((steps, batch, len(candidates)), np.float32).swapaxes(0, 1)  # It is read step by step.
    answers = np.array(episodes.targets)
    numbers = answers if place is None else answers.reshape(*episodes.scored.shape, -1)[:, :, place]
    for number, candidate in enumerate(candidates):
        numbers[...] = candidate
        grades[:, :, number] = (problem.grade(answers, episodes.targets) == 1) & episodes.scored
    return grades
