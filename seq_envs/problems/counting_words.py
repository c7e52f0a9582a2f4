"""The words of SeqCounting, and the letters that may come next in them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from seq_envs.encodings import Array
from seq_envs.problem import Episodes, varied_length
from seq_envs.sizes import Size, drawn, largest, smallest

SYMBOLS = ("S", "a", "b", "c")
A, B = 1, 2
"""The first two letters among the symbols; a letter's symbol is its place in the alphabet, counted from 1."""


_MOST_KEPT = 1 << 16
"""The most time steps of all words together that are kept in memory."""


def draw_words(rng: np.random.Generator, batch: int, repeats: Size, letters: int) -> Episodes:
    """`batch` episodes of words of 2 or 3 letters, each of which occurs as often as `repeats` says."""
    numbers, kept = drawn(repeats, rng, batch), _all_words(repeats, letters)
    if kept is None:
        return _words(numbers, letters, largest(repeats))
    places = numbers - smallest(repeats)
    return Episodes(*(part.take(places, axis=0) for part in kept))


@lru_cache(maxsize=16)
def _all_words(repeats: Size, letters: int) -> Episodes | None:
    """The episode of every word, the shortest one first; None if there are too many."""
    low, high = smallest(repeats), largest(repeats)
    many = (high - low + 1) * (letters * high + 1) > _MOST_KEPT
    return None if many else _words(np.arange(low, high + 1), letters, high)


def _words(numbers: Array, letters: int, most: int) -> Episodes:
    """The episodes of words with `numbers` (B,) of each letter, which are at most `most`."""
    steps = letters * most + 1
    small = np.min_scalar_type(3 * steps)
    n, step = numbers.astype(small)[:, None], np.arange(steps, dtype=small)
    symbols = (step > n).view(np.uint8) + np.uint8(A)
    complete = step == 2 * n
    if letters == 3:
        symbols += step > 2 * n
        complete |= step == 3 * n
    symbols[:, 0] = 0
    every = np.ones(steps, np.bool_)
    return varied_length(symbols, next_sets(symbols, complete, letters), letters * numbers + 1, every)


def next_sets(symbols: Array, complete: Array, letters: int) -> Array:
    """(..., letters+1) uint8: the sets of what may come next, the letters and T, in a word of 2 or 3 letters.

    Args:
        symbols: (...) the current symbols.
        complete: (...) bool: whether there are as many of this letter as of a, for letters after a.
        letters: how many letters a word has.
    """
    table = np.eye(letters + 2, letters + 1, -1, dtype=np.uint8)  # Each later letter alone.
    table[0, 0] = table[A, 0] = 1
    table[A, 1] = 1
    sets: Array = table.take(symbols + complete, axis=0)
    return sets


def complete_letters(symbols: Array, letters: int) -> Array:
    """(B, T) bool: where words (B, T) have a later letter for the n-th time, if they have a for n times."""
    complete = np.zeros(symbols.shape, np.bool_)
    first = (symbols == A).cumsum(axis=1)
    for letter in range(B, letters + 1):
        found = symbols == letter
        complete |= found & (found.cumsum(axis=1) == first)
    return complete
