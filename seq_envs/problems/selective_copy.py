"""Selective copying: reproduce the values that stand at random places among blanks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from gymnasium import spaces

from seq_envs.distinct_numbers import distinct_numbers
from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, Encoding, SymbolEncodingName
from seq_envs.level import Levels, by_luck
from seq_envs.parameters import LONGEST, MOST_VALUES, Integer, choice, parameter
from seq_envs.problem import Episodes, ManyToMany, Problem
from seq_envs.problems.cued_answers import ask_afterwards
from seq_envs.published import Published
from seq_envs.sizes import Size, Sizes, check_fits, drawn, largest, mean_power, smallest

_MAMBA = "Gu and Dao 2023, Table 1"


@dataclass(frozen=True, kw_only=True)
class SeqSelectiveCopy(Problem):
    """Selective copying.

    ## Description
    In the first `length` steps the agent sees `items` values at random places, and the blank (`_`) at all others. Then
    come `items` cues `go` (`>`). At each `go` the right answer is the next value, in the order in which they were seen.

    The places are drawn uniformly without replacement, and the values uniformly and independently. Since the distance
    between a value and its cue changes from episode to episode, a linear time-invariant system cannot solve the
    problem, although it can solve `SeqCopy`.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqSelectiveCopy-v0", seed=1))
    step  0 1 2 3 4 5 6 7 8 9 10 11 12
    input 5 5 _ _ _ _ 0 _ _ _  >  >  >
    truth . . . . . . . . . .  5  5  0

    ## Action Space
    `Discrete(N)`: the value, of `N = vocabulary-2` values.

    ## Observation Space
    The current symbol out of `vocabulary` (the values `0 ... N-1`, then `blank`, then `go`), by `encoding`: `one_hot`
    is `Box(0, 1, (vocabulary,), float32)`, `discrete` is `Discrete(vocabulary)`, `normalized` is
    `Box(0, 1, (3,), float32)` holding `v/(N-1)`, a flag for blank and a flag for go.

    ## Starting State
    A value or a blank.

    ## Rewards
    1.0 for a right answer at a `go`, otherwise 0.0.

    An agent that receives its previous action can store one value in it.

    ## Episode End
    Terminated after `length+items` steps, where each episode draws its own `length` and `items` if they are ranges;
    never truncated. The terminal observation is the blank.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=10` and `items=3` (numbers, or ranges such as `(8, 12)`; `items` is at most `length`), `vocabulary=8`,
    `framing="many_to_many"`, `encoding="one_hot"`.

    ## References
    A. Gu and T. Dao (2023), "Mamba: Linear-Time Sequence Modeling with Selective State Spaces", section 4.1.1:
    length 4,096, 16 items and 16 symbols in all, as `SeqSelectiveCopyPaper-v0`. L. Jing et al. (2019), "Gated
    Orthogonal Recurrent Units: On Learning to Forget", Neural Computation 31(4), call the task denoise.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "selective copying: reproduce the values among blanks, in order"
    question: ClassVar[str] = "At each > one answer: which values did you see among the blanks, in their order?"
    leaks: ClassVar[tuple[str, ...]] = ("action",)
    published: ClassVar[tuple[Published, ...]] = (
        Published(who="S4", setting="SeqSelectiveCopyPaper-v0", figure="18%", source=_MAMBA),
        Published(who="Mamba", setting="SeqSelectiveCopyPaper-v0", figure="99.8%", source=_MAMBA),
    )

    length: Size = parameter(10, Sizes(1, LONGEST), "time steps before the first cue")
    items: Size = parameter(3, Sizes(1, LONGEST), "values to reproduce")
    vocabulary: int = parameter(8, Integer(4, MOST_VALUES), "number of symbols: the values, blank and go")
    framing: ManyToMany = choice(ManyToMany, "one answer for each cue")
    encoding: SymbolEncodingName = choice(SymbolEncodingName, "encoding of observations")

    def check(self) -> None:
        check_fits("items", self.items, self.length)

    @property
    def steps(self) -> int:
        return largest(self.length) + largest(self.items)

    @property
    def n_values(self) -> int:
        """The number of values."""
        return self.vocabulary - 2

    @cached_property
    def alphabet(self) -> Alphabet:
        return Alphabet(self.n_values, cues=("_", ">"), blank=self.n_values)

    @property
    def code(self) -> Encoding:
        return SYMBOL_ENCODINGS[self.encoding](self.alphabet)

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(self.n_values)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        most, varies = largest(self.items), not (isinstance(self.length, int) and isinstance(self.items, int))
        lengths, items = drawn(self.length, rng, batch), drawn(self.items, rng, batch)
        values = rng.integers(self.n_values, size=(batch, most), dtype=self.alphabet.dtype.type)
        places = distinct_numbers(rng, batch, most, lengths if varies else self.steps - most)
        if varies:  # A further column takes the values that an episode with fewer items does not have.
            places[np.arange(most) >= items[:, None]] = self.steps
        places.sort(axis=1)
        symbols = np.full((batch, self.steps + varies), self.n_values, values.dtype)
        symbols[np.arange(batch)[:, None], places] = values
        if not varies:
            return ask_afterwards(symbols, self.n_values + 1, values, None)
        return ask_afterwards(symbols[:, :-1], self.n_values + 1, values, lengths, lengths + items)

    def solve(self, history: Array) -> Array:
        return self.solve_all(history)[:, -1]

    def solve_all(self, observations: Array) -> Array:
        is_value = observations < self.n_values
        values = np.zeros((len(observations), observations.shape[1] + 1), observations.dtype)  # From column 1 on.
        values[np.nonzero(is_value)[0], is_value.cumsum(axis=1)[is_value]] = observations[is_value]
        asked = (observations == self.n_values + 1).cumsum(axis=1)
        return np.take_along_axis(values, asked, axis=1)

    def sources(self, history: Array, step: int) -> Array | None:
        """All steps up to the value that is asked for, since it is found by counting the values before it.

        If every step before the cues must have a value, only the value itself. Not stated where `length` is a range.
        """
        if not isinstance(self.length, int):
            return None
        asked, steps = step - self.length, np.arange(step + 1)
        if max(smallest(self.items), asked + 1) == self.length:
            return np.tile(steps == asked, (len(history), 1))
        is_value = history[:, : step + 1] < self.n_values
        return (is_value.cumsum(axis=1) - is_value <= asked) & (steps < self.length)

    def guess(self, observations: Array, step: int) -> Array:
        return np.zeros_like(observations)

    def known_levels(self) -> Levels:
        return by_luck(1 / self.n_values, mean_power(1 / self.n_values, self.items))
