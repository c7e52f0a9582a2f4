"""Each encoding on an alphabet of three values and two cues: small arrays and their known encodings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from seq_envs.encodings import Alphabet, Encoding, Normalized, OneHot, Token, Value

WITH_BLANK = Alphabet(3, ("_", "?"), blank=3)
WITHOUT_BLANK = Alphabet(3, ("_", "?"))
ONE_VALUE = Alphabet(1)
EVERY_SYMBOL = np.array([[0, 1, 2], [3, 4, 0]], np.uint8)


@pytest.mark.parametrize(
    ("encoding", "space", "encoded"),
    [
        (
            OneHot(WITH_BLANK),
            spaces.Box(0.0, 1.0, (5,), np.float32),
            [
                [[1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 1, 0, 0]],
                [[0, 0, 0, 1, 0], [0, 0, 0, 0, 1], [1, 0, 0, 0, 0]],
            ],
        ),
        (Token(WITH_BLANK), spaces.Discrete(5), [[0, 1, 2], [3, 4, 0]]),
        (
            Normalized(WITH_BLANK),
            spaces.Box(0.0, 1.0, (3,), np.float32),
            [[[0, 0, 0], [0.5, 0, 0], [1, 0, 0]], [[0, 1, 0], [0, 0, 1], [0, 0, 0]]],
        ),
    ],
)
def test_symbols(encoding: Encoding, space: spaces.Space[Any], encoded: Any) -> None:
    assert encoding.space == space
    assert encoding.space is not encoding.space, "each space has its own random generator"
    observations = encoding.encode(EVERY_SYMBOL)
    assert observations.dtype == space.dtype
    assert observations.tolist() == encoded
    assert not np.shares_memory(observations, EVERY_SYMBOL)
    decoded = encoding.decode(observations)
    assert decoded.dtype == np.uint8
    assert decoded.tolist() == EVERY_SYMBOL.tolist()
    assert [encoding.draw(symbol) for symbol in range(5)] == ["0", "1", "2", "_", "?"]


@pytest.mark.parametrize(
    ("encoding", "blank"),
    [
        (OneHot(WITH_BLANK), [0, 0, 0, 1, 0]),
        (OneHot(WITHOUT_BLANK), [0, 0, 0, 0, 0]),
        (Token(WITH_BLANK), 3),
        (Token(WITHOUT_BLANK), 0),
        (Normalized(WITH_BLANK), [0, 1, 0]),
        (Normalized(WITHOUT_BLANK), [0, 0, 0]),
        (OneHot(Alphabet(3, ("_",), blank=0)), [1, 0, 0, 0]),
        (Value(), [0]),
    ],
)
def test_blank(encoding: Encoding, blank: Any) -> None:
    assert encoding.blank.tolist() == blank
    assert encoding.space.contains(encoding.blank)
    if isinstance(encoding.space, spaces.Box):
        encoding.blank[...] = 1
        assert encoding.blank.tolist() == blank, "a new array each time"


def test_a_single_value_is_normalised_to_zero() -> None:
    assert Normalized(ONE_VALUE).encode(np.zeros(2, np.uint8)).tolist() == [[0.0], [0.0]]


@pytest.mark.parametrize("values", [2, 3, 10, 255])
def test_normalised_values_are_decoded_exactly(values: int) -> None:
    encoding, symbols = Normalized(Alphabet(values)), np.arange(values, dtype=np.uint8)
    observations = encoding.encode(symbols)
    assert observations[0] == 0.0
    assert observations[-1] == 1.0
    assert encoding.decode(observations).tolist() == symbols.tolist()


@pytest.mark.parametrize(
    ("values", "cues", "dtype"),
    [(255, ("_",), np.uint8), (256, ("_",), np.uint16), (256, (), np.uint8), (65536, ("_",), np.uint32)],
)
def test_the_dtype_is_the_smallest_that_holds_every_symbol(values: int, cues: tuple[str, ...], dtype: Any) -> None:
    alphabet = Alphabet(values, cues)
    assert alphabet.size == values + len(cues)
    assert alphabet.dtype == dtype


def test_values() -> None:
    encoding, raw = Value(), np.array([0.0, 0.255, 1.0])
    observations = encoding.encode(raw)
    assert encoding.space == spaces.Box(0.0, 1.0, (1,), np.float32)
    assert observations.tolist() == [[0.0], [np.float32(0.255)], [1.0]]
    assert encoding.decode(observations).tolist() == [0.0, np.float32(0.255), 1.0]
    assert encoding.draw(0.254) == "0.25"
