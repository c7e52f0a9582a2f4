"""Sizes that each episode draws anew from a range: held against each episode's meaning in plain Python."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import gymnasium
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import seq_envs
from seq_envs.dataset import raw_episodes
from seq_envs.problem import Problem
from seq_envs.sizes import Sizes, largest, mean_power, smallest
from seq_envs.testing import check_problem

Expected = list[Any]
"""The right answer at each step of an episode; None where it is not scored."""


def last(answer: Any, steps: int) -> Expected:
    return [*[None] * (steps - 1), answer]


def echo(problem: Any, seen: list[Any]) -> Expected:
    answers = [seen[step - problem.lag] if step >= problem.lag else None for step in range(len(seen))]
    return last(answers[-1], len(seen)) if problem.framing == "many_to_one" else answers


def classify(problem: Any, seen: list[Any]) -> Expected:
    needed = problem.threshold * largest(problem.length)
    answers = [int(sum(map(float, seen[: step + 1])) >= needed) for step in range(len(seen))]
    return last(answers[-1], len(seen)) if problem.framing == "many_to_one" else answers


def memorize(problem: Any, seen: list[Any]) -> Expected:
    markers = largest(problem.length) - 2
    assert markers <= seen[0] < markers + problem.n_sequences
    assert all(symbol < markers for symbol in seen[1:]) or problem.overlap
    return last(seen[0], len(seen))


def copy(problem: Any, seen: list[Any]) -> Expected:
    values = [symbol for symbol in seen if symbol < problem.n_values]
    if problem.framing == "one_to_many":
        return list(seen)
    whole = isinstance(problem.output_length, tuple)
    part = values[problem.offset :] if whole else values[problem.offset : problem.offset + problem.output_length]
    part = part[::-1] if problem.reverse else part
    if problem.framing == "many_to_one":
        return last(part, len(seen))
    blanks = len(seen) - len(values) - len(part)
    assert smallest(problem.delay) <= blanks <= largest(problem.delay)
    go = problem.n_values + 1
    assert seen == [*values, *[problem.n_values] * blanks, *[go] * len(part)]
    return [*[None] * (len(values) + blanks), *part]


def next_value(problem: Any, seen: list[Any]) -> Expected:
    indices = [round(float(value) * (largest(problem.length) if problem.encoding == "value" else 1)) for value in seen]
    spacings = {after - before for before, after in pairwise(indices)}
    assert len(spacings) <= 1
    [spacing] = spacings or {1}
    following = [index + spacing for index in indices]
    answers: Expected = [float(np.float32(i / largest(problem.length))) for i in following]
    answers = answers if problem.encoding == "value" else following
    if problem.framing == "many_to_one":
        return last(answers[-1], len(seen))
    return [None, *answers[1:]] if problem.max_step > 1 else answers


REFERENCES: dict[str, Callable[[Any, list[Any]], Expected]] = {
    "SeqEcho": echo, "SeqClassify": classify, "SeqMemorize": memorize, "SeqCopy": copy, "SeqNext": next_value,
}  # fmt: skip
SETTINGS: list[tuple[str, dict[str, Any], range]] = [
    ("SeqEcho", {"length": (3, 7), "lag": 2}, range(3, 8)),
    ("SeqEcho", {"length": (2, 5), "lag": 0}, range(2, 6)),
    ("SeqEcho", {"length": (1, 6), "lag": 0, "framing": "many_to_one"}, range(1, 7)),
    ("SeqEcho", {"length": (4, 9), "lag": 1, "framing": "many_to_one", "encoding": "discrete"}, range(4, 10)),
    ("SeqClassify", {"length": (2, 8)}, range(2, 9)),
    ("SeqClassify", {"length": (4, 8), "framing": "many_to_one"}, range(4, 9)),
    ("SeqMemorize", {"length": (3, 6), "framing": "many_to_one"}, range(2, 6)),
    ("SeqMemorize", {"length": (4, 8), "distractors": "random", "encoding": "normalized"}, range(3, 8)),
    ("SeqMemorize", {"length": (4, 8), "framing": "many_to_one", "overlap": True}, range(3, 8)),
    ("SeqCopy", {"length": (1, 4)}, range(2, 9, 2)),
    ("SeqCopy", {"length": (2, 4), "delay": (1, 3), "reverse": True}, range(5, 12)),
    ("SeqCopy", {"length": 3, "delay": (0, 2)}, range(6, 9)),
    ("SeqCopy", {"length": (3, 5), "output_length": 2, "offset": 1}, range(5, 8)),
    ("SeqCopy", {"length": (3, 5), "output_length": 2, "reverse": True, "delay": 2}, range(7, 10)),
    ("SeqCopy", {"length": (3, 5), "output_length": 2, "framing": "many_to_one"}, range(3, 6)),
    ("SeqCopy", {"length": (1, 5), "framing": "one_to_many"}, range(1, 6)),
    ("SeqNext", {"length": (5, 9)}, range(4, 9)),
    ("SeqNext", {"length": (7, 12), "max_step": 2}, range(3, 6)),
    ("SeqNext", {"window": (2, 4), "length": 12, "max_step": 2, "framing": "many_to_one"}, range(2, 5)),
    ("SeqNext", {"length": (5, 9), "encoding": "discrete"}, range(4, 9)),
]
"""A problem, its settings, and the lengths that its episodes have."""
PROBLEMS = [(seq_envs.make_problem(name, **settings), lengths) for name, settings, lengths in SETTINGS]


@pytest.mark.parametrize(("problem", "lengths"), PROBLEMS, ids=str)
def test_every_episode_means_what_its_parameters_say(problem: Problem, lengths: range) -> None:
    drawn = raw_episodes(problem, 300, seed=0)
    assert set(drawn.lengths.tolist()) == set(lengths)
    assert problem.steps == max(lengths)
    reference = REFERENCES[type(problem).__name__]
    for observations, targets, scored, length in zip(*drawn, strict=True):
        expected = reference(problem, observations[:length].tolist())
        assert scored[:length].tolist() == [answer is not None for answer in expected]
        assert not scored[length:].any()
        for step, answer in enumerate(expected):
            if answer is not None:
                assert np.array_equal(np.ravel(targets[step]), np.ravel(answer).astype(targets.dtype)), step
                solved = problem.solve(observations[None, : step + 1])
                assert np.array_equal(np.ravel(solved[0]), np.ravel(targets[step])), step


@pytest.mark.slow
@pytest.mark.parametrize(
    "place", [pytest.param(place, marks=() if place in (0, 3, 5, 7, 10, 14, 17) else pytest.mark.nightly)
              for place in range(len(PROBLEMS))],
)  # fmt: skip
def test_the_contract(place: int) -> None:
    check_problem(PROBLEMS[place][0], episodes=1000)


def test_levels_by_hand() -> None:
    """Of 2 values, at lengths 2 and 3, all but the first are asked: guesses are all right with 1/2 or 1/4."""
    levels = seq_envs.levels("SeqEcho", length=(2, 3), n_values=2)
    assert (levels.chance.accuracy, levels.chance.exact_match) == (0.5, (1 / 2 + 1 / 4) / 2)
    copied = seq_envs.levels("SeqCopy", length=(1, 2), n_values=2)
    assert (copied.memoryless.accuracy, copied.memoryless.exact_match) == (0.5, (1 / 2 + 1 / 4) / 2)
    assert seq_envs.levels("SeqCopy", length=(2, 3), n_values=2, output_length=1).chance.exact_match == 0.5


@pytest.mark.parametrize("name", ["SeqEcho", "SeqClassify"])
def test_the_levels_of_a_range_lie_between_those_of_its_ends(name: str) -> None:
    ends = [seq_envs.levels(name, length=length, threshold=0.4) if name == "SeqClassify" else
            seq_envs.levels(name, length=length) for length in (4, 12)]  # fmt: skip
    ranged = seq_envs.levels(name, length=(4, 12), **({"threshold": 0.4} if name == "SeqClassify" else {}))
    assert ranged.memoryless.accuracy_error < 0.003
    if name == "SeqEcho":
        assert ends[1].chance.exact_match < ranged.chance.exact_match < ends[0].chance.exact_match


@given(st.floats(0.01, 0.99), st.integers(1, 9), st.integers(0, 6), st.integers(0, 1))
def test_the_mean_of_powers(base: float, low: int, spread: int, less: int) -> None:
    numbers = range(low, low + spread + 1)
    expected = float(np.mean([base ** (number - less) for number in numbers]))
    assert mean_power(base, (low, low + spread), less) == pytest.approx(expected)


@pytest.mark.parametrize("framing", ["one_to_one", "many_to_one"])
def test_levels_of_a_wide_range_take_no_time(framing: str) -> None:
    levels = seq_envs.levels("SeqEcho", length=(2, 2**31 - 1), framing=framing)
    assert levels.chance.exact_match == pytest.approx(0.1 if framing == "many_to_one" else 0.1 / 0.9 / 2**31, rel=1e-6)


@pytest.mark.parametrize("problem", [problem for problem, _ in PROBLEMS], ids=str)
def test_a_problem_is_rebuilt_from_its_fields(problem: Any) -> None:
    assert type(problem)(**dataclasses.asdict(problem)) == problem
    assert seq_envs.make_problem(problem) == problem


def test_the_question_names_no_number_of_values_that_varies() -> None:
    """A human who plays sees it."""
    asked = seq_envs.make_problem("SeqCopy", length=(2, 4), reverse=True).question
    assert (
        asked
        == "At each > one answer: what were the values of the sequence, from the last to the first, one after another?"
    )
    assert "values 1 to 2 of" in seq_envs.make_problem("SeqCopy", length=(2, 4), output_length=2).question


def test_a_range_of_one_number_is_that_number() -> None:
    one, same = seq_envs.make_problem("SeqEcho", length=(6, 6)), seq_envs.make_problem("SeqEcho", length=6)
    assert one == same
    assert hash(one) == hash(same)


@pytest.mark.parametrize("text", ["5-20", "5, 20", "(5, 20)", "[5, 20]", " 5 - 20 "])
def test_a_range_as_text(text: str) -> None:
    assert Sizes(1).parse(text) == (5, 20)
    assert Sizes(1).check("length", Sizes(1).parse(text)) == (5, 20)


def test_a_range_from_json_is_the_same() -> None:
    problem = seq_envs.make_problem("SeqEcho", length=(5, 20))
    stored = json.loads(json.dumps({"length": problem.length}))  # type: ignore[attr-defined]
    assert seq_envs.make_problem("SeqEcho", **stored) == problem


MESSAGE = r"length must be an integer >= 1 and <= 2147483647, or a range \(low, high\) of them, got "


@pytest.mark.parametrize("wrong", [(7, 5), (0, 5), (5, 2**31), (5,), (3, 5, 7), (3.0, 5), ("3", "5"), (True, 5), "x-y"])
@pytest.mark.parametrize(
    "make",
    [seq_envs.make_problem, gymnasium.make, lambda id, **settings: gymnasium.make_vec(id, 2, **settings)],
    ids=["problem", "env", "vector env"],
)
def test_wrong_ranges(make: Callable[..., Any], wrong: Any) -> None:
    with pytest.raises(ValueError, match=MESSAGE):
        make("SeqEcho-v0", length=wrong)


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("SeqEcho", {"length": (3, 9), "lag": 3}, "lag must be in 0 ... the shortest length - 1 = 2, got 3"),
        ("SeqMemorize", {"length": (5, 9)}, "length must be one number where every step is scored"),
        ("SeqCopy", {"length": (3, 9), "output_length": 4}, "must be at most the shortest length = 3, got .*=4"),
        ("SeqCopy", {"length": (3, 9), "framing": "many_to_one"}, "output_length must be given in many_to_one"),
        ("SeqCopy", {"length": (3, 9), "offset": 1}, "offset .* must be at most the shortest length = 3, .*=3-9"),
        ("SeqCopy", {"length": (3, 9), "output_length": (2, 3)}, "output_length must be one number, or the range of"),
        ("SeqNext", {"length": (5, 9), "framing": "many_to_one"}, "length must be one number in many_to_one"),
        ("SeqNext", {"length": (5, 9), "max_step": 3}, "max_step must be in 1 ... .* = 2 with .*, got 3"),
        ("SeqNext", {"window": (2, 9), "framing": "many_to_one"}, None),
        ("SeqNext", {"window": (2, 10), "framing": "many_to_one"}, "window must be in 1 ... .* = 9 with length=10"),
    ],
)  # fmt: skip
def test_sizes_that_do_not_fit(name: str, settings: dict[str, Any], message: str | None) -> None:
    if message is None:
        seq_envs.make_problem(name, **settings)
        return
    with pytest.raises(ValueError, match=message):
        seq_envs.make_problem(name, **settings)


@given(st.integers(1, 6), st.integers(0, 6), st.integers(0, 3), st.booleans(), st.integers(0, 2**32))
def test_echo_in_any_range(shortest: int, spread: int, lag: int, once: bool, seed: int) -> None:
    framing = "many_to_one" if once else "one_to_one"
    lag = min(lag, shortest - 1)
    problem = seq_envs.make_problem("SeqEcho", length=(shortest, shortest + spread), lag=lag, framing=framing)
    for observations, targets, scored, length in zip(*raw_episodes(problem, 4, seed), strict=True):
        expected = echo(problem, observations[:length].tolist())
        assert [int(t) if s else None for t, s in zip(targets[:length], scored[:length], strict=True)] == expected
