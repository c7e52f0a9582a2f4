"""Compare the levels with exact fractions, from the probabilities of all episodes and in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st
from oracle import ORACLES, Next, Observed, Oracle
from spaces_of_settings import SETTINGS, name

import seq_envs
from seq_envs import Level, Problem

Answer = Any
"""An int, or a tuple of ints or floats."""


def as_answer(answer: Any) -> Answer:
    return tuple(answer) if isinstance(answer, list) else answer


class ExactLevels:
    """The exact levels of an oracle, from all of its episodes and their probabilities."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle
        self.episodes: list[tuple[Fraction, Observed, list[Answer]]] = [
            (weight, observed, [as_answer(oracle.answer(observed, step)) for step in oracle.scored])
            for weight, observed in oracle.episodes()
        ]
        assert sum(weight for weight, _, _ in self.episodes) == 1
        self.targets: Counter[Answer] = Counter()
        self.by_observation: dict[tuple[int, Any], Counter[Answer]] = defaultdict(Counter)
        share = Fraction(1, len(oracle.scored))
        for weight, observed, answers in self.episodes:
            for step, answer in zip(oracle.scored, answers, strict=True):
                self.targets[answer] += weight * share
                self.by_observation[step, observed[step]][answer] += weight * share

    def grade(self, answer: Answer, target: Answer) -> Fraction:
        if isinstance(self.oracle, Next) and self.oracle.encoding == "value":
            return Fraction(abs(answer[0] - target[0]) <= self.oracle.tolerance)
        if isinstance(answer, tuple):
            return Fraction(sum(a == t for a, t in zip(answer, target, strict=True)), len(answer))
        return Fraction(answer == target)

    def candidates(self, targets: Counter[Answer]) -> list[Answer]:
        """Answers that include a best one."""
        if isinstance(self.oracle, Next) and self.oracle.encoding == "value":
            # A best answer can be increased up to the largest answer that is right for one of its targets.
            return [(greatest_right(target[0], self.oracle.tolerance),) for target in targets]
        if isinstance(next(iter(targets)), tuple):
            # The best answer of each place.
            best = []
            for place in range(len(next(iter(targets)))):
                weights: Counter[int] = Counter()
                for target, weight in targets.items():
                    weights[target[place]] += weight
                best.append(weights.most_common(1)[0][0])
            return [tuple(best)]
        return list(targets)

    def gain(self, answer: Answer, targets: Counter[Answer]) -> Fraction:
        return sum((weight * self.grade(answer, target) for target, weight in targets.items()), Fraction(0))

    def best(self, targets: Counter[Answer]) -> Fraction:
        return max(self.gain(answer, targets) for answer in self.candidates(targets))

    def chance(self) -> tuple[Fraction, set[Fraction]]:
        """The best accuracy of a constant answer, and the exact matches of all candidates that reach it."""
        best = self.best(self.targets)
        winners = [answer for answer in self.candidates(self.targets) if self.gain(answer, self.targets) == best]
        matches = set()
        for answer in winners:
            right = (weight for weight, _, ys in self.episodes if all(self.grade(answer, y) == 1 for y in ys))
            matches.add(sum(right, Fraction(0)))
        return best, matches

    def memoryless(self) -> Fraction:
        """The best accuracy from the current observation and the time step."""
        return sum((self.best(targets) for targets in self.by_observation.values()), Fraction(0))

    def of_guess(self, problem: Problem) -> tuple[Fraction, Fraction]:
        """Accuracy and exact match of `problem.guess`."""
        accuracy, exact_match = Fraction(0), Fraction(0)
        answer_to: dict[tuple[int, Any], Answer] = {}
        for step, raw in self.by_observation:
            observation = np.array([self.oracle.encode(raw)], problem.observation_space.dtype)
            guess = problem.guess(problem.code.decode(observation), step)
            assert guess is not None
            answer_to[step, raw] = as_answer(guess[0].astype(problem.action_space.dtype).tolist())
        for weight, observed, answers in self.episodes:
            steps = self.oracle.scored
            grades = [self.grade(answer_to[t, observed[t]], y) for t, y in zip(steps, answers, strict=True)]
            accuracy += weight * sum(grades) / len(grades)
            exact_match += weight * all(grade == 1 for grade in grades)
        return accuracy, exact_match


def greatest_right(target: float, tolerance: float) -> float:
    """The greatest float32 answer in [0, 1] that is right for a target."""
    answer = np.float32(min(target + tolerance, 1.0))
    while float(answer) - target > tolerance:
        answer = np.nextafter(answer, np.float32(0))
    while answer < 1 and float(np.nextafter(answer, np.float32(1))) - target <= tolerance:
        answer = np.nextafter(answer, np.float32(1))
    return float(answer)


def assert_exact(problem: Problem, oracle: Oracle) -> None:
    exact = ExactLevels(oracle)
    levels = problem.known_levels()
    assert levels is not None
    chance, exact_matches = exact.chance()
    assert levels.chance.accuracy == pytest.approx(float(chance), abs=1e-12)
    assert any(levels.chance.exact_match == pytest.approx(float(match), abs=1e-12) for match in exact_matches)
    assert levels.memoryless.accuracy == pytest.approx(float(exact.memoryless()), abs=1e-12)
    accuracy, exact_match = exact.of_guess(problem)
    assert accuracy == exact.memoryless()
    assert levels.memoryless.exact_match == pytest.approx(float(exact_match), abs=1e-12)
    assert levels.optimal == Level(1.0, 1.0)


@profile(max_examples=profile().max_examples * 3 // 10)
@given(parameters=SETTINGS["SeqNext-v0"])
def test_levels_of_next(parameters: dict[str, Any]) -> None:
    assert_exact(seq_envs.SeqNext(**parameters), Next(**parameters))


@profile(max_examples=profile().max_examples * 3 // 10)
@given(parameters=SETTINGS["SeqNext-v0"], halves=st.integers(1, 8))
def test_levels_of_next_with_a_tolerance_of_half_spacings(parameters: dict[str, Any], halves: int) -> None:
    """With a tolerance of whole half spacings, rounding decides which answers are right, also in the levels."""
    parameters |= {"encoding": "value", "tolerance": min(0.5 * halves / parameters["length"], 0.99)}
    assert_exact(seq_envs.SeqNext(**parameters), Next(**parameters))


# fmt: off
SMALL = [
    *[("SeqEcho-v0", {"length": length, "lag": lag, "n_values": n_values, "framing": framing})
      for length, n_values in [(1, 2), (2, 5), (3, 2), (4, 3)] for lag in range(length)
      for framing in ("one_to_one", "many_to_one")],
    *[("SeqMemorize-v0", {"length": length, "n_sequences": n, "framing": framing, "distractors": distractors})
      for length in (3, 4, 5) for n in (2, 3) for framing in ("one_to_one", "many_to_one")
      for distractors in ("fixed", "random")],
    *[("SeqMemorize-v0", {"length": length, "overlap": True, "framing": framing, "distractors": distractors})
      for length in (3, 4, 5) for framing in ("one_to_one", "many_to_one") for distractors in ("fixed", "random")],
    *[("SeqCopy-v0", {"length": 4, "n_values": 3, "output_length": places, "offset": offset, "reverse": reverse,
                      "framing": framing})
      for places in (1, 2, 4) for offset in range(5 - places) for reverse in (False, True)
      for framing in ("many_to_many", "many_to_one")],
    ("SeqCopy-v0", {"length": 3, "n_values": 2, "delay": 2}),
    ("SeqCopy-v0", {"length": 3, "n_values": 4, "framing": "one_to_many"}),
]
# fmt: on


@pytest.mark.parametrize(("id", "parameters"), SMALL, ids=name)
def test_levels_of_small_problems(id: str, parameters: dict[str, Any]) -> None:
    problem = seq_envs.make_problem(id, **parameters)
    assert_exact(problem, ORACLES[type(problem).__name__](**parameters))
