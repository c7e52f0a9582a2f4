"""Sequence classification: has the running sum reached the threshold?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import Array, Encoding, Value
from seq_envs.level import Level, Levels
from seq_envs.parameters import LONGEST, Choice, Integer, Real, parameter
from seq_envs.problem import Episodes, Problem, fixed_length, last_of
from seq_envs.seeds import SIMULATED_STREAM

_LONGEST_EXACT = 20_000  # Steps; the exact levels cost O(steps^2).


@dataclass(frozen=True, kw_only=True)
class SeqClassify(Problem):
    """Sequence classification.

    ## Description
    Each step shows a value drawn uniformly from [0, 1). The label is 0, flips to 1 once the running sum reaches
    `threshold * length`, and stays. The agent says the label at every step (`one_to_one`), or only the final one, at
    the last step (`many_to_one`). The clock alone, input ignored, is right on 88.9% of the steps at length 10, so
    compare with `seq_envs.levels`.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqClassify-v0", length=6, seed=0))
    step     0    1    2    3    4    5
    input 0.85 0.64 0.51 0.27 0.31 0.04
    truth    0    0    1    1    1    1

    ## Action Space
    `Discrete(2)`: the label.

    ## Observation Space
    `Box(0, 1, (1,), float32)`: the current value.

    ## Starting State
    The first value.

    ## Rewards
    1.0 for a right answer on a scored step (every step; the last one in `many_to_one`), else 0.0.
    Leaks, if an agent is shown them, through the previous action (one bit of the sum can be held there) and in
    `one_to_one` through the previous reward (the two together are the label before).

    ## Episode End
    Terminated after `length` steps; never truncated. The terminal observation is zero.

    ## Information
    Empty but for the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=10`, `threshold` (a fraction of `length`; 0.25 in `one_to_one`, 0.5 in `many_to_one`),
    `framing="one_to_one"`, `encoding="value"`.

    ## References
    J. Brownlee (2017), "5 Examples of Simple Sequence Prediction Problems for Learning LSTM Recurrent Neural
    Networks", section "Sequence Classification". Levels: P. Hall (1927), "The distribution of means for samples of
    size N drawn from a population in which the variate takes values between 0 and 1", Biometrika 19.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "sequence classification: has the running sum reached the threshold?"

    length: int = parameter(10, Integer(1, LONGEST), "steps")
    threshold: float | None = parameter(
        None, Real(0.0, 1.0), "fraction of `length` (default: 0.25, in many_to_one 0.5)"
    )
    framing: str = parameter("one_to_one", Choice(("one_to_one", "many_to_one")), "answer every step, or the last")
    encoding: str = parameter("value", Choice(("value",)), "how a value is shown")

    def framing_defaults(self) -> Mapping[str, object]:
        return {"threshold": 0.5 if self.framing == "many_to_one" else 0.25}

    @property
    def steps(self) -> int:
        return self.length

    @property
    def code(self) -> Encoding:
        return Value()

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(2)

    @cached_property
    def scored(self) -> Array:
        """(T,) bool."""
        return last_of(self.length) if self.framing == "many_to_one" else np.ones(self.length, np.bool_)

    @property
    def sum_needed(self) -> float:
        """The running sum at which the label flips."""
        assert self.threshold is not None  # Set at construction, in every framing.
        return self.threshold * self.length

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        values = rng.random((batch, self.length), dtype=np.float32)
        # The values are multiples of 2^-24, so a float64 sum of them is exact in whatever order it is taken.
        labels = values.cumsum(axis=1, dtype=np.float64) >= self.sum_needed
        return fixed_length(values, labels.view(np.uint8), self.scored)

    def solve(self, history: Array) -> Array:
        flipped: Array = history.sum(axis=1, dtype=np.float64) >= self.sum_needed
        return flipped.view(np.uint8)

    def guess(self, observations: Array, step: int) -> Array:
        # The sum of the `step` values before is spread symmetrically around step/2, its median.
        return (observations >= self.sum_needed - step / 2).view(np.uint8)

    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action",) if self.framing == "many_to_one" else ("action", "reward")

    def known_levels(self) -> Levels | None:
        if self.length > _LONGEST_EXACT:
            return None
        scored = self.scored
        zero = []  # P(label 0) at each scored step.
        right = []  # P(`guess` is right) there.
        for step, below in enumerate(_below(self.length, self.sum_needed)):
            if scored[step]:
                zero.append(float(below[0]))
                right.append(self._memoryless(step, below))
        if np.mean(zero) > 0.5:
            chance = Level(float(np.mean(zero)), zero[-1])  # All 0: the last label says it.
        else:
            first = zero[0] if len(zero) == 1 else min(self.sum_needed, 1.0)
            chance = Level(float(1 - np.mean(zero)), 1 - first)  # All 1: the first label says it.
        accuracy = float(np.mean(right))
        exact_match, error = (accuracy, 0.0) if len(right) == 1 else self._simulated_exact_match()
        return Levels(chance, Level(accuracy, exact_match, exact_match_error=error), Level(1.0, 1.0))

    def _memoryless(self, step: int, below: Array) -> float:
        """The chance that `guess` is right at `step`: it answers 1 to values from `bound` on.

        `below` is what `_below` says of the sum at this step.
        """
        bound = min(max(self.sum_needed - step / 2, 0.0), 1.0)
        if bound == 0.0:
            return float(1 - below[0])
        if bound == 1.0:
            return float(below[0])
        # P(value < bound and sum < needed) is an integral of the distribution before this value, and that is a sum of
        # distributions after it, shifted by whole numbers.
        *_, shifted = _below(step + 1, self.sum_needed - bound)
        both_zero = below.sum() - shifted.sum()
        return float(1 - bound + 2 * both_zero - below[0])

    def _simulated_exact_match(self) -> tuple[float, float]:
        """How often all of `guess`'s answers are right, and the standard error of that."""
        episodes = self.sample(
            np.random.default_rng(SIMULATED_STREAM), max(100, min(200_000, 4_000_000 // self.length))
        )
        columns = range(self.length)
        right = np.all([self.guess(episodes.observations[:, t], t) == episodes.targets[:, t] for t in columns], axis=0)
        mean = float(right.mean())
        return mean, float(np.sqrt(max(mean * (1 - mean), 1 / len(right)) / len(right)))


def _below(most: int, bound: float) -> Iterator[Array]:
    """For 1, 2, ..., `most` uniforms: P(their sum < bound - j) for j = 0, 1, ..., bound (Irwin-Hall).

    By the recurrence n F_n(x) = x F_{n-1}(x) + (n-x) F_{n-1}(x-1), whose terms are all positive: no digits are lost.
    """
    x = bound - np.arange(int(bound) + 1)
    below: Array = np.clip(x, 0.0, 1.0)
    yield below
    for n in range(2, most + 1):
        one_less = np.append(below[1:], 0.0)
        below = np.where(x >= n, 1.0, (x * below + (n - x) * one_less) / n)
        yield below
