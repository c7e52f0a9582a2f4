"""Decks of cards that are dealt without replacement."""

from __future__ import annotations

import numpy as np

from seq_envs.encodings import Array


def shuffled(values: int, copies: int, rng: np.random.Generator, batch: int) -> Array:
    """(batch, values * copies): shuffled decks with `copies` cards of each value 0 ... values-1.

    Every order of a deck is equally likely. The cards have the smallest unsigned integer that holds every value.
    """
    cards = values * copies
    bits = (values - 1).bit_length()
    # Each card gets a random number above its value's bits, and sorting these shuffles the deck. 32 bits sort faster,
    # but leave room for few enough repeated numbers only if the deck is small.
    dtype: type[np.unsignedinteger] = np.uint32 if cards * cards << bits < 1 << 26 else np.uint64
    below = dtype((1 << bits) - 1)
    deck = np.repeat(np.arange(values, dtype=dtype), copies)

    def keys(count: int) -> Array:
        drawn: Array = rng.integers(np.iinfo(dtype).max, size=(count, cards), dtype=dtype, endpoint=True)
        drawn = np.sort((drawn & ~below) | deck, axis=1)
        # Cards with the same random number would stay in the order of their values, so such a deck is drawn again.
        ties = np.flatnonzero(((drawn[:, 1:] ^ drawn[:, :-1]) <= below).any(axis=1))
        if len(ties):
            drawn[ties] = keys(len(ties))
        return drawn

    dealt: Array = (keys(batch) & below).astype(np.min_scalar_type(values - 1))
    return dealt
