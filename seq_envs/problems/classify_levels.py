"""The levels of SeqClassify: exact accuracies for short sequences, estimates from drawn episodes for long ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from seq_envs.encodings import Array
from seq_envs.level import Level, Levels
from seq_envs.measured_level import measured_level
from seq_envs.seeds import SIMULATED_STREAM

if TYPE_CHECKING:
    from seq_envs.problems.classify import SeqClassify

LONGEST_EXACT = 20_000
"""The greatest `length` for which accuracies are exact: they take O(length^2) time."""
_VALUES_DRAWN = 4_000_000
"""The target for episodes x length in a simulation, and the most values that are drawn at once."""
_FEWEST_EPISODES, _MOST_EPISODES = 100, 200_000


def classify_levels(problem: SeqClassify) -> Levels:
    """The levels of a problem.

    Up to a length of LONGEST_EXACT the accuracies are exact, and only the memoryless policy's exact match with more
    than one scored step is simulated. For longer sequences chance and memoryless are simulated, in O(length) time.
    """
    if problem.steps > LONGEST_EXACT:
        chance, memoryless = _simulated(problem)
        return Levels(chance, memoryless, Level(1.0, 1.0))
    scored = problem.scored
    label_0 = []  # P(label 0) at each scored step.
    right = []  # P(`guess` is right) there.
    for step, below in enumerate(probabilities_below(problem.steps, problem.sum_needed)):
        if scored[step]:
            label_0.append(float(below[0]))
            right.append(_guess_is_right(problem, step, below))
    if np.mean(label_0) > 0.5:
        chance = Level(float(np.mean(label_0)), label_0[-1])  # Always 0: every answer is right if the last label is 0.
    else:
        first = label_0[0] if len(label_0) == 1 else min(problem.sum_needed, 1.0)
        chance = Level(
            float(1 - np.mean(label_0)), 1 - first
        )  # Always 1: every answer is right if the first label is 1.
    accuracy = float(np.mean(right))
    if len(right) == 1:
        return Levels(chance, Level(accuracy, accuracy), Level(1.0, 1.0))
    _, simulated = _simulated(problem)
    memoryless = Level(accuracy, simulated.exact_match, exact_match_error=simulated.exact_match_error)
    return Levels(chance, memoryless, Level(1.0, 1.0))


def _guess_is_right(problem: SeqClassify, step: int, below: Array) -> float:
    """The probability that `guess` is right at `step`, where it answers 1 to values >= `bound`.

    `below` is the item of `probabilities_below` for the sum at this step.
    """
    bound = min(max(problem.sum_needed - step / 2, 0.0), 1.0)
    if bound == 0.0:
        return float(1 - below[0])
    if bound == 1.0:
        return float(below[0])
    # P(value < bound and sum < needed) is an integral over the distribution of the sum before this value. That integral
    # is a sum of values of the distribution after it, at points shifted by whole numbers.
    shifted = deque(probabilities_below(step + 1, problem.sum_needed - bound), maxlen=1).pop()
    both_zero = below.sum() - shifted.sum()
    return float(1 - bound + 2 * both_zero - below[0])


def probabilities_below(most: int, bound: float) -> Iterator[Array]:
    """For n = 1, 2, ..., `most` uniform values: P(their sum < bound - j) for j = 0, 1, ..., floor(bound).

    The Irwin-Hall distribution F_n by the recurrence n F_n(x) = x F_{n-1}(x) + (n-x) F_{n-1}(x-1). All of its terms are
    positive, so no precision is lost by cancellation.
    """
    x = bound - np.arange(int(bound) + 1)
    below: Array = np.clip(x, 0.0, 1.0)
    yield below
    for n in range(2, most + 1):
        one_less = np.append(below[1:], 0.0)
        below = np.where(x >= n, 1.0, (x * below + (n - x) * one_less) / n)
        yield below


def _simulated(problem: SeqClassify) -> tuple[Level, Level]:
    """Chance and memoryless from drawn episodes, with standard errors."""
    count = max(_FEWEST_EPISODES, min(_MOST_EPISODES, _VALUES_DRAWN // problem.steps))
    at_once = max(1, _VALUES_DRAWN // problem.steps)
    rng = np.random.default_rng(SIMULATED_STREAM)
    scored = slice(None) if problem.scored.all() else slice(-1, None)
    # float32, because `guess` compares in the precision of the values.
    bounds = (problem.sum_needed - np.arange(problem.steps) / 2).astype(np.float32)[scored]
    ones, right = [], []
    for first in range(0, count, at_once):
        episodes = problem.sample(rng, min(at_once, count - first))
        labels = episodes.targets[:, scored]
        ones.append(np.count_nonzero(labels, axis=1))
        right.append(np.count_nonzero((episodes.observations[:, scored] >= bounds) == labels, axis=1))
    questions = np.full(count, len(bounds))
    label_1 = np.concatenate(ones)
    constant = label_1 if 2 * label_1.sum() >= questions.sum() else questions - label_1
    return measured_level(constant, questions), measured_level(np.concatenate(right), questions)
