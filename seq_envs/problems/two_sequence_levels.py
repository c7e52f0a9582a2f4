"""The levels of SeqTwoSequence, by the distributions of noisy inputs and targets."""

from __future__ import annotations

from math import erf, sqrt
from typing import TYPE_CHECKING

import numpy as np

from seq_envs.level import Level, Levels
from seq_envs.problems.two_sequence_classes import HALF, TARGET_NOISE, VARIANCE

if TYPE_CHECKING:
    from seq_envs.problems.two_sequence import SeqTwoSequence


def two_sequence_levels(problem: SeqTwoSequence) -> Levels:
    """The levels. Only the informative inputs help, and the last step, which is scored, shows none of them."""
    informative, noise = problem.informative, problem.noise
    if problem.ask == "class":
        blind, best = 0.5, (1 + erf(sqrt(informative / VARIANCE / 2))) / 2 if noise else 1.0
    else:
        blind, best = _is_near(HALF), _mean_is_near(informative) if noise else _is_near(0.0)
    return Levels(Level(blind, blind), Level(blind, blind), Level(best, best))


def _mean_is_near(informative: int) -> float:
    """The probability that the mean given noisy inputs is near enough to the target, by numerical integration."""
    normal = np.linspace(-10, 10, 4001)
    weight = np.exp(-(normal**2) / 2)
    total = informative + sqrt(informative * VARIANCE) * normal  # In class 1; class 2 is its mirror.
    distance = HALF * (1 - np.tanh(total / VARIANCE))
    return float(np.average([_is_near(away) for away in distance.tolist()], weights=weight))


def _is_near(away: float) -> float:
    """The probability that a noisy target is within the tolerance of an answer this far away from its mean."""
    scale = TARGET_NOISE * sqrt(2)
    return (erf((HALF - away) / scale) + erf((HALF + away) / scale)) / 2
