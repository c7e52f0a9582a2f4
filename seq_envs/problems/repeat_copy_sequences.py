"""The sequences of SeqRepeatCopy: how episodes show them, and the answers that reproduce them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from seq_envs.encodings import Array
from seq_envs.problems.bit_vectors import random_bits, rows_of, text_of
from seq_envs.problems.repeat_copy_layouts import place_of
from seq_envs.sizes import Size, drawn, largest
from seq_envs.vector_encodings import Numbers

MOST_REPEATS = 1000
_SCALE = 10
"""A number of repeats is observed divided by this, whatever its range: so it means the same to an agent that is tested
with more repeats than it was trained with."""


class Sequences(NamedTuple):
    """A batch of B sequences."""

    vectors: Array
    """(B, ..., bits): the sequence, and what follows it."""
    lengths: Array
    """(B,), or (1,) if it is the same in all: how many vectors are the sequence."""
    repeats: Array
    """(B,): how often it is reproduced."""

    @property
    def last_vector(self) -> Array:
        """(B,): the time step of the last vector that is an answer."""
        step: Array = self.lengths * (1 + self.repeats)
        return step

    def place(self, step: int) -> Array:
        """(B,): the place of the vector that is the right answer at a time step after the delimiter, or END."""
        return place_of(step, self.lengths, self.repeats)

    def answers(self, step: Array, *, marks_end: bool) -> Array:
        """(B, steps, places): the right answers at time steps (steps,) after the delimiter, and arbitrary ones before.

        With `marks_end` an answer has a place for the end.
        """
        places = step - self.lengths[:, None] - 1
        if marks_end:
            places %= self.lengths[:, None]
        places = places[0] if len(places) == 1 else places
        answers = rows_of(self.vectors, places.clip(0, self.vectors.shape[1] - 1)).astype(np.uint8, copy=False)
        if not marks_end:
            return answers
        over = step > self.last_vector[:, None]
        answers[over] = 0
        return np.concatenate([answers, over[..., None]], axis=-1)


def random_sequences(rng: np.random.Generator, batch: int, length: Size, repeats: Size, bits: int) -> Sequences:
    """`batch` sequences of random bits, followed by zeros."""
    one_length = isinstance(length, int)
    lengths, how_often = drawn(length, rng, 1 if one_length else batch), drawn(repeats, rng, batch)
    vectors = random_bits(rng, (batch, largest(length)), bits)
    if not one_length:
        vectors[np.arange(vectors.shape[1]) >= lengths[:, None]] = 0
    return Sequences(vectors, lengths, how_often)


class SequenceCode(Numbers):
    """Bits of vectors, a flag for the delimiter and, if it matters, the number of repeats beside the delimiter."""

    def __init__(self, bits: int, *, shows_repeats: bool) -> None:
        self._bits = bits
        self._shows_repeats = shows_repeats
        marks = [1.0, MOST_REPEATS / _SCALE] if shows_repeats else [1.0]
        super().__init__(0.0, np.array([1.0] * bits + marks), bits + len(marks), self._text)

    def _text(self, raw: Array) -> str:
        if raw[self._bits] == 0:
            return text_of(raw[: self._bits])
        return f"|x{raw[-1] * _SCALE:.0f}" if self._shows_repeats else "|"

    def write(self, sequences: Sequences, steps: int) -> Array:
        """(B, steps, ...): raw observations of the sequences with their delimiters; then zeros."""
        vectors, lengths, repeats = sequences
        batch, longest, bits = vectors.shape
        episode = np.arange(batch)
        observations = np.zeros((batch, steps, bits + 1 + self._shows_repeats), np.float32)
        observations[:, :longest, :bits] = vectors
        observations[episode, lengths, bits] = 1
        if self._shows_repeats:
            observations[episode, lengths, -1] = repeats / _SCALE
        return observations

    def read(self, observations: Array) -> tuple[Sequences, Array]:
        """The sequences of raw observations (B, T, ...), and (B,) bool whether their delimiters have been observed."""
        lengths = observations[..., self._bits].argmax(axis=1)
        delimiters = observations[np.arange(len(lengths)), lengths]
        repeats = np.rint(delimiters[:, -1] * (_SCALE if self._shows_repeats else 1)).astype(np.int64)
        sequences = Sequences(observations[..., : self._bits], np.maximum(lengths, 1), repeats)
        return sequences, delimiters[:, self._bits] == 1
