"""The statistics of a benchmark, against hand-computed values, enumeration and properties."""

from __future__ import annotations

import itertools
import math
import random
import statistics
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seq_agents.experiments.solved import SOLVED_EXACT_MATCH, solved_from, solves
from seq_agents.report.estimate import Estimate
from seq_agents.report.statistics import (
    FEWEST_SEEDS,
    THRESHOLDS,
    area_under,
    interquartile,
    interquartile_mean,
    middle,
    paired_difference,
    performance_profile,
    probability_of_improvement,
)

from seq_envs.level import Level, Levels

scores = st.floats(-2.0, 2.0)
some = st.lists(scores, min_size=1, max_size=12)
strata = st.lists(st.lists(scores, min_size=3, max_size=5), min_size=1, max_size=4)

CERTAIN = Levels(Level(0.1, 0.0), Level(0.2, 0.0), Level(1.0, 1.0))
"""The levels of a problem whose optimal policy is always right."""


def sorted_by_hand(values: list[float]) -> float:
    """Without the lowest and the highest quarter, rounded down."""
    cut = len(values) // 4
    left = sorted(values)[cut : len(values) - cut]
    return sum(left) / len(left)


# The interquartile mean.


@pytest.mark.parametrize(
    ("values", "mean"),
    [
        ([0.5], 0.5),
        ([0.0, 1.0], 0.5),
        ([0.0, 0.0, 9.0], 3.0),
        ([9.0, 1.0, 2.0, -9.0], 1.5),
        ([5.0, 1.0, 2.0, 3.0, 100.0], 10 / 3),
        ([7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0], 3.5),
    ],
)
def test_interquartile_mean_by_hand(values: list[float], mean: float) -> None:
    assert interquartile_mean(values) == pytest.approx(mean)


@given(some)
def test_interquartile_mean_is_that_of_the_sorted(values: list[float]) -> None:
    assert interquartile_mean(values) == pytest.approx(sorted_by_hand(values))


def test_interquartile_mean_goes_along_the_last_axis() -> None:
    assert interquartile_mean([[0.0, 1.0, 2.0, 9.0], [4.0, 4.0, 4.0, 4.0]]).tolist() == [1.5, 4.0]


# Its interval.


def enumerated(groups: list[list[float]], share: float) -> float:
    """A quantile of the interquartile mean over every resample there is, all of them equally likely."""
    ways = [itertools.product(group, repeat=len(group)) for group in groups]
    means = sorted(sorted_by_hand([score for group in drawn for score in group]) for drawn in itertools.product(*ways))
    return means[min(len(means) - 1, int(share * len(means)))]


@pytest.mark.parametrize(
    "groups",
    [
        [[0.0, 0.5, 1.0]],
        [[0.1, 0.2, 0.9], [0.5, 0.5, 0.6]],
        [[0.0, 0.0, 1.0], [2.0, 4.0, 5.0]],
        [[0.0, 0.25, 0.5, 1.0]],
    ],
)
def test_interval_against_every_resample(groups: list[list[float]]) -> None:
    """Between the quantiles at 1% and 4% (96% and 99%) of the full enumeration: 2000 draws are as exact as that."""
    got = interquartile(groups)
    assert got.value == pytest.approx(sorted_by_hand([score for group in groups for score in group]))
    assert enumerated(groups, 0.01) - 1e-9 <= got.low <= enumerated(groups, 0.04) + 1e-9
    assert enumerated(groups, 0.96) - 1e-9 <= got.high <= enumerated(groups, 0.99) + 1e-9


def test_seeds_are_drawn_within_their_problem() -> None:
    """Between problems there is a difference, within them there is none: so the interval has no width."""
    assert interquartile([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]) == (0.5, 0.5, 0.5, 3)


@pytest.mark.parametrize("groups", [[[0.3], [0.7]], [[0.2, 0.8]], [[0.5] * 5, [0.4, 0.6]]])
def test_fewer_than_three_seeds_have_no_interval(groups: list[list[float]]) -> None:
    got = interquartile(groups)
    assert got.value == pytest.approx(0.5)
    assert not got.has_interval
    assert math.isnan(got.low)
    assert math.isnan(got.high)
    assert got.seeds == min(map(len, groups)) < FEWEST_SEEDS
    share, low, high = performance_profile(groups)
    assert np.isfinite(share).all()
    assert np.isnan(low).all()
    assert np.isnan(high).all()


@given(strata)
def test_an_interval_holds_its_value_and_stays_among_the_scores(groups: list[list[float]]) -> None:
    value, low, high, seeds = interquartile(groups)
    flat = [score for group in groups for score in group]
    assert min(flat) - 1e-9 <= low <= value <= high <= max(flat) + 1e-9
    assert interquartile(groups) == (value, low, high, seeds), "the same at each call"


def test_undefined_scores_have_no_statistics() -> None:
    for seeds in (2, 3):
        got = interquartile([[math.nan] * seeds])
        assert math.isnan(got.value)
        assert not got.has_interval


def test_the_global_generator_is_left_alone() -> None:
    np.random.seed(3)  # noqa: NPY002 - the very state that must not be touched.
    before = np.random.get_state()[1].tolist()  # type: ignore[index]  # noqa: NPY002
    interquartile([[0.0, 1.0]])
    assert np.random.get_state()[1].tolist() == before  # type: ignore[index]  # noqa: NPY002


# The performance profile.


def test_profile_by_hand() -> None:
    share, low, high = performance_profile([[0.0, 0.0, 0.5, 0.5], [1.0, 1.0, 0.995, 0.995]])
    at = {round(float(threshold), 2): index for index, threshold in enumerate(THRESHOLDS)}
    assert [share[at[tau]] for tau in (0.0, 0.01, 0.5, 0.51, 0.99, 1.0)] == [1.0, 0.75, 0.75, 0.5, 0.5, 0.25]
    assert (low[at[0.0]], high[at[0.0]]) == (1.0, 1.0)
    assert (low[at[0.25]], high[at[0.25]]) == (0.5, 1.0), "all seeds of the first problem, or none of them"
    assert (low[at[1.0]], high[at[1.0]]) == (0.0, 0.5)


@settings(max_examples=settings().max_examples * 3 // 20)  # Each example draws thousands of samples.
@given(strata)
def test_a_profile_falls_and_has_its_interval_around_it(groups: list[list[float]]) -> None:
    profile = performance_profile(groups)
    share, low, high = profile
    assert profile.shape == (3, len(THRESHOLDS))
    assert (low <= share).all()
    assert (share <= high).all()
    assert ((profile >= 0.0) & (profile <= 1.0)).all()
    assert (np.diff(share) <= 0).all()
    flat = [score for group in groups for score in group]
    assert share.tolist() == [sum(score >= tau for score in flat) / len(flat) for tau in THRESHOLDS]
    assert np.array_equal(profile, performance_profile(groups))


# When a problem is solved.


@pytest.mark.parametrize(
    ("exact", "index"),
    [
        ([], None),
        ([1.0], None),
        ([1.0, 1.0], None),
        ([1.0, 1.0, 1.0], 0),
        ([0.99, 0.99, 0.99], 0),
        ([0.9899, 1.0, 1.0, 1.0], 1),
        ([1.0, 1.0, 0.5, 1.0, 1.0, 1.0], 3),
        ([0.0, 1.0, 1.0, 1.0, 0.0], 1),
        ([1.0, 1.0, 0.0, 1.0, 1.0, 0.0], None),
    ],
)
def test_solved_by_hand(exact: list[float], index: int | None) -> None:
    assert solved_from([solves(0.0, share, CERTAIN) for share in exact]) == index


def test_an_uncertain_problem_is_solved_by_its_normalised_score() -> None:
    """Not even the optimal policy answers an episode without a mistake."""
    levels = Levels(Level(0.1, 0.0), Level(0.2, 0.0), Level(0.7, 0.0))
    assert [solves(accuracy, 0.0, levels) for accuracy in (0.2, 0.69, 0.696, 0.71)] == [False, False, True, True]


@given(st.lists(st.sampled_from([0.0, 0.98, 0.99, 1.0]), max_size=12))
def test_solved_is_the_first_of_three(exact: list[float]) -> None:
    windows = [
        all(score >= SOLVED_EXACT_MATCH for score in exact[start : start + 3]) for start in range(len(exact) - 2)
    ]
    assert solved_from([solves(0.0, share, CERTAIN) for share in exact]) == (
        windows.index(True) if any(windows) else None
    )


# The middle, where some never arrive.


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3.0], 3.0),
        ([None], math.inf),
        ([1.0, None], math.inf),
        ([None, 1.0, 2.0], 2.0),
        ([1.0, 2.0, None, None], math.inf),
        ([4.0, None, 1.0, 2.0], 3.0),
        ([None, None], math.inf),
        ([None, None, None], math.inf),
    ],
)
def test_middle_by_hand(values: list[float | None], expected: float) -> None:
    assert middle(values) == expected


def test_there_is_no_middle_of_nothing() -> None:
    assert math.isnan(middle([]))


@given(st.lists(st.none() | st.floats(0, 1e9), min_size=1, max_size=9))
def test_middle_is_infinite_where_half_or_more_never_arrive(values: list[float | None]) -> None:
    arrived = sorted(value for value in values if value is not None)
    count = len(values)
    if 2 * len(arrived) <= count:
        assert middle(values) == math.inf
    else:
        assert middle(values) == pytest.approx((arrived[(count - 1) // 2] + arrived[count // 2]) / 2)


# The area under a curve.


@pytest.mark.parametrize(
    ("steps", "heights", "area"),
    [
        ([10], [1.0], 0.5),
        ([0], [0.7], 0.7),
        ([10, 20], [1.0, 1.0], 0.75),
        ([10, 30], [1.0, 0.0], 0.5),
        ([5, 10, 20], [0.0, 1.0, 1.0], (0 + 2.5 + 10) / 20),
        ([10], [-1.0], -0.5),
    ],
)
def test_area_by_hand(steps: list[float], heights: list[float], area: float) -> None:
    assert area_under(steps, heights) == pytest.approx(area)


def test_the_last_score_holds_to_the_end() -> None:
    assert area_under([10, 20], [1.0, 1.0], 40) == pytest.approx((5 + 10 + 20) / 40)
    assert area_under([10, 20], [1.0, 1.0], 20) == area_under([10, 20], [1.0, 1.0])


@given(st.lists(st.tuples(st.integers(1, 50), scores), min_size=1, max_size=8))
def test_area_against_small_steps(jumps: list[tuple[int, float]]) -> None:
    steps = list(itertools.accumulate(jump for jump, _ in jumps))
    heights = [height for _, height in jumps]
    middles = np.arange(0.05, steps[-1], 0.1)  # No corner lies within a piece of 0.1.
    fine = np.interp(middles, [0, *steps], [0.0, *heights]).mean()
    assert area_under(steps, heights) == pytest.approx(fine, abs=1e-6)


# Two agents compared.


def test_a_paired_difference_by_hand() -> None:
    """The mean of the problems' means: each problem counts the same, however many seeds it has."""
    got = paired_difference([[0.1, 0.1, 0.4], [0.0, 0.0, 0.0, 0.0]])
    assert got.value == pytest.approx(0.1)
    assert (got.low, got.high) == (pytest.approx(0.05), pytest.approx(0.2)), "from no 0.4 to three of them"
    assert got.seeds == 3


def test_equal_differences_have_an_interval_of_no_width() -> None:
    got = paired_difference([[0.25] * 3, [0.75] * 5])
    assert (got.value, got.low, got.high) == (pytest.approx(0.5), pytest.approx(0.5), pytest.approx(0.5))


@pytest.mark.parametrize(
    ("first", "second", "share"),
    [
        ([0.0, 0.0, 0.0], [1.0, 1.0, 1.0], 1.0),
        ([1.0, 1.0, 1.0], [0.0, 0.0, 0.0], 0.0),
        ([0.5], [0.5], 0.5),
        ([0.0, 1.0], [0.5, 1.0], (1 + 1 + 0 + 0.5) / 4),
        ([0.0, 0.2, 0.4], [0.1, 0.3], (1 + 1 + 0 + 1 + 0 + 0) / 6),
    ],
)
def test_probability_of_improvement_by_hand(first: list[float], second: list[float], share: float) -> None:
    assert probability_of_improvement([(first, second)]).value == pytest.approx(share)
    assert probability_of_improvement([(second, first)]).value == pytest.approx(1 - share)


def test_each_problem_counts_the_same() -> None:
    got = probability_of_improvement([([0.0], [1.0]), ([0.0, 0.0, 1.0], [0.5, 0.5])])
    assert got.value == pytest.approx((1 + 4 / 6) / 2)


def assert_near_quantiles(got: Estimate, statistic: Callable[[random.Random], float]) -> None:
    """Between the quantiles at 1.5% and 3.5% (96.5% and 98.5%) of 4000 draws by Python's own generator."""
    generator = random.Random(7)
    drawn = sorted(statistic(generator) for _ in range(4000))
    assert drawn[60] - 1e-9 <= got.low <= drawn[140] + 1e-9
    assert drawn[3859] - 1e-9 <= got.high <= drawn[3939] + 1e-9
    assert got.low < got.value < got.high


COMPARED = [
    ([0.1, 0.5, 0.6, 0.9], [0.4, 0.5, 0.8, 0.7]),
    ([0.2, 0.21, 0.9], [0.3, 0.1, 0.95]),
    ([0.0, 0.1, 0.5, 0.3, 0.2], [0.4, 0.2, 0.1, 0.6, 0.2]),
]


def test_the_paired_interval_against_a_slow_bootstrap() -> None:
    pairs = [[second - first for first, second in zip(*scores, strict=True)] for scores in COMPARED]

    def mean(generator: random.Random) -> float:
        return statistics.fmean(statistics.fmean(generator.choices(group, k=len(group))) for group in pairs)

    assert_near_quantiles(paired_difference(pairs), mean)


def test_the_interval_of_improvement_against_a_slow_bootstrap() -> None:
    def share(generator: random.Random) -> float:
        shares = []
        for first, second in COMPARED:
            ours, theirs = (generator.choices(scores, k=len(scores)) for scores in (first, second))
            shares.append(statistics.fmean((b > a) + (b == a) / 2 for a in ours for b in theirs))
        return statistics.fmean(shares)

    assert_near_quantiles(probability_of_improvement(COMPARED), share)


def test_comparisons_of_two_seeds_have_no_interval() -> None:
    for got in (paired_difference([[0.1, 0.2], [0.3] * 5]), probability_of_improvement([([0.1, 0.2], [0.3] * 5)])):
        assert math.isfinite(got.value)
        assert not got.has_interval
        assert got.seeds == 2


def test_comparisons_of_undefined_scores_are_undefined() -> None:
    assert math.isnan(paired_difference([[math.nan] * 3]).value)
    assert math.isnan(probability_of_improvement([([math.nan] * 3, [0.5] * 3)]).value)


@given(strata)
def test_a_comparison_is_the_same_at_each_call_and_holds_its_value(groups: list[list[float]]) -> None:
    got = paired_difference(groups)
    assert got == paired_difference(groups)
    assert got.low <= got.value <= got.high
    pairs = [(group, group[::-1]) for group in groups]
    improved = probability_of_improvement(pairs)
    assert improved == probability_of_improvement(pairs)
    assert 0.0 <= improved.low <= improved.value <= improved.high <= 1.0 + 1e-12
    assert improved.value == pytest.approx(0.5), "the same scores"
