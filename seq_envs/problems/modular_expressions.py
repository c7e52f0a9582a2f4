"""Expressions and their values modulo a number, the task `arithmetic` of SeqModular."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from seq_envs.encodings import Alphabet, Array
from seq_envs.sizes import Size, largest, smallest

_MINUS, _TIMES = 1, 2
"""The places of - and * among the operators + - *."""


@dataclass(frozen=True)
class Expressions:
    """Numbers and operators in turn, drawn uniformly. The answer at each number is the value so far."""

    spacing: ClassVar[int] = 2
    """The steps from a question to the next one."""
    modulus: int

    def questions(self, length: Size) -> Size:
        """How many steps of an episode could be scored: its numbers."""
        low, high = smallest(length) // 2 + 1, (largest(length) + 1) // 2
        return low if low == high else (low, high)

    @property
    def question(self) -> str:
        """What a step asks."""
        return f"What is the value of the expression so far, modulo {self.modulus}? * binds first."

    @cached_property
    def alphabet(self) -> Alphabet:
        """The numbers and the operators."""
        return Alphabet(self.modulus, ("+", "-", "*"))

    def draw(self, rng: np.random.Generator, batch: int, steps: int) -> Array:
        """(B, T): the symbols of episodes."""
        symbol = self.alphabet.dtype.type
        symbols = np.empty((batch, steps), symbol)
        symbols[:, ::2] = rng.integers(self.modulus, size=(batch, (steps + 1) // 2), dtype=symbol)
        symbols[:, 1::2] = rng.integers(3, size=(batch, steps // 2), dtype=symbol)
        symbols[:, 1::2] += symbol(self.modulus)
        return symbols

    def last_answer(self, history: Array) -> Array:
        """(B,): the value of the whole expressions (B, T)."""
        values: Array = values_of(history, self.modulus)[-1]
        return values

    def answers(self, observations: Array) -> Array:
        """(B, T): the values at the numbers of expressions (B, T); what stands at operators is arbitrary."""
        return values_of(observations, self.modulus).T.repeat(2, axis=1)[:, : observations.shape[1]]


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
