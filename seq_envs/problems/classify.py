"""Sequence classification: has the running sum reached the threshold?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import Array, Encoding, Value
from seq_envs.level import Levels
from seq_envs.parameters import LONGEST, Real, choice, parameter
from seq_envs.problem import Episodes, EveryStepOrLast, Problem, same_sources, varied_length
from seq_envs.problems.classify_levels import classify_levels
from seq_envs.sizes import Size, Sizes, largest, lengths_of, smallest

_LARGEST_VALUE = 1 - 2**-24
"""The largest float32 below 1, as `numpy.random.Generator.random` draws it."""


@dataclass(frozen=True, kw_only=True)
class SeqClassify(Problem):
    """Sequence classification.

    ## Description
    Each observation is a value drawn uniformly from [0, 1). The label of a time step is 0 until the sum of all
    values so far reaches `threshold * length` (of the longest length), and 1 from then on. In the framing
    `one_to_one` the agent answers with the label at every step, in `many_to_one` only at the last one.

    A policy that ignores the values and uses only the time step is right on 88.9% of the steps at length 10, so compare
    scores with `seq_envs.levels`. These levels are exact up to length 20,000, apart from the exact match of the
    memoryless policy in `one_to_one`, and estimated with their standard errors beyond.

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
    1.0 for a right answer on a scored step (every step; the last one in `many_to_one`), otherwise 0.0.

    An agent that receives its previous action can store one bit of the sum in it. In `one_to_one` the previous reward
    leaks too: together with the previous action it reveals the previous label.

    ## Episode End
    Terminated after `length` steps, which each episode draws anew if `length` is a range; never truncated. The terminal
    observation is zero.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=10` (a number or a range such as `(5, 20)`), `threshold` (a fraction of `length`; 0.25 in `one_to_one`,
    0.5 in `many_to_one`), `framing="one_to_one"`, `encoding="value"`.

    ## References
    J. Brownlee (2017), "5 Examples of Simple Sequence Prediction Problems for Learning LSTM Recurrent Neural
    Networks", section "Sequence Classification". Levels: P. Hall (1927), "The distribution of means for samples of
    size N drawn from a population in which the variate takes values between 0 and 1", Biometrika 19.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "sequence classification: has the running sum reached the threshold?"

    length: Size = parameter(10, Sizes(1, LONGEST), "time steps of an episode")
    threshold: float | None = parameter(
        None, Real(0.0, 1.0), "fraction of `length` (default: 0.25, in many_to_one 0.5)"
    )
    framing: EveryStepOrLast = choice(EveryStepOrLast, "whether every step is scored or only the last")
    encoding: Literal["value"] = choice(Literal["value"], "encoding of observations")

    def framing_defaults(self) -> Mapping[str, object]:
        return {"threshold": 0.5 if self.framing == "many_to_one" else 0.25}

    @property
    def question(self) -> str:
        return f"Is the sum of all inputs so far at least {self.sum_needed:g}? 1: yes, 0: no."

    @property
    def steps(self) -> int:
        return largest(self.length)

    @property
    def code(self) -> Encoding:
        return Value()

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(2)

    @cached_property
    def scored(self) -> Array:
        """(T,) bool: the steps that are scored in some episode."""
        return np.arange(self.steps) >= (smallest(self.length) - 1 if self.framing == "many_to_one" else 0)

    @property
    def sum_needed(self) -> float:
        """The running sum at which the label flips."""
        assert self.threshold is not None  # Set at construction, in every framing.
        return self.threshold * self.steps

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        lengths = lengths_of(self.length, rng, batch)
        values = rng.random((batch, self.steps), dtype=np.float32)
        # The values are multiples of 2^-24, so a float64 sum of them is exact in every order of summation.
        labels = values.cumsum(axis=1, dtype=np.float64) >= self.sum_needed
        every = None if self.framing == "many_to_one" else self.scored
        return varied_length(values, labels.view(np.uint8), lengths, every)

    def solve(self, history: Array) -> Array:
        flipped: Array = history.sum(axis=1, dtype=np.float64) >= self.sum_needed
        return flipped.view(np.uint8)

    def sources(self, history: Array, step: int) -> Array:
        """All values so far, at the scored steps: the label is a function of their sum.

        This holds after the sum has reached the threshold too, although later values then cannot change the label back.
        Steps at which not even the largest values would reach it have no sources: their label is 0 in every episode.
        """
        reachable = (step + 1) * _LARGEST_VALUE >= self.sum_needed
        return same_sources(history, step, np.arange(step + 1) if self.scored[step] and reachable else [])

    def guess(self, observations: Array, step: int) -> Array:
        # The sum of the `step` earlier values is distributed symmetrically around step/2, its median.
        return (observations >= self.sum_needed - step / 2).view(np.uint8)

    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action",) if self.framing == "many_to_one" else ("action", "reward")

    def known_levels(self) -> Levels | None:
        return classify_levels(self) if isinstance(self.length, int) else None
