"""The digits of SeqBinaryAdd: sums, carries, and two numbers one after the other."""

from __future__ import annotations

import numpy as np

from seq_envs.encodings import Array
from seq_envs.problem import Episodes, varied_length

PLUS, EQUALS = 2, 3
"""The symbols between the two numbers, and at the digits of the sum."""


def digits_of_sum(first: Array, second: Array) -> Array:
    """The digits of the sum of two numbers (B, places), the least first; a carry out of the last place is left out."""
    both, either = (first & second).T.copy(), (first ^ second).T.copy()
    digits = either.copy()
    carry = np.zeros(len(first), first.dtype)
    for place in range(1, len(digits)):
        carry = both[place - 1] | (either[place - 1] & carry)
        digits[place] ^= carry
    return digits.T


def deciding_places(pairs: Array, place: int) -> Array:
    """(B, places) bool: the places of pairs (B, places, 2) that decide about the digit of the sum at `place`.

    A carry depends on the digits back to the last place at which both numbers have the same one.
    """
    places = np.arange(pairs.shape[1])
    equal_before = (pairs[..., 0] == pairs[..., 1]) & (places < place)
    last_equal = np.where(equal_before, places, 0).max(axis=1, keepdims=True)
    deciding: Array = places >= last_equal
    return deciding


def one_after_the_other(pairs: Array, sums: Array, lengths: Array) -> Episodes:
    """Episodes with the first number, a plus, the second number and the cues for the sum.

    Args:
        pairs: (B, places, 2) the digits of both numbers, and zeros above them.
        sums: (B, places) the digits of their sums.
        lengths: (B,) the digits of each number, less than `places`.
    """
    length, places = lengths[:, None], pairs.shape[1]
    step = np.arange(3 * places - 1)
    # The place of each step within the first number, the second one, or the sum.
    place = np.where(step <= length, step, np.where(step <= 2 * length, step - length - 1, step - 2 * length - 1))
    place = np.minimum(place, places - 1)
    first, second = (np.take_along_axis(pairs[..., number], place, axis=1) for number in (0, 1))
    symbols = np.where(step < length, first, np.where(step == length, PLUS, second))
    asked = step > 2 * length
    symbols = np.where(asked, EQUALS, symbols).astype(np.uint8)
    return varied_length(symbols, np.take_along_axis(sums, place, axis=1), 3 * lengths + 2, asked)


def sums_one_after_the_other(symbols: Array) -> Array:
    """The digits of the sums at the cues of symbols (B, t), as `one_after_the_other` has them; arbitrary elsewhere."""
    step = np.arange(symbols.shape[1])
    length = (symbols != PLUS).cumprod(axis=1).sum(axis=1)[:, None]
    first = np.where(step < length, symbols, 0)
    second = np.take_along_axis(symbols, np.minimum(step + length + 1, len(step) - 1), axis=1)
    sums = digits_of_sum(first, np.where(step < length, second, 0) & 1)  # A cue has no digit.
    return np.take_along_axis(sums, np.maximum(step - 2 * length - 1, 0), axis=1)
