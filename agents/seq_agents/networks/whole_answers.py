"""Answers of several places that count as a whole: a choice between those that occur.

A choice in each place separately cannot hold several candidates: for the sets {a} and {b} it settles on {} or {a, b}.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from gymnasium import spaces

import seq_envs
from seq_envs.encodings import Array
from seq_envs.estimation.judging import episodes_to_learn_from
from seq_envs.estimation.learned_table import right_answers

_MOST = 1024
"""The most answers to choose from: beyond, an agent chooses in each place separately."""


@lru_cache(maxsize=16)  # Each network of a problem asks for them, and they are found in very many episodes.
def whole_choices(problem: seq_envs.Problem) -> Array | None:
    """(n, places): the right answers that occur in many episodes, sorted by `numbers_of`.

    Returns:
        None if answers do not count as a whole, or if there are too many.
    """
    space = problem.action_space
    if not problem.whole_answers or not isinstance(space, spaces.MultiDiscrete):
        return None
    if np.prod(space.nvec.astype(float)) >= 2.0**63:
        return None  # Too many for their numbers.
    found = right_answers(episodes_to_learn_from(problem), None, _MOST + 1).astype(np.int64)
    return found[np.argsort(numbers_of(found, space))] if len(found) <= _MOST else None


def numbers_of(answers: Array, space: spaces.MultiDiscrete) -> Array:
    """A number for each of the answers (n, places), (n,) int64: different ones for different answers."""
    numbers: Array = np.ravel_multi_index(tuple(answers.T), tuple(space.nvec))
    return numbers
