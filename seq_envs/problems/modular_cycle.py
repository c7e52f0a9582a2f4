"""Moves on a cycle, the task `cycle` of SeqModular."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from seq_envs.encodings import Alphabet, Array
from seq_envs.problems.modular_expressions import reduced
from seq_envs.sizes import Size


@dataclass(frozen=True)
class Cycle:
    """Each symbol is a move: -1, 0 or +1, drawn uniformly. The answer is the place on a cycle of `modulus` places."""

    spacing: ClassVar[int] = 1
    """The steps from a question to the next one."""
    modulus: int

    def questions(self, length: Size) -> Size:
        """How many steps of an episode could be scored: all."""
        return length

    @property
    def question(self) -> str:
        """What a step asks."""
        return (
            f"Which place is reached, from 0 to {self.modulus - 1} on a cycle? The first place is 0, and +1 leads to 1."
        )

    @cached_property
    def alphabet(self) -> Alphabet:
        """The moves."""
        return Alphabet(0, ("-1", "0", "+1"))

    def draw(self, rng: np.random.Generator, batch: int, steps: int) -> Array:
        """(B, T): the symbols of episodes."""
        return rng.integers(3, size=(batch, steps), dtype=self.alphabet.dtype.type)

    def last_answer(self, history: Array) -> Array:
        """(B,): the place after all moves (B, T)."""
        place: Array = (history.sum(axis=1, dtype=np.int64) - history.shape[1]) % self.modulus
        return place

    def answers(self, observations: Array) -> Array:
        """(B, T): the place after each of the moves (B, T)."""
        places: Array = observations.cumsum(axis=1, dtype=np.int64)
        places -= np.arange(1, observations.shape[1] + 1)
        return reduced(places, self.modulus)
