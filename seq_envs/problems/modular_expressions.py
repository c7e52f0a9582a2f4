"""The values of expressions modulo a number."""

from __future__ import annotations

from typing import Any

import numpy as np

from seq_envs.encodings import Array

_MINUS, _TIMES = 1, 2
"""The places of - and * among the operators + - *."""


def reduced(numbers: Array, modulus: int) -> Array:
    """Numbers modulo `modulus`, which the array holds afterwards too. This is faster than `%` for long arrays."""
    numbers -= numbers // modulus * modulus
    return numbers


def values_of(observations: Array, modulus: int) -> Array:
    """(numbers, B): the values of expressions at each of their numbers.

    Args:
        observations: (B, T) numbers and operators in turn: the operators + - * are `modulus` and the next two.
        modulus: what all numbers are counted modulo.
    """
    wide: Any = np.int32 if modulus < 1 << 15 else np.int64  # Wide enough for a product.
    # Each number with its sign, and in the end the term up to there.
    terms = observations[:, ::2].T.astype(wide, order="C")
    operators = observations[:, 1::2].T[: len(terms) - 1].astype(wide, order="C") - wide(modulus)
    multiplied, ends = operators == _TIMES, (operators != _TIMES).astype(wide)
    terms[1:] *= 1 - 2 * (operators == _MINUS).astype(wide)
    values = terms.astype(np.int64)
    finished = np.zeros(len(observations), np.int64)  # The sum of the terms before the current one.
    for place in range(1, len(terms)):
        product = reduced(terms[place - 1] * terms[place], modulus)
        np.copyto(terms[place], product, where=multiplied[place - 1])
        finished += terms[place - 1] * ends[place - 1]
        np.add(finished, terms[place], out=values[place])
    return reduced(values, modulus)
