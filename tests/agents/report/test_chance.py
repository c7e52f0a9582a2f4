"""Whether a difference of two agents is more than chance, and how much too narrow a bootstrap interval is."""

from __future__ import annotations

import math

import numpy as np
import pytest
from seq_agents.report.estimate import Estimate
from seq_agents.report.statistics import (
    beyond_chance,
    interquartile_difference,
    narrowness,
    narrowness_in_words,
    sign_flip_test,
)


@pytest.mark.parametrize(
    ("differences", "p_value"),
    [
        ([[0.4] * 3], 2 / 8),
        ([[0.4] * 5], 2 / 32),
        ([[0.4] * 6], 2 / 64),
        ([[1.0, 2.0, -3.0]], 1.0),
        ([[1.0, 2.0, 4.0]], 2 / 8),
        ([[-1.0, 2.0, 4.0]], 4 / 8),
        ([[0.1] * 3, [0.2] * 3], 2 / 64),
        ([[0.0] * 6], 1.0),
    ],
)
def test_sign_flips_by_hand(differences: list[list[float]], p_value: float) -> None:
    assert sign_flip_test(differences) == p_value


def test_random_sign_flips_agree_with_the_binomial_distribution() -> None:
    """Of 16 equal differences, 12 are positive: 2 P(at least 12 of 16) = 0.0768."""
    assert sign_flip_test([[1.0] * 12 + [-1.0] * 4]) == pytest.approx(0.0768, abs=0.01)


@pytest.mark.parametrize(("problems", "seeds"), [(1, 3), (1, 5), (1, 8), (5, 3)])
def test_agents_that_do_not_differ_rarely_seem_to(problems: int, seeds: int) -> None:
    """Below 6 pairs never, and otherwise in at most 5% of comparisons, plus the noise of 200 of them."""
    rng = np.random.default_rng(0)
    sure = [sign_flip_test(rng.normal(size=(problems, seeds)).tolist()) <= 0.05 for _ in range(200)]
    assert np.mean(sure) <= (0.0 if problems * seeds < 6 else 0.09)


@pytest.mark.parametrize(
    ("low", "high", "p_value", "sure"),
    [(0.1, 0.2, 0.05, True), (0.1, 0.2, 0.06, False), (0.0, 0.2, 0.01, False), (-0.2, -0.1, 0.01, True),
     (math.nan, math.nan, 0.01, False)],
)  # fmt: skip
def test_beyond_chance_needs_the_interval_and_the_test(low: float, high: float, p_value: float, sure: bool) -> None:
    assert beyond_chance(Estimate(0.15, low, high, 6), p_value) is sure


def test_the_difference_of_interquartile_means_is_paired() -> None:
    """Seeds differ, but each pair differs by 0.1, so the interval has no width."""
    first = [0.1, 0.5, 0.9, 0.2]
    got = interquartile_difference([(first, [score + 0.1 for score in first])])
    assert got == pytest.approx((0.1, 0.1, 0.1, 4))
    assert not interquartile_difference([([0.1], [0.2])]).has_interval


@pytest.mark.parametrize(("sizes", "share"), [([3], 0.628), ([3] * 1000, 0.184), ([3, 3], 0.424), ([20], 0.087)])
def test_how_much_too_narrow_a_bootstrap_is(sizes: list[int], share: float) -> None:
    """1 - 1.960 sqrt((n - 1) / n) / t, where t is 4.303 with 2, 2.776 with 4 and 2.093 with 19 degrees of freedom."""
    assert narrowness(sizes) == pytest.approx(share, abs=0.001)


def test_too_narrow_in_words() -> None:
    assert narrowness_in_words([3]) == "Bootstrap intervals of 3 seeds of one problem are about 63% too narrow."
    assert narrowness_in_words([20]) == narrowness_in_words([2, 5]) == narrowness_in_words([]) == ""
