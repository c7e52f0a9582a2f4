"""Echo random subsequences: see a random sequence, then reproduce it, or a part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal, get_args

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, Encoding, SymbolEncodingName
from seq_envs.level import Level, Levels
from seq_envs.parameters import LONGEST, MOST_VALUES, Choice, Flag, Integer, parameter
from seq_envs.problem import Episodes, Problem, fixed_length, last_of, same_sources

_Framing = Literal["many_to_many", "many_to_one", "one_to_many"]


@dataclass(frozen=True, kw_only=True)
class SeqCopy(Problem):
    """Echo random subsequences.

    ## Description
    The agent sees `length` values, one at each step, drawn uniformly from `0 ... n_values-1`. It reproduces a part of
    them: the `output_length` values from place `offset` on, in reverse order with `reverse`.

    - `many_to_many` (encoder and decoder): after the values come `delay` blanks (`_`) and then `output_length` cues
      `go` (`>`). At each `go` the answer is the next value of the part.
    - `many_to_one`: the answer at the last value is the whole part at once.
    - `one_to_many`: the answer at each step is the current value: a control task that needs no memory.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqCopy-v0", delay=1, output_length=3, seed=0))
    step  0 1 2 3 4 5 6 7 8
    input 3 5 7 8 8 _ > > >
    truth . . . . . . 3 5 7

    ## Action Space
    `Discrete(n_values)`: the value; in `many_to_one` `MultiDiscrete([n_values] * output_length)`: the whole part.

    ## Observation Space
    The current symbol out of `A = n_values+2` (the values, then `blank`, then `go`), by `encoding`: `one_hot` is
    `Box(0, 1, (A,), float32)`, `discrete` is `Discrete(A)`, `normalized` is `Box(0, 1, (3,), float32)` holding
    `v/(n_values-1)`, a flag for blank and a flag for go.

    ## Starting State
    The first value.

    ## Rewards
    1.0 for a right answer on a scored step (every `go`; the last step in `many_to_one`; every step in `one_to_many`),
    otherwise 0.0. A whole part earns the fraction of its places that are right.

    Except in `one_to_many`, an agent that receives its previous action can store one value in it, and in `many_to_one`
    one value in each place, which solves the problem.

    ## Episode End
    Terminated after `length+delay+output_length` steps (`length` in the other two framings); never truncated. The
    terminal observation is the blank.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=5`, `n_values=10`, `output_length=length`, `offset=0`, `delay=0` (`many_to_many` only), `reverse=False`,
    `framing="many_to_many"`, `encoding="one_hot"`. `one_to_many` takes none of `output_length`, `offset`, `delay`,
    `reverse`.

    ## References
    J. Brownlee (2017), "5 Examples of Simple Sequence Prediction Problems for Learning LSTM Recurrent Neural
    Networks", section "Echo Random Subsequences".

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "echo random subsequences: see a sequence, then reproduce it or a part"

    length: int = parameter(5, Integer(1, LONGEST), "values in the sequence")
    n_values: int = parameter(10, Integer(2, MOST_VALUES), "number of different values")
    output_length: int | None = parameter(None, Integer(1), "values to reproduce (default: length)")
    offset: int | None = parameter(None, Integer(0), "place of the first value to reproduce (default: 0)")
    delay: int | None = parameter(None, Integer(0, LONGEST), "blank steps before the first cue (default: 0)")
    reverse: bool | None = parameter(None, Flag(), "whether to reproduce it backwards (default: False)")
    framing: _Framing = parameter(
        "many_to_many", Choice(get_args(_Framing)), "answer value by value, all at once, or with each current value"
    )
    encoding: SymbolEncodingName = parameter(
        "one_hot", Choice(get_args(SymbolEncodingName)), "encoding of observations"
    )

    def framing_defaults(self) -> Mapping[str, object]:
        if self.framing == "one_to_many":
            return {}
        part: dict[str, object] = {"output_length": self.length, "offset": 0, "reverse": False}
        return part | {"delay": 0} if self.framing == "many_to_many" else part

    def check(self) -> None:
        if self.framing != "one_to_many" and self._offset + self._answers > self.length:
            raise ValueError(
                f"offset + output_length must be at most length = {self.length}, "
                f"got offset={self.offset}, output_length={self.output_length}"
            )

    @property
    def _offset(self) -> int:
        return self.offset or 0

    @property
    def _answers(self) -> int:
        """The number of values to reproduce."""
        return self.output_length or self.length

    @cached_property
    def _source_steps(self) -> Array:
        """(_answers,): the steps at which the values to reproduce are observed, in the order of the answer."""
        steps = np.arange(self._offset, self._offset + self._answers)
        return steps[::-1] if self.reverse else steps

    @property
    def question(self) -> str:
        if self.framing == "one_to_many":
            return "Which value is the input now?"
        first, last = self._source_steps[[0, -1]] + 1
        asked = f"what were values {first} to {last} of the sequence" if first != last else f"what was value {first}"
        if self.framing == "many_to_one":
            return f"{asked.capitalize()}?"
        return f"At each > one answer: {asked}, one after another?" if first != last else f"At >: {asked}?"

    @property
    def steps(self) -> int:
        return self.length + (self.delay or 0) + self._answers if self.framing == "many_to_many" else self.length

    @cached_property
    def alphabet(self) -> Alphabet:
        return Alphabet(self.n_values, cues=("_", ">"), blank=self.n_values)

    @property
    def code(self) -> Encoding:
        return SYMBOL_ENCODINGS[self.encoding](self.alphabet)

    @property
    def action_space(self) -> spaces.Discrete | spaces.MultiDiscrete:
        if self.framing == "many_to_one":
            return spaces.MultiDiscrete([self.n_values] * self._answers)
        return spaces.Discrete(self.n_values)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        values = rng.integers(self.n_values, size=(batch, self.length), dtype=self.alphabet.dtype.type)
        if self.framing == "one_to_many":
            return fixed_length(values, values, np.ones(self.length, np.bool_))
        part = values[:, self._source_steps]
        if self.framing == "many_to_one":
            everywhere = np.broadcast_to(part[:, None], (batch, self.length, self._answers))
            return fixed_length(values, everywhere, last_of(self.length))
        blank, go = self.n_values, self.n_values + 1
        first_go = self.steps - self._answers
        observations = np.full((batch, self.steps), blank, values.dtype)
        observations[:, : self.length] = values
        observations[:, first_go:] = go
        targets = np.zeros_like(observations)
        targets[:, first_go:] = part
        return fixed_length(observations, targets, np.arange(self.steps) >= first_go)

    def solve(self, history: Array) -> Array:
        step = history.shape[1] - 1
        if self.framing == "one_to_many":
            return history[:, step]
        if self.framing == "many_to_one":
            return history[:, np.minimum(self._source_steps, step)]
        return history[:, min(self._source_steps[max(step - (self.steps - self._answers), 0)], step)]

    def sources(self, history: Array, step: int) -> Array:
        """The values of the right answer. The cues are the same in every episode, so they are no sources."""
        if self.framing == "one_to_many":
            return same_sources(history, step, [step])
        if self.framing == "many_to_one":
            return same_sources(history, step, self._source_steps if step == self.steps - 1 else [])
        place = step - (self.steps - self._answers)
        return same_sources(history, step, self._source_steps[[place]] if place >= 0 else [])

    def guess(self, observations: Array, step: int) -> Array:
        if self.framing == "one_to_many":
            return observations
        if self.framing == "many_to_one":
            current = self._source_steps == step
            return np.where(current, observations[:, None], 0)
        return np.zeros_like(observations)

    @property
    def leaks(self) -> tuple[str, ...]:
        return () if self.framing == "one_to_many" else ("action",)

    def known_levels(self) -> Levels:
        places, by_luck = self._answers, 1 / self.n_values
        chance = Level(by_luck, by_luck**places)
        # In many_to_one the last value is the current observation at the scored step.
        seen = {
            "many_to_many": 0,
            "many_to_one": int(self._source_steps.max() == self.length - 1),
            "one_to_many": places,
        }[self.framing]
        memoryless = Level((seen + (places - seen) * by_luck) / places, by_luck ** (places - seen))
        return Levels(chance, memoryless, Level(1.0, 1.0))
