"""What a score means: the closed forms of the levels against their table, every episode weighed, and play."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import ORACLES, Next, Oracle, Shown
from spaces_of_settings import EVERY_CHOICE, SETTINGS, Ragged, any_problem, name

import seq_envs
from seq_envs import Level, Levels, Problem, policies
from seq_envs.encodings import Array, Encoding, Value
from seq_envs.estimation import Table, estimate
from seq_envs.problem import Episodes, fixed_length

# fmt: off
TABLE: list[tuple[str, dict[str, Any], float | None, float | None]] = [
    ("SeqEcho-v0",     {},                                                                 1 / 10,   1 / 10),
    ("SeqEcho-v0",     {"lag": 9, "n_values": 4},                                          1 / 4,    1 / 4),
    ("SeqEcho-v0",     {"lag": 3, "framing": "many_to_one"},                               1 / 10,   1 / 10),
    ("SeqEcho-v0",     {"lag": 0},                                                         1 / 10,   1),
    ("SeqEcho-v0",     {"lag": 0, "framing": "many_to_one"},                               1 / 10,   1),
    ("SeqCopy-v0",     {"framing": "one_to_many"},                                         1 / 10,   1),
    ("SeqNext-v0",     {"encoding": "one_hot"},                                            1 / 9,    1),
    ("SeqNext-v0",     {"tolerance": 0.01},                                                1 / 9,    1),
    ("SeqNext-v0",     {"tolerance": 0.055},                                               2 / 9,    1),
    ("SeqNext-v0",     {"tolerance": 0.14},                                                3 / 9,    1),
    ("SeqNext-v0",     {"length": 8},                                                      2 / 7,    1),
    ("SeqNext-v0",     {"framing": "many_to_one", "encoding": "discrete"},                 1 / 7,    1),
    ("SeqMemorize-v0", {},                                                                 1 / 4,    3.5 / 4),
    ("SeqMemorize-v0", {"length": 101},                                                    1 / 100,  99.5 / 100),
    ("SeqMemorize-v0", {"n_sequences": 4},                                                 1 / 4,    3.25 / 4),
    ("SeqMemorize-v0", {"overlap": True},                                                  1.5 / 4,  3.5 / 4),
    ("SeqMemorize-v0", {"framing": "many_to_one"},                                         1 / 2,    1 / 2),
    ("SeqMemorize-v0", {"framing": "many_to_one", "n_sequences": 5},                       1 / 5,    1 / 5),
    ("SeqMemorize-v0", {"distractors": "random", "n_sequences": 3},                        1 / 3,    1 / 3),
    ("SeqCopy-v0",     {},                                                                 1 / 10,   1 / 10),
    ("SeqCopy-v0",     {"output_length": 3, "delay": 2, "n_values": 4},                    1 / 4,    1 / 4),
    ("SeqCopy-v0",     {"framing": "many_to_one", "output_length": 3},                     1 / 10,   1 / 10),
    # The last value is on the screen when the whole part is asked for.
    ("SeqCopy-v0",     {"framing": "many_to_one"},                                         1 / 10,   1.4 / 5),
    ("SeqCopy-v0",     {"framing": "many_to_one", "reverse": True},                        1 / 10,   1.4 / 5),
    ("SeqCopy-v0",     {"framing": "many_to_one", "output_length": 2, "offset": 3},        1 / 10,   1.1 / 2),
    ("SeqCopy-v0",     {"framing": "many_to_one", "output_length": 1, "offset": 4},        1 / 10,   1),
]
"""Parameters, chance and memoryless: exact accuracies."""

CLASSIFY: list[tuple[dict[str, Any], float, float]] = [
    ({"length": 10},                           0.533, 0.905),
    ({"length": 25},                           0.513, 0.937),
    ({"length": 50},                           0.507, 0.954),
    ({"length": 100},                          0.504, 0.968),
    ({"length": 10, "framing": "many_to_one"}, 0.500, 0.611),
]
"""Parameters, chance and memoryless, as measured."""
# fmt: on


def accuracies(levels: Levels) -> tuple[float, float, float]:
    return levels.chance.accuracy, levels.memoryless.accuracy, levels.optimal.accuracy


@pytest.mark.parametrize(("id", "parameters", "chance", "memoryless"), TABLE, ids=name)
def test_the_table(id: str, parameters: dict[str, Any], chance: float, memoryless: float) -> None:
    levels = seq_envs.levels(id, **parameters)
    assert accuracies(levels) == pytest.approx((chance, memoryless, 1), abs=1e-12)
    assert levels.optimal == Level(1.0, 1.0)
    assert levels.control == (memoryless == 1)


@pytest.mark.parametrize(("parameters", "chance", "memoryless"), CLASSIFY, ids=name)
def test_the_table_of_classify(parameters: dict[str, Any], chance: float, memoryless: float) -> None:
    levels = seq_envs.levels("SeqClassify-v0", **parameters)
    assert accuracies(levels) == pytest.approx((chance, memoryless, 1), abs=0.0015)
    assert levels.optimal == Level(1.0, 1.0)
    assert not levels.control


@pytest.mark.parametrize(
    ("parameters", "chance", "memoryless"),
    [
        # One value x: the label is whether x >= threshold.
        ({"length": 1, "threshold": 0.25}, (0.75, 0.75), (1, 1)),
        ({"length": 1, "threshold": 0.75, "framing": "many_to_one"}, (0.75, 0.75), (1, 1)),
        # Two values x, y and the bound 1. The label of x is 0. That of y is 1 if x + y >= 1, as likely as not; the best
        # guess at it is whether y >= 1/2, right with 3/4.
        ({"length": 2, "threshold": 0.5, "framing": "many_to_one"}, (0.5, 0.5), (0.75, 0.75)),
        ({"length": 2, "threshold": 0.5}, (0.75, 0.5), (0.875, 0.75)),
        # The bound 1/2: the label of x is 1 from 1/2 on, that of y with 7/8. Given y, x + y >= 1/2 is always the more
        # likely, so the guess is 1. It is wrong with 1/8, and else the guess for x is always right.
        ({"length": 2, "threshold": 0.25}, (11 / 16, 0.5), (15 / 16, 7 / 8)),
    ],
    ids=name,
)
def test_short_classify_by_hand(
    parameters: dict[str, Any], chance: tuple[float, float], memoryless: tuple[float, float]
) -> None:
    levels = seq_envs.levels("SeqClassify-v0", **parameters)
    for level, (accuracy, exact_match) in ((levels.chance, chance), (levels.memoryless, memoryless)):
        assert level.accuracy == pytest.approx(accuracy, abs=1e-12)
        assert level.exact_match == pytest.approx(exact_match, abs=6 * level.exact_match_error + 1e-12)


@pytest.mark.parametrize(
    ("id", "parameters", "chance", "memoryless"),
    [
        ("SeqEcho-v0", {"n_values": 2}, 2**-9, 2**-9),
        ("SeqEcho-v0", {"lag": 0, "framing": "many_to_one"}, 1 / 10, 1),
        ("SeqCopy-v0", {"output_length": 3}, 1e-3, 1e-3),
        ("SeqCopy-v0", {"framing": "many_to_one", "output_length": 3}, 1e-3, 1e-3),
        ("SeqCopy-v0", {"framing": "many_to_one"}, 1e-5, 1e-4),
        ("SeqCopy-v0", {"framing": "one_to_many"}, 1e-5, 1),
        ("SeqMemorize-v0", {"n_sequences": 4}, 0, 1 / 4),
        ("SeqMemorize-v0", {"length": 3, "overlap": True}, 1 / 2, 1 / 2),
        ("SeqMemorize-v0", {"framing": "many_to_one"}, 1 / 2, 1 / 2),
    ],
    ids=name,
)
def test_exact_match_by_hand(id: str, parameters: dict[str, Any], chance: float, memoryless: float) -> None:
    levels = seq_envs.levels(id, **parameters)
    assert levels.chance.exact_match == pytest.approx(chance, rel=1e-12)
    assert levels.memoryless.exact_match == pytest.approx(memoryless, rel=1e-12)


# What follows weighs every episode that there is, in plain Python and exact fractions.

Answer = Any
"""An int, or a tuple of ints or floats."""


def as_answer(answer: Any) -> Answer:
    return tuple(answer) if isinstance(answer, list) else answer


class Weighed:
    """Every episode of an oracle, and what players without memory get."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle
        self.episodes: list[tuple[Fraction, Shown, list[Answer]]] = [
            (weight, shown, [as_answer(oracle.answer(shown, step)) for step in oracle.scored])
            for weight, shown in oracle.episodes()
        ]
        assert sum(weight for weight, _, _ in self.episodes) == 1
        self.targets: Counter[Answer] = Counter()
        self.by_look: dict[tuple[int, Any], Counter[Answer]] = defaultdict(Counter)
        share = Fraction(1, len(oracle.scored))
        for weight, shown, answers in self.episodes:
            for step, answer in zip(oracle.scored, answers, strict=True):
                self.targets[answer] += weight * share
                self.by_look[step, shown[step]][answer] += weight * share

    def grade(self, answer: Answer, target: Answer) -> Fraction:
        if isinstance(self.oracle, Next) and self.oracle.encoding == "value":
            return Fraction(abs(answer[0] - target[0]) <= self.oracle.tolerance)
        if isinstance(answer, tuple):
            return Fraction(sum(a == t for a, t in zip(answer, target, strict=True)), len(answer))
        return Fraction(answer == target)

    def candidates(self, targets: Counter[Answer]) -> list[Answer]:
        """Answers of which one is a best one."""
        if isinstance(self.oracle, Next) and self.oracle.encoding == "value":
            # What a best answer gets right is still right when the answer grows to the end of what is right for one.
            return [(greatest_right(target[0], self.oracle.tolerance),) for target in targets]
        if isinstance(next(iter(targets)), tuple):
            # Place by place.
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
        """The best accuracy of one constant answer, and the exact matches of all the candidates that get it."""
        best = self.best(self.targets)
        winners = [answer for answer in self.candidates(self.targets) if self.gain(answer, self.targets) == best]
        matches = set()
        for answer in winners:
            right = (weight for weight, _, ys in self.episodes if all(self.grade(answer, y) == 1 for y in ys))
            matches.add(sum(right, Fraction(0)))
        return best, matches

    def memoryless(self) -> Fraction:
        """The best accuracy from the look of things and the clock."""
        return sum((self.best(targets) for targets in self.by_look.values()), Fraction(0))

    def of_guess(self, problem: Problem) -> tuple[Fraction, Fraction]:
        """Accuracy and exact match of the problem's own guess."""
        accuracy, exact_match = Fraction(0), Fraction(0)
        said: dict[tuple[int, Any], Answer] = {}
        for step, raw in self.by_look:
            observation = np.array([self.oracle.encode(raw)], problem.observation_space.dtype)
            guess = problem.guess(problem.code.decode(observation), step)
            assert guess is not None
            said[step, raw] = as_answer(guess[0].astype(problem.action_space.dtype).tolist())
        for weight, shown, answers in self.episodes:
            steps = self.oracle.scored
            grades = [self.grade(said[t, shown[t]], y) for t, y in zip(steps, answers, strict=True)]
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


def assert_weighed(problem: Problem, oracle: Oracle) -> None:
    weighed = Weighed(oracle)
    levels = problem.known_levels()
    assert levels is not None
    chance, exact_matches = weighed.chance()
    assert levels.chance.accuracy == pytest.approx(float(chance), abs=1e-12)
    assert any(levels.chance.exact_match == pytest.approx(float(match), abs=1e-12) for match in exact_matches)
    assert levels.memoryless.accuracy == pytest.approx(float(weighed.memoryless()), abs=1e-12)
    accuracy, exact_match = weighed.of_guess(problem)
    assert accuracy == weighed.memoryless()
    assert levels.memoryless.exact_match == pytest.approx(float(exact_match), abs=1e-12)
    assert levels.optimal == Level(1.0, 1.0)


@given(parameters=SETTINGS["SeqNext-v0"])
def test_next_by_weighing_every_episode(parameters: dict[str, Any]) -> None:
    assert_weighed(seq_envs.SeqNext(**parameters), Next(**parameters))


@given(parameters=SETTINGS["SeqNext-v0"], halves=st.integers(1, 8))
def test_next_where_the_tolerance_falls_on_the_grid(parameters: dict[str, Any], halves: int) -> None:
    """A tolerance of so many half spacings: rounding decides what is right, and the levels follow it."""
    parameters |= {"encoding": "value", "tolerance": min(0.5 * halves / parameters["length"], 0.99)}
    assert_weighed(seq_envs.SeqNext(**parameters), Next(**parameters))


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
def test_small_problems_by_weighing_every_episode(id: str, parameters: dict[str, Any]) -> None:
    problem = seq_envs.make_problem(id, **parameters)
    assert_weighed(problem, ORACLES[type(problem).__name__](**parameters))


# What follows plays.


class Constant:
    """Always says the same."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def initial_state(self, batch_size: int) -> None:
        return None

    def act(self, observations: Any, state: None) -> tuple[Any, None]:
        return np.stack([self.answer] * len(observations)), None


def best_constant(problem: Problem) -> Any:
    """Found by trying."""
    episodes = problem.sample(np.random.default_rng(1), 5000)
    targets = episodes.targets[episodes.scored].astype(problem.action_space.dtype)
    if isinstance(problem.action_space, spaces.MultiDiscrete):
        return np.zeros(problem.action_space.shape, int)  # As good as any.
    kinds, counts = np.unique(targets.ravel(), return_counts=True)
    if isinstance(problem.action_space, spaces.Discrete):
        return kinds[counts.argmax()]
    middles = np.add.outer(kinds, kinds).ravel() / 2
    return max(
        (np.array([middle]) for middle in middles), key=lambda m: (problem.grade(m, kinds[:, None]) * counts).sum()
    )


def assert_near(got: float, interval: tuple[float, float], expected: float, error: float = 0.0) -> None:
    """Within three times a 95% interval: 6 standard deviations."""
    low, high = interval
    slack = high - low + 6 * error
    assert low - slack <= expected <= high + slack, f"{got} in {interval} is not {expected}"


def assert_played(problem: Problem, episodes: int) -> None:
    """The reference players get what the levels say."""
    levels = seq_envs.levels(problem)
    best = seq_envs.evaluate(policies.optimal(problem), problem, episodes)
    assert (best.accuracy, best.exact_match) == (1.0, 1.0)
    assert best.levels == levels
    guess, always = levels.memoryless, levels.chance
    got = seq_envs.evaluate(policies.memoryless(problem), problem, episodes)
    assert_near(got.accuracy, got.accuracy_interval, guess.accuracy, guess.accuracy_error)
    assert_near(got.exact_match, got.exact_match_interval, guess.exact_match, guess.exact_match_error)
    got = seq_envs.evaluate(Constant(best_constant(problem)), problem, episodes)
    assert_near(got.accuracy, got.accuracy_interval, always.accuracy, always.accuracy_error)


EVERY_FRAMING = [(id, choice) for id, choice in EVERY_CHOICE if choice["encoding"] in ("value", "discrete")]


@pytest.mark.parametrize(("id", "choice"), EVERY_FRAMING, ids=name)
def test_players_get_their_levels(id: str, choice: dict[str, Any]) -> None:
    assert_played(seq_envs.make_problem(id, **choice), 2000)


@given(problem=any_problem)
@settings(max_examples=25)
def test_players_get_their_levels_in_any_setting(problem: Problem) -> None:
    assert_played(problem, 500)


def assert_estimated(problem: Problem) -> None:
    """The levels learned from data agree with the closed forms, but for what a learned player misses."""
    stated, learned = seq_envs.levels(problem), estimate(problem)
    assert learned.optimal == stated.optimal
    # A threshold within a bin: half of a bin of 1/50 may be taken for the other half.
    missed = 0.01 if isinstance(problem, seq_envs.SeqClassify) else 0.0
    # What is learned are answers that have been right, never one between two of them.
    between = isinstance(problem, seq_envs.SeqNext) and (problem.tolerance or 0) > 0.49 / problem.length
    for known, level in ((stated.chance, learned.chance), (stated.memoryless, learned.memoryless)):
        slack = 6 * level.accuracy_error + 0.003
        assert level.accuracy <= known.accuracy + slack
        assert between or level.accuracy >= known.accuracy - slack - missed
        assert 0 < level.accuracy_error < 0.01


@pytest.mark.parametrize(("id", "choice"), EVERY_FRAMING, ids=name)
def test_learned_levels_agree(id: str, choice: dict[str, Any]) -> None:
    assert_estimated(seq_envs.make_problem(id, **choice))


@given(problem=any_problem)
@settings(max_examples=25)
def test_learned_levels_agree_in_any_setting(problem: Problem) -> None:
    assert_estimated(problem)


@pytest.mark.parametrize("n_values", range(2, 12))
def test_learned_levels_keep_their_order_where_seeing_does_not_help(n_values: int) -> None:
    """What was learned of an observation that says nothing is noise, often worse than one answer for everything."""
    learned = estimate(seq_envs.SeqEcho(length=200, lag=199, n_values=n_values))
    assert learned.memoryless.accuracy >= learned.chance.accuracy


def test_a_real_observation_that_says_it_all_makes_a_control() -> None:
    """The bins of the learned player make a few mistakes next to the border: they are no room for memory."""
    learned = estimate(Above())
    assert learned.memoryless.accuracy == 1.0
    assert learned.control


def test_learned_levels_of_somebody_elses_problem() -> None:
    """Ragged asks for its first value at the end, after 1 to 7 steps: after 1 it is on the screen, else 1 of 4."""
    problem = Ragged()
    assert problem.known_levels() is None
    levels = seq_envs.levels(problem)
    for level, accuracy in ((levels.chance, 1 / 4), (levels.memoryless, (1 + 6 / 4) / 7)):
        assert level.accuracy == pytest.approx(accuracy, abs=6 * level.accuracy_error)
        assert level.exact_match == level.accuracy  # One question.
        assert level.exact_match_error == pytest.approx(level.accuracy_error)
        assert level.accuracy_error == pytest.approx(np.sqrt(accuracy * (1 - accuracy) / 50_000), rel=0.02)
    assert levels.optimal == Level(1.0, 1.0)
    assert not levels.control
    assert_played(problem, 5000)


@dataclass(frozen=True, kw_only=True)
class Above(Problem):
    """Is the number on the screen above a border that lies just beside that of a bin?"""

    @property
    def steps(self) -> int:
        return 10

    @property
    def code(self) -> Encoding:
        return Value()

    @property
    def action_space(self) -> spaces.Space[Any]:
        return spaces.Discrete(2)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        seen = rng.random((batch, 10), dtype=np.float32)
        return fixed_length(seen, (seen > 0.50001).astype(np.int64), np.ones(10, np.bool_))

    def solve(self, history: Array) -> Array:
        return (history[:, -1] > 0.50001).astype(np.int64)


# What follows: the scale of a score.


def levels_of(chance: float, memoryless: float, optimal: float, memoryless_error: float = 0.0) -> Levels:
    return Levels(Level(chance, 0.0), Level(memoryless, 0.0, memoryless_error), Level(optimal, 0.0))


@pytest.mark.parametrize(
    ("levels", "control", "accuracy", "score"),
    [
        (levels_of(0.25, 0.5, 1), False, 0.5, 0.0),
        (levels_of(0.25, 0.5, 1), False, 0.75, 0.5),
        (levels_of(0.25, 0.5, 1), False, 1.0, 1.0),
        (levels_of(0.25, 0.5, 1), False, 0.25, -0.5),
        (levels_of(0.25, 0.5, 0.75), False, 0.75, 1.0),
        (levels_of(0.5, 1, 1), True, 0.5, 0.0),
        (levels_of(0.5, 1, 1), True, 0.75, 0.5),
        (levels_of(0.5, 1, 1), True, 1.0, 1.0),
        (levels_of(0.5, 0.998, 1, 0.001), False, 0.998, 0.0),  # A small gap is a gap, also with an error.
        (levels_of(0.5, 0.875, 1, 0.001), False, 0.875, 0.0),
    ],
)
def test_normalize_by_hand(levels: Levels, control: bool, accuracy: float, score: float) -> None:
    assert levels.control is control
    assert levels.floor is (levels.chance if control else levels.memoryless)
    assert levels.normalize(accuracy) == score


@pytest.mark.parametrize(
    "levels", [levels_of(1, 1, 1), levels_of(0.5, 0.5, 0.5), seq_envs.levels("SeqNext-v0", length=2)], ids=str
)
def test_nothing_to_learn(levels: Levels) -> None:
    assert levels.control
    assert math.isnan(levels.normalize(1.0))


@pytest.mark.parametrize("length", [7, 30])
def test_nothing_to_learn_with_a_wide_tolerance(length: int) -> None:
    """One half answers everything."""
    levels = seq_envs.levels("SeqNext-v0", length=length, tolerance=0.49)
    assert levels.chance.accuracy == 1
    assert math.isnan(levels.normalize(1.0))


@pytest.mark.parametrize(("id", "choice"), EVERY_CHOICE, ids=name)
def test_scale_of_every_id(id: str, choice: dict[str, Any]) -> None:
    problem = seq_envs.make_problem(id, **choice)
    levels = seq_envs.levels(problem)
    control = id == "SeqNext-v0" or problem.framing == "one_to_many"
    assert levels.control is control
    assert levels.normalize(levels.chance.accuracy if control else levels.memoryless.accuracy) == 0
    assert levels.normalize(levels.optimal.accuracy) == 1
    evaluation = seq_envs.evaluate(policies.optimal(problem), problem, 100)
    assert evaluation.normalized_score == 1
    assert ("a control task" in str(evaluation)) is control


@given(problem=any_problem)
def test_order(problem: Problem) -> None:
    levels = problem.known_levels()
    assert levels is not None
    rounding = 1e-12
    assert 0 < levels.chance.accuracy <= levels.memoryless.accuracy + rounding <= 1 + 2 * rounding
    assert levels.optimal == Level(1.0, 1.0)
    for level in (levels.chance, levels.memoryless):
        assert level.accuracy_error == 0
        assert 0 <= level.exact_match <= level.accuracy + 6 * level.exact_match_error + rounding
        assert level.exact_match_error == 0 or isinstance(problem, seq_envs.SeqClassify)


def test_levels_take_ids_problems_and_parameters() -> None:
    assert seq_envs.levels("SeqEcho-v0", lag=0) == seq_envs.levels(seq_envs.SeqEcho(lag=0))
    assert seq_envs.levels(seq_envs.SeqEcho(), lag=0).memoryless == Level(1.0, 1.0)
    with pytest.raises(ValueError, match="lag must be"):
        seq_envs.levels("SeqEcho-v0", lag=10)


def test_an_observation_never_seen_gets_the_best_answer_of_its_step() -> None:
    problem = seq_envs.SeqEcho(lag=0, length=1, n_values=3)
    values = np.array([[0], [1], [1]], np.uint8)
    table = Table(problem, Episodes(values, values, np.ones((3, 1), bool), np.ones(3, np.int64)))
    assert table.guess(np.array([0, 1, 2], np.uint8), 0).tolist() == [0, 1, 1]


def test_levels_of_a_very_long_sequence() -> None:
    """The sum of many values is all but normal, so that the label flips near twice the threshold."""
    levels = seq_envs.levels("SeqClassify-v0", length=3000)
    assert levels.chance.accuracy == pytest.approx(0.5, abs=0.001)
    assert 0.99 < levels.memoryless.accuracy < 1
    assert seq_envs.SeqClassify(length=30_000).known_levels() is None  # Left to an estimate.
