"""Shuffled decks hold the right cards, in every order equally often."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from seq_envs.shuffling import shuffled


@pytest.mark.parametrize(
    ("values", "copies", "batch"),
    [(2, 1, 5), (13, 4, 100), (5, 3, 0), (256, 2, 3), (257, 1, 3), (4096, 8, 2), (1 << 20, 4, 1)],
)
def test_cards(values: int, copies: int, batch: int) -> None:
    """The last two decks are too large for 32 bits, and for 64."""
    decks = shuffled(values, copies, np.random.default_rng(0), batch)
    assert decks.dtype == np.min_scalar_type(values - 1)
    assert decks.shape == (batch, values * copies)
    for deck in decks:
        assert np.array_equal(np.bincount(deck, minlength=values), np.full(values, copies))


def test_every_order_is_equally_likely() -> None:
    count = 18_000
    orders = Counter(map(tuple, shuffled(3, 2, np.random.default_rng(0), count).tolist()))
    assert len(orders) == 90
    mean = count / 90
    chi_squared = sum((found - mean) ** 2 / mean for found in orders.values())
    assert chi_squared < 89 + 5 * (2 * 89) ** 0.5


def test_repeated_numbers_are_drawn_again() -> None:
    """The deck of 1,000 cards has 32-bit numbers of which two are often the same."""
    ties = 0
    for seed in range(4):
        decks = shuffled(2, 1000, np.random.default_rng(seed), 1000)
        again = np.random.default_rng(seed)
        drawn = again.integers((1 << 32) - 1, size=(1000, 2000), dtype=np.uint32, endpoint=True)
        keys = np.sort(drawn | 1, axis=1)
        ties += int((keys[:, 1:] == keys[:, :-1]).any(axis=1).sum())
        assert (decks.sum(axis=1) == 1000).all()
    assert ties
