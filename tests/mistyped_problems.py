"""Problems that return something of a wrong kind, and the sentence that must say so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from gymnasium import spaces
from mutant_problems import Echo

import seq_envs
from seq_envs import Episodes, Level, Levels


def sampled(change: Callable[[Episodes], Any]) -> type[Echo]:
    """Whose episodes are changed."""
    return type("Sampled", (Echo,), {"sample": lambda self, rng, batch: change(Echo.sample(self, rng, batch))})


def returning(name: str, value: Any) -> type[Echo]:
    """Whose method or property returns this."""
    method = property(lambda _: value) if name in ("leaks", "steps", "action_space") else lambda *_: value
    return type("Returning", (Echo,), {name: method})


class SolvesInFloats(Echo):
    def solve(self, history: Any) -> Any:
        return super().solve(history) * 1.0


class GradesInBools(Echo):
    def grade(self, actions: Any, targets: Any) -> Any:
        return np.equal(actions, targets)


NONE = Level(float("nan"), 0.0)

# fmt: off
MISTYPED: list[tuple[type[seq_envs.Problem], str]] = [
    (sampled(tuple),                           r"sample\(\) must return Episodes, got tuple"),
    (sampled(lambda _: None),              r"sample\(\) must return Episodes, got NoneType"),
    (sampled(lambda drawn: Episodes(*(array.tolist() for array in drawn))), "its observations are list"),
    (sampled(lambda drawn: drawn._replace(observations=drawn.observations / 1)), "must be symbols .* got float64"),
    (sampled(lambda drawn: drawn._replace(targets=drawn.targets / 1)), "targets must be whole numbers, .* got float64"),
    (sampled(lambda drawn: drawn._replace(targets=drawn.targets[:, 0])), r"targets must have shape .*, got \(200,\)"),
    (sampled(lambda drawn: drawn._replace(scored=drawn.scored * 1)), "scored must be bool .*, got int64"),
    (sampled(lambda drawn: drawn._replace(lengths=drawn.lengths / 1)), "lengths must be whole numbers .*, got float64"),
    (sampled(lambda drawn: drawn._replace(lengths=drawn.lengths + 1)), r"in 1 \.\.\. 10, got int64 .* in 11 \.\.\. 11"),
    (returning("steps", 10.0),                 "steps must be an integer >= 1, got 10.0"),
    (returning("leaks", None),                 "leaks must be a tuple .* got None"),
    (returning("leaks", "action"),             "leaks must be a tuple .* got 'action'"),
    (returning("known_levels", (0.1, 0.1, 1.0)), r"known_levels\(\) must return Levels or None, got \(0.1"),
    (returning("known_levels", Levels(NONE, NONE, NONE)), "must be of probabilities in .0, 1., but chance is .*nan"),
    (returning("solve", None),                 r"solve\(\) must return an array, got NoneType at step 1"),
    (returning("solve", np.zeros(3, int)),     r"solve\(\) gives no answers at step 1: .* got shape \(3,\)"),
    (returning("solve", np.full(20, 10)),      r"solve\(\) gives no answers at step 1: .* got 10 in lane 0"),
    (returning("guess", 3),                    r"guess\(\) must return an array, got int at step 0"),
    (returning("action_space", spaces.Box(0, 1, (1,))), r"targets must have shape .* \(200, 10, 1\), got \(200, 10\)"),
    (SolvesInFloats,                           r"solve\(\) gives no answers at step 1: .* of float64"),
    (GradesInBools,                            r"grade\(\) must give float64 of shape .*, got bool"),
]
# fmt: on
