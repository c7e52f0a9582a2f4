"""The parts of the estimation of levels, on tiny cases with known results."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hidden_leaks import WasAboveHalf

import seq_envs
from seq_envs import Episodes, Level
from seq_envs.estimation.best_answer import best_answer, best_answers, distinct
from seq_envs.estimation.feedback_rules import ObservationBins
from seq_envs.estimation.judging import affordable, episodes_to_judge_by, episodes_to_learn_from, judge
from seq_envs.estimation.learned_table import LearnedTable, right_answers
from seq_envs.estimation.observation_bins import Binning, binnings, default_binning
from seq_envs.measured_level import measured_level


@pytest.mark.parametrize(
    ("problem", "count"),
    [
        (seq_envs.SeqEcho(length=10), 50_000),  # The most.
        (seq_envs.SeqEcho(length=50), 20_000),  # A million time steps.
        (seq_envs.SeqEcho(length=1000), 1000),
        (seq_envs.SeqEcho(length=50_000), 100),  # The fewest.
        (seq_envs.SeqCopy(length=200, framing="many_to_one"), 500),  # 20 million numbers in targets.
        (WasAboveHalf(places=200), 20_000_000 // 1200),  # The same in observations.
    ],
    ids=str,
)
def test_how_many_episodes_are_learned_from(problem: seq_envs.Problem, count: int) -> None:
    learned, judged = episodes_to_learn_from(problem), episodes_to_judge_by(problem)
    assert len(learned.lengths) == len(judged.lengths) == count
    assert not np.array_equal(learned.observations, judged.observations)


def test_affordable_holds_both_limits() -> None:
    problem = WasAboveHalf(places=4)  # 6 steps of 4 numbers.
    assert affordable(problem, 600, 10**9) == 100
    assert affordable(problem, 10**9, 2400) == 100


# The level of answers.


def test_measured_level_of_ragged_episodes_by_hand() -> None:
    """Accuracy 5/8; residuals 1 - 5/8 and 2 - 10/8 and 0 - 5/8 and 2 - 20/8, over a mean of 2 questions."""
    level = measured_level(np.array([1.0, 2.0, 0.0, 2.0]), np.array([1, 2, 1, 4]))
    assert level.accuracy == 5 / 8
    assert level.exact_match == 0.5
    residuals = np.array([3, 6, -5, -4]) / 8 / 2
    assert residuals.mean() == 0
    assert level.accuracy_error == pytest.approx(max(np.sqrt((residuals**2).mean()), 0.5) / 2)
    assert level.exact_match_error == pytest.approx(0.5 / 2)


def test_measured_level_scales_its_error_by_the_mean_number_of_questions() -> None:
    earned, questions = np.array([0.0, 9.0, 0.0, 9.0] * 25), np.array([1, 9, 1, 9] * 25)
    level = measured_level(earned, questions)
    residuals = (earned - 0.9 * questions) / 5
    assert level.accuracy == 0.9
    assert level.accuracy_error == pytest.approx(residuals.std() / 10)


def test_measured_level_without_variation_has_an_error() -> None:
    assert measured_level(np.full(100, 3.0), np.full(100, 3)) == Level(1.0, 1.0, 0.01, 0.01)


def test_judge_ignores_steps_that_are_not_scored() -> None:
    problem = seq_envs.SeqEcho(length=3, n_values=3)
    targets = np.array([[0, 1, 2], [2, 2, 2]])
    scored = np.array([[True, True, False], [False, True, False]])
    level = judge(problem, np.array([[0, 0, 0], [0, 2, 0]]), Episodes(targets, targets, scored, np.array([3, 3])))
    assert (level.accuracy, level.exact_match) == (2 / 3, 1 / 2)


# Bins.


def bins_of(binning: Binning, numbers: list[float]) -> list[int]:
    return [int(label) for label in binning.bins(np.array(numbers, np.float32))]


def test_round_numbers_belong_to_the_bin_above_them() -> None:
    binning = default_binning(np.linspace(0, 1, 1001, dtype=np.float32))
    for k in range(1, 50):
        below, at, above = bins_of(binning, [(k - 0.01) / 50, k / 50, (k + 0.99) / 50])
        assert (at, above, below) == (k, k, k - 1)


def test_quantiles_belong_to_the_bin_above_them() -> None:
    """These numbers do not fill [0, 1], so the edges are some of the numbers."""
    binning = default_binning(np.array([10, 10, 20, 20, 30, 30], np.float32))
    nine, ten, fifteen, twenty, twenty_five, thirty = bins_of(binning, [9, 10, 15, 20, 25, 30])
    assert nine < ten == fifteen < twenty == twenty_five < thirty


def test_padding_that_is_no_number_makes_no_edges() -> None:
    binning = default_binning(np.array([np.nan, 5, 6, np.inf, 7], np.float32))
    assert binning.edges is not None
    assert set(binning.edges[0].tolist()) <= {5, 6, 7}


def test_integers_and_exact_numbers_have_their_own_bins() -> None:
    assert len(np.unique(default_binning(np.arange(1000)).bins(np.arange(1000)))) == 1000
    numbers = np.nextafter(np.float32(0.5), np.array([0, 1], np.float32))
    assert len(np.unique(Binning(None).bins(numbers))) == 2


def test_binnings_need_enough_observations_per_bin() -> None:
    pairs = np.array([[first, second] for first in range(4) for second in range(4)])
    assert [binning.place for binning in binnings(pairs)] == [0, 1]  # One observation of each pair is too few.
    assert [binning.place for binning in binnings(np.concatenate([pairs, pairs]))] == [None, 0, 1]


def test_observation_bins_are_at_most_256() -> None:
    bins = ObservationBins(np.arange(1000).reshape(10, 100))
    assert bins.count == 256
    numbers = bins.of(np.arange(1000).reshape(10, 100))
    assert (numbers.min(), numbers.max()) == (0, 255)
    assert bins.of(np.array([[5000]])).tolist() == [[255]]  # An unknown observation.
    few = ObservationBins(np.array([[7, 3], [3, 9]]))
    assert few.count == 3
    assert few.of(np.array([[3, 7, 9, 8]])).tolist() == [[0, 1, 2, 2]]


# Best answers.


def test_best_answers_of_integers() -> None:
    problem = seq_envs.SeqEcho(n_values=9)
    targets, group = np.array([5, 3, 3, 8, 8, 1]), np.array([0, 0, 0, 1, 1, 1])
    assert best_answers(problem, targets, group).tolist() == [3, 8]
    assert best_answer(problem, targets) == 3  # It is as frequent as 8, and smaller.


def test_best_answer_is_found_place_by_place() -> None:
    problem = seq_envs.SeqCopy(framing="many_to_one", output_length=2)
    assert best_answer(problem, np.array([[1, 5], [1, 6], [2, 6]])).tolist() == [1, 6]


@pytest.mark.parametrize(
    ("targets", "tolerance", "right"),
    [
        ([0.125, 0.25, 0.9], 0.0625, 2),  # Only the middle is right for both.
        ([0.1, 0.2, 0.3, 0.9], 0.1001, 3),
        ([0.1, 0.2, 0.3, 0.9], 0.099, 2),
        ([0.0, 0.5, 0.5, 1.0], 0.01, 2),
        ([0.0, 0.25, 0.5, 0.75], 0.25, 3),  # float32 holds these exactly.
        ([0.0, 0.25, 0.5, 0.75], 0.375, 4),
    ],
)
def test_best_real_answer(targets: list[float], tolerance: float, right: int) -> None:
    problem = seq_envs.SeqNext(length=4, tolerance=tolerance)
    numbers = np.array(targets, np.float32)[:, None]
    answer = best_answer(problem, numbers)
    assert problem.grade(np.broadcast_to(answer, numbers.shape), numbers).sum() == right


def test_right_answers_are_the_most_frequent_ones() -> None:
    targets = np.array([[4, 2, 2], [7, 7, 7]])
    episodes = Episodes(targets, targets, np.ones((2, 3), bool), np.array([3, 3]))
    assert right_answers(episodes, 0, 2).tolist() == [2, 7]
    assert right_answers(episodes, 0, 9).tolist() == [2, 4, 7]
    reals = episodes._replace(targets=np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.5]]))
    assert right_answers(reals, 0, 3).tolist() == [0.1, 0.3, 0.5]


def test_a_learned_table_answers_unknown_observations() -> None:
    problem = seq_envs.SeqEcho(lag=0, length=2, n_values=5)
    observations = np.array([[1, 0], [3, 0], [3, 0]], np.uint8)
    scored = np.array([[True, False]] * 3)
    table = LearnedTable(problem, Episodes(observations, observations, scored, np.full(3, 2)))
    assert table.guess(np.array([0, 1, 2, 3, 4], np.uint8), 0).tolist() == [3, 1, 3, 3, 3]
    guesses: Any = table.guesses(observations)
    assert guesses[:, 0].tolist() == [1, 3, 3]
    assert guesses.shape == (3, 2)


@pytest.mark.parametrize(
    "labels",
    [
        np.array([], np.int64), np.array([7]), np.array([5, 3, 3, 9]), np.array([250, 0, 3], np.uint8),
        np.array([-128, 127, 7, 127], np.int8), np.array([2**40, 1]), np.array([-(2**63), 2**63 - 1]),
        np.array([2**64 - 1, 0], np.uint64), np.array([True, False]), np.array([0.5, 0.1, 0.5]),
        np.array([b"b", b"a", b"b"]).view("V1"),
    ],
    ids=str,
)  # fmt: skip
def test_distinct_labels_are_those_of_numpy(labels: Any) -> None:
    values, places = distinct(labels)
    expected = np.unique(labels, return_inverse=True)
    assert values.dtype == labels.dtype
    assert values.tolist() == expected[0].tolist()
    assert places.tolist() == expected[1].tolist()


@pytest.mark.parametrize("values", [2, 100, 70_000])
def test_the_most_frequent_answer_of_each_group(values: int) -> None:
    """With few and many different answers; of two equally frequent ones, the smaller is taken."""
    group = np.array([0, 0, 0, 1, 1, 2])
    answers = np.array([values - 1, 0, values - 1, 1, 0, values - 1])
    spread = np.concatenate([answers, np.arange(values)])
    problem = seq_envs.SeqEcho(n_values=values)
    best = best_answers(problem, spread, np.concatenate([group, np.full(values, 3)]))
    assert best.tolist() == [values - 1, 0, values - 1, 0]
