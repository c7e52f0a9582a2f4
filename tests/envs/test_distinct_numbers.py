"""Draws without replacement: all numbers differ, and every ordered choice is equally likely."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from seq_envs.distinct_numbers import distinct_numbers

ROWS = 50_000


@pytest.mark.parametrize("below", [2, 4, 8, 9, 12])  # Up to 8 candidates are shuffled, and more are drawn anew.
def test_every_ordered_choice_is_equally_likely(below: int) -> None:
    for bounds in (below, np.full(ROWS, below)):
        drawn = distinct_numbers(np.random.default_rng(0), ROWS, 2, bounds)
        counts = Counter(map(tuple, drawn.tolist()))
        assert set(counts) == {(a, b) for a in range(below) for b in range(below) if a != b}
        expected = ROWS / len(counts)
        assert max(abs(count - expected) for count in counts.values()) < 5 * expected**0.5


def test_rows_of_different_bounds() -> None:
    for bounds in ([3, 4, 5], [30, 3, 1000]):
        below = np.array(bounds).repeat(1000)
        drawn = distinct_numbers(np.random.default_rng(1), len(below), 3, below)
        assert drawn.shape == (len(below), 3)
        assert all(len(set(row)) == 3 for row in drawn.tolist())
        assert drawn.min() == 0
        assert [drawn[below == bound].max() for bound in bounds] == [bound - 1 for bound in bounds]


def test_a_row_with_as_many_numbers_as_candidates() -> None:
    """It takes many rounds, which other rows must not wait for: this would take seconds."""
    below = np.full(1000, 20_000)
    below[7] = 200
    drawn = distinct_numbers(np.random.default_rng(0), 1000, 200, below)
    assert sorted(drawn[7].tolist()) == list(range(200))
    assert all(len(set(row)) == 200 for row in drawn.tolist())


def test_one_number() -> None:
    assert distinct_numbers(np.random.default_rng(0), 3, 1, 1).tolist() == [[0]] * 3
    assert len(np.unique(distinct_numbers(np.random.default_rng(0), 1000, 1, 10))) == 10
