"""Encodings of raw observations with several places: numbers, or symbols side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import Alphabet, Array, Encoding, OneHot


class Numbers(Encoding):
    """Numbers as they are, raw (..., places) float32: Box(low, high, (places,), float32).

    Args:
        low, high: the bounds, for all places or for each.
        places: how many numbers an observation has.
        draw: the text of one raw observation (places,).
    """

    def __init__(self, low: Any, high: Any, places: int, draw: Callable[[Array], str]) -> None:
        self._low, self._high = (np.broadcast_to(np.asarray(bound, np.float32), places) for bound in (low, high))
        self._places = places
        self._draw = draw

    @property
    def space(self) -> spaces.Box:
        return spaces.Box(self._low.copy(), self._high.copy(), dtype=np.float32)

    def encode(self, raw: Array) -> Array:
        return raw.astype(np.float32)  # Always a copy.

    def decode(self, observations: Array) -> Array:
        return observations

    @property
    def blank(self) -> Array:
        """Zeros, or the number closest to zero that the space has."""
        return np.zeros(self._places, np.float32).clip(self._low, self._high)

    def draw(self, raw: Any) -> str:
        return self._draw(raw)


class Several(Encoding):
    """Symbols side by side, raw (..., places) integers, each of its own alphabet.

    Args:
        alphabets: of each place.
        between: the text between two symbols where they are drawn.
    """

    def __init__(self, *alphabets: Alphabet, between: str = " ") -> None:
        self.alphabets = alphabets
        self._between = between
        self.dtype: np.dtype[Any] = np.result_type(*(alphabet.dtype for alphabet in alphabets))
        """The smallest unsigned integer that holds every symbol."""

    @property
    def blank(self) -> Any:
        """Zeros."""
        return np.zeros(self.space.shape or (), self.space.dtype)

    def draw(self, raw: Any) -> str:
        symbols = zip(self.alphabets, raw, strict=True)
        return self._between.join(OneHot(alphabet).draw(symbol) for alphabet, symbol in symbols)


class OneHots(Several):
    """One vector after the other with a 1 in the place of its symbol: Box(0, 1, (all sizes together,), float32)."""

    @property
    def space(self) -> spaces.Box:
        return spaces.Box(0.0, 1.0, (sum(alphabet.size for alphabet in self.alphabets),), np.float32)

    def encode(self, raw: Array) -> Array:
        vectors = [OneHot(alphabet).encode(raw[..., place]) for place, alphabet in enumerate(self.alphabets)]
        return np.concatenate(vectors, axis=-1)

    def decode(self, observations: Array) -> Array:
        starts = np.cumsum([alphabet.size for alphabet in self.alphabets])[:-1]
        vectors = np.split(observations, starts, axis=-1)
        return np.stack([vector.argmax(axis=-1) for vector in vectors], axis=-1).astype(self.dtype)


class Tokens(Several):
    """The symbols themselves: MultiDiscrete(sizes)."""

    @property
    def space(self) -> spaces.MultiDiscrete:
        return spaces.MultiDiscrete([alphabet.size for alphabet in self.alphabets])

    def encode(self, raw: Array) -> Array:
        return raw.astype(np.int64)

    def decode(self, observations: Array) -> Array:
        return observations.astype(self.dtype)


VectorEncodingName = Literal["vector"]
"""The name of `Numbers` where a problem has no other encoding."""
SeveralEncodingName = Literal["one_hot", "discrete"]
"""The names of `SEVERAL_ENCODINGS`."""
SEVERAL_ENCODINGS: dict[SeveralEncodingName, type[Several]] = {"one_hot": OneHots, "discrete": Tokens}
