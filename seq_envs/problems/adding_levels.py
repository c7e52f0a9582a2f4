"""The levels of SeqAdding in closed form."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from seq_envs.level import Level, Levels
from seq_envs.problems.adding_pairs import choices
from seq_envs.sizes import largest, smallest

if TYPE_CHECKING:
    from seq_envs.problems.adding import SeqAdding

_EULER = 0.5772156649015329
"""The constant of Euler and Mascheroni."""
_LONGEST_SUM = 1000
"""Harmonic numbers of more terms are computed by Euler's expansion, whose error is then below 1e-14."""


def adding_levels(problem: SeqAdding) -> Levels:
    """The levels: probabilities that the result of two numbers, or of one, is within the tolerance of an answer."""
    if problem.variant == "modern" and problem.operation == "add":
        constant = _near_one(problem.tolerance)
        last = _last_is_marked(smallest(problem.length), largest(problem.length))
        # The number that is not seen at the last step is uniform in an interval of length 1.
        memoryless = (1 - last) * constant + last * min(1.0, 2 * problem.tolerance)
        return _levels(constant, memoryless)
    alone = _first_is_marked(*choices(smallest(problem.length))) if problem.variant == "original" else 0.0
    if problem.operation == "add":
        # The result is 0.5 + S/4, with S the sum of two numbers in [-1, 1] or a single one.
        constant = (1 - alone) * _near_one(min(1.0, 2 * problem.tolerance)) + alone * min(1.0, 4 * problem.tolerance)
        return _levels(constant, constant)
    # The density of the result decreases, so the best answers are right from 0 on. A number that is seen at the last
    # step does not change the best answer, since the result is then uniform between 0 and this number.
    reach = min(1.0, 2 * problem.tolerance)
    constant = (1 - alone) * reach * (1 - math.log(reach)) + alone * reach
    return _levels(constant, constant)


def _levels(chance: float, memoryless: float) -> Levels:
    """Levels of answers that are scored once an episode."""
    return Levels(Level(chance, chance), Level(memoryless, memoryless), Level(1.0, 1.0))


def _near_one(distance: float) -> float:
    """P(the sum of two numbers, uniform in [0, 1], is within this distance of 1), for a distance up to 1."""
    return 1 - (1 - distance) ** 2


def _first_is_marked(first: int, second: int) -> float:
    """P(the first pair is marked), by a choice among the `first` pairs or else by one of the other `second - 1`."""
    return 1 / first + (1 - 1 / first) / (second - 1)


def _last_is_marked(shortest: int, longest: int) -> float:
    """P(the last pair is marked): the mean of 1 / (length - length // 2) over the lengths."""
    return (_sum_over_lengths(longest) - _sum_over_lengths(shortest - 1)) / (longest - shortest + 1)


def _sum_over_lengths(longest: int) -> float:
    """The sum of 1 / (length - length // 2) over the lengths 1 ... `longest`, where two lengths share each term."""
    pairs, rest = divmod(longest, 2)
    return 2 * _harmonic(pairs) + rest / (pairs + 1)


def _harmonic(n: int) -> float:
    """1 + 1/2 + ... + 1/n."""
    if n <= _LONGEST_SUM:
        return math.fsum(1 / number for number in range(1, n + 1))
    return math.log(n) + _EULER + 1 / (2 * n) - 1 / (12 * n**2)
