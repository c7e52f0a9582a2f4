"""The levels of SeqReber with sets as answers, exact: a string is a walk of a Markov chain."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from seq_envs.encodings import Array
from seq_envs.level import Level, Levels
from seq_envs.problems.reber_grammar import CHANCES, END, LEGAL, SYMBOL, SYMBOLS

_SETS, _SET_OF = np.unique(LEGAL, axis=0, return_inverse=True)
"""The different sets of legal symbols, and which of them each place has."""
_SET_OF = _SET_OF.reshape(-1)
_IS_SET = (_SET_OF[:, None] == np.arange(len(_SETS))).astype(np.float64)
_IS_SYMBOL = (SYMBOL[:, None] == np.arange(len(SYMBOLS))).astype(np.float64)
_DECIMALS = 12
"""Probabilities that agree so far are equal, so that rounding errors do not decide between two sets."""


@lru_cache(maxsize=16)
def _places_of(longest: int) -> tuple[Array, float]:
    """(longest, places): the probability of each place at each step, END left out; and that of a string to fit."""
    fits = np.zeros((longest + 1, len(CHANCES)))
    """The probability that the string ends within `longest` steps, from each step and place."""
    fits[longest, END] = 1.0
    for step in range(longest, 0, -1):
        fits[step - 1] = CHANCES @ fits[step]
    reached = np.zeros((longest, len(CHANCES)))
    reached[0, 0] = 1.0
    for step in range(1, longest):
        reached[step] = reached[step - 1] @ CHANCES
    places = reached * fits[:longest] / fits[0, 0]
    places[:, END] = 0.0
    return places, float(fits[0, 0])


@lru_cache(maxsize=16)
def _best(longest: int) -> Array:
    """(longest, symbols): the most probable set at each step after each symbol, as an index into _SETS."""
    places, _ = _places_of(longest)
    joint = np.einsum("tp,ps,pk->tsk", places, _IS_SYMBOL, _IS_SET, optimize=True)
    best: Array = joint.round(_DECIMALS).argmax(axis=2)
    return best


def best_sets(longest: int) -> Array:
    """(longest, symbols, symbols): the most probable set of legal symbols at each step after each symbol."""
    return np.asarray(_SETS[_best(longest)])


def legal_levels(longest: int) -> Levels:
    """The levels for strings of at most `longest` inputs."""
    places, fit = _places_of(longest)
    inputs = places.sum()
    right = _best(longest)[:, SYMBOL] == _SET_OF
    chance = float((places @ _IS_SET).sum(axis=0).max() / inputs)
    # The probability of each place after answers that have all been right. END asks nothing.
    all_right = np.zeros(len(CHANCES))
    all_right[0] = right[0, 0]
    for step in range(1, longest):
        ended = all_right @ CHANCES[:, END]
        all_right = (all_right @ CHANCES) * right[step]
        all_right[END] = ended
    exact = float(all_right @ CHANCES[:, END]) / fit
    # No set is right at the first two steps.
    return Levels(Level(chance, 0.0), Level(float((places * right).sum() / inputs), exact), Level(1.0, 1.0))
