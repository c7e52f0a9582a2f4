"""The levels of the probes against other derivations, and against what others have derived for POPGym's tasks."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from math import comb
from typing import Any

import numpy as np
import pytest

import seq_envs
from seq_envs.estimation.levels import estimate


@pytest.mark.parametrize(
    ("split", "memoryless", "optimal"), [("easy", 0.497, 0.528), ("medium", 0.494, 0.515), ("hard", 0.496, 0.510)]
)
def test_returns_of_higher_lower_in_popgym(split: str, memoryless: float, optimal: float) -> None:
    """A right answer earns 1/cards, a wrong one -1/cards, and a next card of the same rank nothing.

    The returns were estimated elsewhere from episodes, so they are within a few thousandths of the exact ones.
    """
    problem: Any = seq_envs.make_problem("SeqHigherLower-v0", split=split)
    levels = seq_envs.levels(problem)
    cards = 13 * problem.copies
    scored = cards - problem.copies

    def popgym_return(accuracy: float) -> float:
        return float((2 * accuracy - 1) * scored / cards)

    assert popgym_return(levels.memoryless.accuracy) == pytest.approx(memoryless, abs=0.004)
    assert popgym_return(levels.optimal.accuracy) == pytest.approx(optimal, abs=0.004)
    assert levels.memoryless.accuracy == pytest.approx(10 / 13)
    assert levels.optimal.accuracy < levels.memoryless.accuracy + 0.02  # Memory hardly matters.


@pytest.mark.parametrize(("decks", "memoryless"), [(1, -0.461), (8, -0.495), (16, -0.498)])
def test_returns_of_repeat_first_in_popgym(decks: int, memoryless: float) -> None:
    """The agent answers to every card but the last one: the first card is right once, then any other value is best."""
    cards = 52 * decks
    levels = seq_envs.levels("SeqMemorize-v0", deck=True, n_sequences=4, decks=decks, length=cards)
    assert (
        seq_envs.make_problem("SeqMemorize-v0", deck=True, n_sequences=4, decks=decks, length=cards).steps == cards - 1
    )
    other = Fraction(13 * decks, cards - 1)
    assert levels.memoryless.accuracy == pytest.approx(float((1 + (cards - 2) * other) / (cards - 1)))
    assert 2 * levels.memoryless.accuracy - 1 == pytest.approx(memoryless, abs=0.0005)


@pytest.mark.parametrize(
    ("split", "memoryless", "highest"), [("easy", -0.394, 0.019), ("medium", -0.488, 0.028), ("hard", -0.410, 0.055)]
)
def test_returns_of_count_recall_in_popgym(split: str, memoryless: float, highest: float) -> None:
    """Each answer earns or costs 1/steps. The highest count was no action of POPGym until June 2026.

    The returns were estimated elsewhere from episodes.
    """
    problem: Any = seq_envs.make_problem("SeqCountRecall-v0", split=split)
    cards = problem.n_values * problem.copies
    assert 2 * exact_count_recall(problem.n_values, problem.copies) - 1 == pytest.approx(memoryless, abs=0.013)
    drawn = seq_envs.sample(problem, 1000, seed=0)
    share = ((cards + 1) / (problem.copies + 1) - 1) / (cards - 1)
    assert share == pytest.approx(highest, abs=0.001)
    assert np.mean(drawn.targets == problem.copies) == pytest.approx(share, abs=0.005)


def exact_count_recall(values: int, copies: int) -> float:
    """The accuracy of the best memoryless policy, with the probability of every count as a fraction."""
    cards = values * copies

    def best(others: int, dealt: int) -> Fraction:
        """Of the most probable number of `others` cards among the cards dealt from all but the current one."""
        ways = (comb(others, count) * comb(cards - 1 - others, dealt - count) for count in range(dealt + 1))
        return Fraction(max(ways), comb(cards - 1, dealt))

    steps = range(cards - 1)
    total = sum((best(copies - 1, step) + (values - 1) * best(copies, step) for step in steps), Fraction(0))
    return float(total / values / len(steps))


@pytest.mark.parametrize(("values", "copies"), [(2, 1), (2, 6), (3, 3), (5, 2), (4, 10)])
def test_levels_of_count_recall_are_exact(values: int, copies: int) -> None:
    problem = seq_envs.make_problem("SeqCountRecall-v0", n_values=values, copies=copies)
    levels = seq_envs.levels(problem)
    assert levels.memoryless.accuracy == pytest.approx(exact_count_recall(values, copies))
    cards = values * copies
    dealt = range(1, cards)

    def share(count: int) -> float:
        """How often this is the count, over all steps."""
        return sum(comb(copies, count) * comb(cards - copies, n - count) / comb(cards, n) for n in dealt if n >= count)

    best = max(map(share, range(copies + 1))) / len(dealt)
    assert levels.chance.accuracy == pytest.approx(best)


def every_deck(ranks: int, copies: int) -> set[tuple[int, ...]]:
    return set(permutations(sorted([*range(ranks)] * copies)))


@pytest.mark.parametrize(("ranks", "copies"), [(2, 2), (3, 1), (3, 2), (4, 1), (4, 2), (5, 1), (7, 1)])
def test_levels_of_higher_lower_over_all_decks(ranks: int, copies: int) -> None:
    """The optimal policy is right as often as the most frequent answer to each beginning of a deck."""
    decks = every_deck(ranks, copies)
    counts: dict[tuple[int, ...], list[int]] = {}
    for deck in decks:
        for step in range(1, len(deck)):
            if deck[step] != deck[step - 1]:
                counts.setdefault(deck[:step], [0, 0])[int(deck[step] > deck[step - 1])] += 1
    scored = sum(map(sum, counts.values()))
    levels = seq_envs.levels("SeqHigherLower-v0", n_ranks=ranks, copies=copies)
    assert levels.optimal.accuracy == pytest.approx(sum(map(max, counts.values())) / scored)
    without_memory: dict[tuple[int, int], list[int]] = {}
    for beginning, both in counts.items():
        seen = without_memory.setdefault((beginning[-1], len(beginning)), [0, 0])
        for answer in (0, 1):
            seen[answer] += both[answer]
    assert levels.memoryless.accuracy == pytest.approx(sum(map(max, without_memory.values())) / scored)
    assert levels.chance.exact_match == pytest.approx(1 / len(decks))  # Of these decks, one is sorted.


def test_a_deck_too_large_for_the_exact_levels_is_estimated() -> None:
    problem = seq_envs.make_problem("SeqHigherLower-v0", n_ranks=257, copies=1)
    levels = seq_envs.levels(problem)
    assert 0 < levels.optimal.accuracy_error < 0.003
    assert levels.optimal.accuracy == pytest.approx(0.75, abs=0.01)


@pytest.mark.parametrize("id", ["SeqHigherLower-v0", "SeqCountRecall-v0"])
def test_exact_levels_agree_with_estimated_ones(id: str) -> None:
    problem = seq_envs.make_problem(id)
    exact, estimated = seq_envs.levels(problem), estimate(problem)
    for name in ("chance", "memoryless", "optimal"):
        level = getattr(estimated, name)
        assert level.accuracy == pytest.approx(getattr(exact, name).accuracy, abs=5 * level.accuracy_error + 1e-3)


def test_answers_of_one_and_of_many_episodes_of_count_recall() -> None:
    """They are found in different ways."""
    problem: Any = seq_envs.make_problem("SeqCountRecall-v0", n_values=5, copies=3)
    episodes = problem.sample(np.random.default_rng(0), 50)
    alone = [problem.solve_all(episodes.observations[row : row + 1])[0] for row in range(50)]
    assert np.array_equal(alone, episodes.targets)
    assert np.array_equal(problem.solve_all(episodes.observations), episodes.targets)
