"""Encodings: from raw observations (symbols or values) to observations of a Gymnasium space, and back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Literal

import numpy as np
from gymnasium import spaces

Array = np.ndarray[Any, np.dtype[Any]]


class Encoding(ABC):
    """A reversible map from raw observations to observations."""

    @property
    @abstractmethod
    def space(self) -> spaces.Space[Any]:
        """The space of one observation: a new one each time, since a space carries a random generator."""

    @abstractmethod
    def encode(self, raw: Array) -> Array:
        """raw (...) to observations (..., *space.shape), which share no memory with `raw`."""

    @abstractmethod
    def decode(self, observations: Array) -> Array:
        """observations (..., *space.shape) to raw (...)."""

    @property
    @abstractmethod
    def blank(self) -> Any:
        """The observation after the last step of an episode: a new one each time."""

    @abstractmethod
    def draw(self, raw: Any) -> str:
        """One raw observation as a person reads it."""


class Alphabet:
    """Symbols 0 ... size-1: first the values, then the cues (symbols that stand for no value), such as blank and go.

    Args:
        values: the number of values.
        cues: the text for each cue.
        blank: the symbol of a time step without input, if the alphabet has one.
    """

    def __init__(self, values: int, cues: tuple[str, ...] = (), blank: int | None = None) -> None:
        self.values = values
        self.cues = cues
        self.blank = blank
        self.size = values + len(cues)
        self.dtype: np.dtype[Any] = np.min_scalar_type(self.size - 1)
        """The smallest unsigned integer that holds every symbol."""


class SymbolEncoding(Encoding):
    """An encoding of the symbols of an alphabet."""

    def __init__(self, alphabet: Alphabet) -> None:
        self.alphabet = alphabet

    @property
    def blank(self) -> Any:
        """The blank symbol if the alphabet has one, zeros otherwise."""
        symbol = self.encode(np.array([self.alphabet.blank or 0], self.alphabet.dtype))[0]
        return symbol if self.alphabet.blank is not None else symbol * 0

    def draw(self, raw: Any) -> str:
        values = self.alphabet.values
        return str(raw) if raw < values else self.alphabet.cues[raw - values]


_LARGEST_TABLE = 64
"""The size of the largest alphabet whose vectors are looked up in a table: a small table is faster."""


class OneHot(SymbolEncoding):
    """A vector with a 1 in the place of the symbol: Box(0, 1, (size,), float32)."""

    def __init__(self, alphabet: Alphabet) -> None:
        super().__init__(alphabet)
        self._rows = np.eye(alphabet.size, dtype=np.float32) if alphabet.size <= _LARGEST_TABLE else None

    @property
    def space(self) -> spaces.Box:
        return spaces.Box(0.0, 1.0, (self.alphabet.size,), np.float32)

    def encode(self, raw: Array) -> Array:
        if self._rows is not None:
            return self._rows.take(raw, axis=0)
        size = self.alphabet.size
        flat = np.zeros(raw.size * size, np.float32)
        flat[np.arange(0, flat.size, size) + raw.ravel()] = 1.0
        return flat.reshape(*raw.shape, size)

    def decode(self, observations: Array) -> Array:
        return np.asarray(observations.argmax(axis=-1), self.alphabet.dtype)


class Token(SymbolEncoding):
    """The symbol itself: Discrete(size)."""

    @property
    def space(self) -> spaces.Discrete:
        return spaces.Discrete(self.alphabet.size)

    def encode(self, raw: Array) -> Array:
        return raw.astype(np.int64)

    def decode(self, observations: Array) -> Array:
        return observations.astype(self.alphabet.dtype)


class Normalized(SymbolEncoding):
    """The value v/(values-1), then a flag for each cue: Box(0, 1, (1+cues,), float32). A single value is 0."""

    def __init__(self, alphabet: Alphabet) -> None:
        super().__init__(alphabet)
        self._highest = max(alphabet.values - 1, 1)

    @property
    def space(self) -> spaces.Box:
        return spaces.Box(0.0, 1.0, (1 + len(self.alphabet.cues),), np.float32)

    def encode(self, raw: Array) -> Array:
        values, cues = self.alphabet.values, len(self.alphabet.cues)
        encoded = np.zeros((*raw.shape, 1 + cues), np.float32)
        encoded[..., 0] = np.where(raw < values, raw, 0) / self._highest
        for cue in range(cues):
            encoded[..., 1 + cue] = raw == values + cue
        return encoded

    def decode(self, observations: Array) -> Array:
        symbols = np.rint(observations[..., 0].astype(np.float64) * self._highest).astype(self.alphabet.dtype)
        for cue in range(len(self.alphabet.cues)):
            symbols[observations[..., 1 + cue] > 0.5] = self.alphabet.values + cue
        return symbols


class Value(Encoding):
    """A real number in [0, 1]: Box(0, 1, (1,), float32)."""

    @property
    def space(self) -> spaces.Box:
        return spaces.Box(0.0, 1.0, (1,), np.float32)

    def encode(self, raw: Array) -> Array:
        return raw.astype(np.float32)[..., None]

    def decode(self, observations: Array) -> Array:
        return observations[..., 0]

    @property
    def blank(self) -> Array:
        return np.zeros(1, np.float32)

    def draw(self, raw: Any) -> str:
        return f"{raw:.2f}"


SymbolEncodingName = Literal["one_hot", "discrete", "normalized"]
"""The names of `SYMBOL_ENCODINGS`."""
SYMBOL_ENCODINGS: dict[SymbolEncodingName, type[SymbolEncoding]] = {
    "one_hot": OneHot,
    "discrete": Token,
    "normalized": Normalized,
}
CategoricalEncodingName = Literal["one_hot", "discrete"]
"""The names of those for symbols that do not stand for numbers."""
