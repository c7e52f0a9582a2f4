"""Answers that count as a whole, and problems whose optimal policy is not always right."""

from __future__ import annotations

import numpy as np
import pytest
from unusual_problems import (
    CertainNoise,
    NoisyEcho,
    PreviousAsSet,
    SolvesAllInPlace,
    SolvesAllOtherwise,
    SolvesAllTransposed,
)  # fmt: skip

import seq_envs
from seq_envs import policies
from seq_envs.estimation.best_answer import best_answers
from seq_envs.problem import Problem
from seq_envs.testing import ContractError, check_problem

SETS, NOISY = PreviousAsSet(), NoisyEcho(n_values=4)


@pytest.mark.slow
@pytest.mark.parametrize("problem", [SETS, NOISY], ids=repr)
def test_the_contract(problem: Problem) -> None:
    check_problem(problem)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mutant", "message"),
    [
        (SolvesAllOtherwise(), r"solve_all\(\) returns other answers at step 1 than solve\(\)"),
        (SolvesAllTransposed(), r"solve_all\(\) must return an array of shape .* = \(20, 6, 3\), got \(6, 20, 3\)"),
        (SolvesAllInPlace(), r"solve_all\(\) changes its argument"),
        (CertainNoise(), "the optimal policy has accuracy 0.7.* but its level states 1.0000.*not `certain`"),
    ],
)
def test_the_contract_names_the_mistake(mutant: Problem, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        check_problem(mutant)


def test_grades_of_whole_answers() -> None:
    target = np.array([0, 1, 0])
    assert SETS.grade(target, target) == 1.0
    assert SETS.grade(np.array([0, 0, 0]), target) == 0.0
    assert SETS.grade(np.array([[0, 1, 0], [1, 1, 0]]), target).tolist() == [1.0, 0.0]
    assert type(SETS.grade(target, target)) is float


def test_the_best_whole_answers_by_hand() -> None:
    """Place by place, the first group would get 0, 0 and the second one 1, 1."""
    targets = np.array([[0, 1], [0, 1], [1, 0], [0, 0], [1, 1], [1, 0], [0, 1], [1, 0]])
    group = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    assert best_answers(SETS, targets, group).tolist() == [[0, 1], [1, 0]]


@pytest.mark.slow
def test_levels_of_whole_answers() -> None:
    """A third of the sets is right, as is one answer in three after its previous one; the action leaks the value."""
    levels = seq_envs.levels(SETS, feedback=True)
    for level in (levels.chance, levels.memoryless):
        assert level.accuracy == pytest.approx(1 / 3, abs=4 * level.accuracy_error)
        assert 0 < level.accuracy_error < 0.003
    assert levels.optimal.accuracy == 1.0
    assert levels.feedback is not None
    assert levels.feedback.accuracy > 0.6  # It stores every other value.


def test_a_search_with_fewer_sets_than_brackets() -> None:
    """It begins with rules that answer with the observation, if that is an answer. A bracket is none, but a set is."""
    levels = seq_envs.levels("SeqDyck-v0", ask="legal", depth=1, length=3, feedback=True)
    assert levels.feedback is not None
    assert levels.feedback.accuracy == levels.memoryless.accuracy == 1.0


def test_levels_of_an_uncertain_problem() -> None:
    levels = seq_envs.levels(NOISY)
    assert levels.optimal.accuracy == pytest.approx(0.75 + 0.25 / 4, abs=4 * levels.optimal.accuracy_error)
    assert levels.memoryless.accuracy == pytest.approx(0.25, abs=4 * levels.memoryless.accuracy_error)
    assert not levels.control
    best = seq_envs.evaluate(policies.optimal(NOISY), NOISY)
    low, high = best.normalized_interval
    assert low <= 1.0 <= high
    assert 0.98 < best.normalized_score < 1.02


def test_an_uncertain_problem_that_needs_no_memory_is_a_control() -> None:
    levels = seq_envs.levels(NoisyEcho(n_values=4, lag=0))
    assert levels.control
    assert levels.chance.accuracy < 0.3 < levels.memoryless.accuracy


def test_solve_all_solves_each_step_by_default() -> None:
    episodes = seq_envs.dataset.raw_episodes(NOISY, 5, 0)
    solved = NOISY.solve_all(episodes.observations)
    for step in range(NOISY.steps):
        assert np.array_equal(solved[:, step], NOISY.solve(episodes.observations[:, : step + 1]))
