"""Real answers as bins, so that an agent can hold several candidates until it knows which one is right.

Squared error and a normal distribution settle between two candidates, where neither is right. A choice does not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces

import seq_envs
from seq_agents.settings import later_setting
from seq_envs.encodings import Array
from seq_envs.parameters import Integer

_MOST = 1001


def bins_setting() -> int:
    """The setting `bins` of a learning rule."""
    bins: int = later_setting(
        201,
        Integer(0, _MOST),
        "values that each number of a real answer is chosen from, evenly spaced between its bounds. With fewer than 2, "
        "without bounds, or with a tolerance below their spacing, the outputs of the network are the answers",
        before=0,
    )
    return bins


def bins_of(problem: seq_envs.Problem, bins: int) -> int:
    """The bins with which an agent answers the problem.

    Returns:
        `bins`; 0 if answers are not real, if one has no bounds, or if the tolerance of the problem is below the
        distance between two bins.
    """
    space = problem.action_space
    if not isinstance(space, spaces.Box) or bins < 2 or not space.is_bounded():
        return 0
    widest = float((space.high.astype(np.float64) - space.low).max())
    return bins if widest / (bins - 1) <= _tolerance(problem) * (1 + 1e-6) else 0


def _tolerance(problem: seq_envs.Problem) -> float:
    """The greatest error of a right answer; 0 if the problem states none."""
    return getattr(problem, "tolerance", None) or 0.0


def bin_values(space: spaces.Space[Any], bins: int) -> Array:
    """(places, bins): the values of the bins, from the lowest to the highest value of each number of an answer.

    Raises:
        ValueError: there are fewer than two bins, or an answer is not real, or a number of it has no bounds.
    """
    real = isinstance(space, spaces.Box) and np.issubdtype(space.dtype, np.floating)
    if bins < 2 or not isinstance(space, spaces.Box) or not real or not space.is_bounded():
        raise ValueError(f"bins must be at least 2, for a Box space of floats with bounds, got {bins} for {space}")
    low, high = (bound.astype(np.float64).ravel() for bound in (space.low, space.high))
    values: Array = np.linspace(low, high, bins, axis=1).astype(space.dtype)
    return values


def nearest_bins(answers: Array, values: Array) -> Array:
    """Answers (..., places) to the nearest bin of each number (..., places), int64.

    Args:
        answers: float64.
        values: (places, bins), see `bin_values`.
    """
    low, high = values[:, 0].astype(np.float64), values[:, -1].astype(np.float64)
    nearest: Array = np.rint((answers - low) / np.maximum(high - low, 1e-300) * (values.shape[1] - 1))
    return np.clip(nearest, 0, values.shape[1] - 1).astype(np.int64)


def worth_of_bins(problem: seq_envs.Problem, values: Array) -> Array:
    """(places, bins, bins): what the first bin is worth as an answer where the second one is the target.

    That is 1 if the answer is right, and up to 0.01 more the nearer it is. So among answers that are right with the
    same probability, the one in the middle of its targets is worth most.

    Args:
        values: (places, bins), see `bin_values`.
    """
    places, bins = values.shape
    tolerance = _tolerance(problem)  # Not 0, since `bins_of` gives such a problem no bins.
    worth = np.zeros((places, bins, bins), np.float32)
    for place in range(places):
        answers = np.repeat(values[None, :, 0], bins, axis=0)  # The other places are all right.
        targets = answers.copy()
        targets[:, place] = values[place]
        for answer, value in enumerate(values[place]):
            answers[:, place] = value
            right = problem.grade(answers, targets) == 1.0
            worth[place, answer] = right * (1.01 - 0.01 * ((values[place] - value) / tolerance) ** 2)
    return worth
