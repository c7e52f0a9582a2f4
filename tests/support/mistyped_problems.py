"""Problems that return a wrong type, shape or range, and a pattern of the message that must name it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from gymnasium import spaces
from mutant_problems import Echo

import seq_envs
from seq_envs import Episodes, Level, Levels
from seq_envs.encodings import Alphabet, OneHot


def sampled(change: Callable[[Episodes], Any]) -> type[Echo]:
    """A class of problems whose `sample` returns `change(episodes)`."""
    return type("Sampled", (Echo,), {"sample": lambda self, rng, batch: change(Echo.sample(self, rng, batch))})


def returning(name: str, value: Any, space: Any = None) -> type[Echo]:
    """A class of problems whose method or property `name` returns `value`; with another action space if it is set."""
    properties = ("leaks", "steps", "action_space", "code", "tolerance")
    member = property(lambda _: value) if name in properties else lambda *_: value
    action_space = {"action_space": property(lambda _: space)} if space else {}
    return type("Returning", (Echo,), {name: member} | action_space)


def drawing(value: Any) -> OneHot:
    """An encoding whose `draw` always returns `value`."""
    code = type("Drawing", (OneHot,), {"draw": lambda *_: value})(Alphabet(10))
    assert isinstance(code, OneHot)
    return code


def ending_with(blank: Any) -> OneHot:
    """An encoding whose `blank` is `blank`."""
    code = type("Ending", (OneHot,), {"blank": property(lambda _: blank)})(Alphabet(10))
    assert isinstance(code, OneHot)
    return code


class SolvesInFloats(Echo):
    def solve(self, history: Any) -> Any:
        return super().solve(history) * 1.0


class GradesInBools(Echo):
    def grade(self, actions: Any, targets: Any) -> Any:
        return np.equal(actions, targets)


NAN = Level(float("nan"), 0.0)

# fmt: off
MISTYPED: list[tuple[type[seq_envs.Problem], str]] = [
    (sampled(tuple),                           r"sample\(\) must return Episodes, got tuple"),
    (sampled(lambda _: None),              r"sample\(\) must return Episodes, got NoneType"),
    (sampled(lambda drawn: Episodes(*(array.tolist() for array in drawn))), "its observations are list"),
    (sampled(lambda drawn: drawn._replace(observations=drawn.observations / 1)), "must be symbols .* got float64"),
    (sampled(lambda drawn: drawn._replace(observations=drawn.observations[:, 0])), r"\(B, T, ...\), got \(200,\)"),
    (sampled(lambda drawn: drawn._replace(targets=drawn.targets / 1)), "targets must be integers, .* got float64"),
    (sampled(lambda drawn: drawn._replace(targets=drawn.targets[:, 0])), r"targets must have shape .*, got \(200,\)"),
    (sampled(lambda drawn: drawn._replace(scored=drawn.scored * 1)), "scored must be bool .*, got int64"),
    (sampled(lambda drawn: drawn._replace(lengths=drawn.lengths / 1)), "lengths must be integers .*, got float64"),
    (sampled(lambda drawn: drawn._replace(lengths=drawn.lengths + 1)), r"in 1 \.\.\. 10, got int64 .* in 11 \.\.\. 11"),
    (returning("steps", 10.0),                 "steps must be an int >= 1, got 10.0"),
    (returning("leaks", None),                 "leaks must be a tuple .* got None"),
    (returning("leaks", "action"),             "leaks must be a tuple .* got 'action'"),
    (returning("known_levels", (0.1, 0.1, 1.0)), r"known_levels\(\) must return Levels or None, got \(0.1"),
    (returning("known_levels", Levels(NAN, NAN, NAN)), "must hold probabilities in .0, 1., but chance is .*nan"),
    (returning("solve", None),                 r"solve\(\) must return an array, got NoneType at step 1"),
    (returning("solve", np.zeros(3, int)),     r"solve\(\) returns invalid answers at step 1: .* got shape \(3,\)"),
    (returning("solve", np.full(20, 10)),      r"solve\(\) returns invalid answers at step 1: .* got 10 in lane 0"),
    (returning("guess", 3),                    r"guess\(\) must return an array, got int at step 0"),
    (returning("action_space", spaces.Box(0, 1, (1,))), "with a tolerance, got Box.* tolerance=None"),
    (returning("action_space", spaces.Discrete(10, start=1)), "action_space must be Discrete .* starting at 0"),
    (returning("action_space", 10),            "action_space must be a space, got 10"),
    (returning("tolerance", 0.1, spaces.Box(0, 9, (1,), np.int64)), "of floats with a tolerance, got Box"),
    (returning("code", Alphabet(10)),          "code must be an Encoding, got .*Alphabet.*: is it a property?"),
    (returning("code", drawing(7)),            "draw.* of an encoding must return a str, got 7"),
    (returning("code", ending_with(np.full(10, -1, np.float32))), r"blank must be in .* got array\(\[-1"),
    (returning("code", ending_with(np.zeros(10))), r"blank must be in .* Box.* got array\(\[0"),
    (SolvesInFloats,                           r"solve\(\) returns invalid answers at step 1: .* of float64"),
    (GradesInBools,                            r"grade\(\) must return float64 of shape .*, got bool"),
]
# fmt: on
