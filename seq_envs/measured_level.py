"""The level that a policy reaches in drawn episodes, with its standard errors."""

from __future__ import annotations

import numpy as np

from seq_envs.encodings import Array
from seq_envs.level import Level


def measured_level(earned: Array, questions: Array) -> Level:
    """The level of a policy from what it earned in each of B episodes.

    The standard errors treat episodes as independent, not time steps, because the answers of one episode depend on one
    another.

    Args:
        earned: (B,) the sum of grades in each episode.
        questions: (B,) the number of scored steps in each episode.
    """
    accuracy = float(earned.sum() / questions.sum())
    residuals = (earned - accuracy * questions) / questions.mean()
    exact = earned == questions
    return Level(accuracy, float(exact.mean()), _standard_error(residuals), _standard_error(exact))


def _standard_error(values: Array) -> float:
    """The standard error of the mean of values (B,).

    Where all values are equal, it is the error that would follow if one of them were different: a sample without
    variation does not prove that there is none.
    """
    count = len(values)
    return max(float(values.std()), float(1 / np.sqrt(count))) / float(np.sqrt(count))
