"""Shuffled decks of cards, for problems that deal without replacement."""

from __future__ import annotations

import numpy as np

from seq_envs.encodings import Array


def shuffled(values: int, copies: int, rng: np.random.Generator, batch: int) -> Array:
    """(batch, values * copies): shuffled decks with `copies` cards of each value 0 ... values-1.

    Every order of a deck is equally likely. The cards have the smallest unsigned integer that holds every value.
    """
    cards = values * copies
    bits = (values - 1).bit_length()
    pairs = cards**2 << bits
    if pairs >= 1 << 62:
        deck = np.repeat(np.arange(values, dtype=np.min_scalar_type(values - 1)), copies)
        return rng.permuted(np.broadcast_to(deck, (batch, cards)), axis=1)
    # Each card gets a random number above the bits of its value, and sorting these shuffles the deck. That is several
    # times as fast as `permuted`, most of all with 32 bits, which have room for the numbers of a small deck.
    dtype: type[np.unsignedinteger] = np.uint32 if pairs < 1 << 26 else np.uint64
    keys = _sorted_keys(np.repeat(np.arange(values, dtype=dtype), copies), dtype((1 << bits) - 1), rng, batch)
    dealt: Array = (keys & dtype((1 << bits) - 1)).astype(np.min_scalar_type(values - 1))
    return dealt


def _sorted_keys(deck: Array, value_bits: np.unsignedinteger, rng: np.random.Generator, batch: int) -> Array:
    """(batch, cards): the cards of a deck (cards,), each with random bits above those of its value, in order."""
    drawn = rng.integers(np.iinfo(deck.dtype).max, size=(batch, len(deck)), dtype=deck.dtype.type, endpoint=True)
    keys: Array = np.sort((drawn & ~value_bits) | deck, axis=1)
    # Cards with the same random bits would stay in the order of their values, so such a deck is drawn again.
    tied = np.flatnonzero(((keys[:, 1:] ^ keys[:, :-1]) <= value_bits).any(axis=1))
    if len(tied):
        keys[tied] = _sorted_keys(deck, value_bits, rng, len(tied))
    return keys
