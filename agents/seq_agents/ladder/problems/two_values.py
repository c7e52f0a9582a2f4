"""The base of the tiny problems: two values, and the symbols in observations."""

from __future__ import annotations

from abc import ABC
from dataclasses import dataclass

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import Alphabet, Array, SymbolEncoding
from seq_envs.problem import Problem

ANSWERS = 3
"""Answers 0, 1 and 2. Answer 0 is right only where a problem says so."""
SILENCE = 0
"""The symbol of a time step without a value or a question. The symbols 1 and 2 are the values."""
QUESTION = 3
"""The symbol that asks for an answer."""
FLAG = 3
"""Added to a value, this makes the symbol of the same value with a flag: 4 or 5."""
_VECTORS = np.array([[0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 1], [0, 1, 0, 1]], np.float32)
"""The observation of each symbol. Its numbers are: value 1, value 2, question, flag."""


class SymbolVectors(SymbolEncoding):
    """Each symbol as a row of `_VECTORS`, in Box(0, 1, (4,), float32).

    Silence is all zeros, like the padding that many agents append to short episodes. So an agent cannot distinguish
    padding from silence unless it masks the padding.
    """

    @property
    def space(self) -> spaces.Box:
        return spaces.Box(0.0, 1.0, (4,), np.float32)

    def encode(self, raw: Array) -> Array:
        observations: Array = _VECTORS[raw]
        return observations

    def decode(self, observations: Array) -> Array:
        symbols: Array = (observations[..., None, :] == _VECTORS).all(-1).argmax(-1)
        return symbols.astype(self.alphabet.dtype)


@dataclass(frozen=True, kw_only=True)
class TwoValueProblem(Problem, ABC):
    """A problem with the values 1 and 2, both equally probable, which are also the answers.

    Answer 0 is never right, unless a subclass says so. Padding has target 0, so an agent that learns
    from padding is wrong.
    """

    @property
    def code(self) -> SymbolVectors:
        return SymbolVectors(Alphabet(ANSWERS, ("?", "1!", "2!")))

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(ANSWERS)

    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action", "reward")

    def guess(self, observations: Array, step: int) -> Array:
        """Always 1, which is as good as 2 if the observation does not depend on the answer."""
        return np.ones(len(observations), np.int64)


def draw_values(rng: np.random.Generator, *shape: int) -> Array:
    """Random values 1 or 2, of this shape."""
    return rng.integers(1, ANSWERS, size=shape, dtype=np.uint8)


def within(lengths: Array, steps: int) -> Array:
    """(B, steps) bool: which time steps belong to episodes of these lengths (B,)."""
    mask: Array = np.arange(steps) < lengths[:, None]
    return mask
