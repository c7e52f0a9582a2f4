"""Echo random subsequences: see a random sequence, then reproduce it, or a part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, Encoding, SymbolEncodingName
from seq_envs.level import Level, Levels
from seq_envs.parameters import LONGEST, MOST_VALUES, Flag, Integer, choice, parameter
from seq_envs.problem import Episodes, Problem, same_sources, varied_length
from seq_envs.problems.cued_answers import ask_afterwards
from seq_envs.sizes import Size, Sizes, as_text, drawn, largest, lengths_of, mean_power, smallest

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
    Terminated after `length+delay+output_length` steps (`length` in the other two framings); never truncated. If one of
    them is a range, each episode draws its own. The terminal observation is the blank.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=5` and `delay=0` (numbers, or ranges such as `(5, 20)`; `delay` in `many_to_many` only), `n_values=10`,
    `output_length=length`, `offset=0`, `reverse=False`, `framing="many_to_many"`, `encoding="one_hot"`.
    `one_to_many` takes none of `output_length`, `offset`, `delay`, `reverse`.

    The splits `train` and `test` reverse strings of two symbols, with the lengths of Delétang et al. (2023).

    ## References
    J. Brownlee (2017), "5 Examples of Simple Sequence Prediction Problems for Learning LSTM Recurrent Neural
    Networks", section "Echo Random Subsequences". M. Arjovsky, A. Shah and Y. Bengio (2016), "Unitary Evolution
    Recurrent Neural Networks", ICML, section 4.1: their copying memory problem is `length=10, n_values=8, delay=T-1`,
    but with one cue before `length` blanks, where here each answer has its own cue. Delétang et al. (2023), "Neural
    Networks and the Chomsky Hierarchy", ICLR, Table 1: "Reverse String" is `reverse=True, n_values=2`.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "echo random subsequences: see a sequence, then reproduce it or a part"
    splits: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "train": {"length": (1, 40), "n_values": 2, "reverse": True},
        "test": {"length": (41, 500), "n_values": 2, "reverse": True},
    }

    length: Size = parameter(5, Sizes(1, LONGEST), "values in the sequence")
    n_values: int = parameter(10, Integer(2, MOST_VALUES), "number of different values")
    output_length: Size | None = parameter(None, Sizes(1), "values to reproduce (default: length)")
    offset: int | None = parameter(None, Integer(0), "place of the first value to reproduce (default: 0)")
    delay: Size | None = parameter(None, Sizes(0, LONGEST), "blank steps before the first cue (default: 0)")
    reverse: bool | None = parameter(None, Flag(), "whether to reproduce it backwards (default: False)")
    framing: _Framing = choice(_Framing, "answer value by value, all at once, or with each current value")
    encoding: SymbolEncodingName = choice(SymbolEncodingName, "encoding of observations")

    def framing_defaults(self) -> Mapping[str, object]:
        if self.framing == "one_to_many":
            return {}
        part: dict[str, object] = {"output_length": self.length, "offset": 0, "reverse": False}
        return part | {"delay": 0} if self.framing == "many_to_many" else part

    def check(self) -> None:
        shortest = smallest(self.length)
        if isinstance(self.output_length, tuple) and not self._part_of_all:
            raise ValueError(
                f"output_length must be one number, or the range of length = {self.length}, got {self.output_length}"
            )
        if self._part_of_all and self.framing == "many_to_one" and not isinstance(self.length, int):
            raise ValueError(
                f"output_length must be given in many_to_one if length is a range, got length={self.length}: "
                "the answer has one place for each value"
            )
        if self.framing == "one_to_many":
            return
        if self._offset + (shortest if self._part_of_all else self._most_answers) > shortest:
            least = "length" if shortest == self.length else "the shortest length"
            raise ValueError(
                f"offset + output_length must be at most {least} = {shortest}, "
                f"got offset={self.offset}, output_length={as_text(self.output_length)}"
            )

    @property
    def _offset(self) -> int:
        return self.offset or 0

    @property
    def _part_of_all(self) -> bool:
        """Whether each episode reproduces as many values as it has."""
        return self.output_length is None or self.output_length == self.length

    @property
    def _most_answers(self) -> int:
        """The largest number of values to reproduce."""
        return largest(self.length if self.output_length is None else self.output_length)

    @property
    def _longest_delay(self) -> int:
        return largest(self.delay or 0)

    @property
    def _varies(self) -> bool:
        """Whether episodes have different layouts."""
        return not (isinstance(self.length, int) and isinstance(self.delay or 0, int))

    @cached_property
    def _source_steps(self) -> Array:
        """(answers,): the steps at which the values to reproduce are observed, in the order of the answer.

        Those of the longest episode, if it depends on the episode.
        """
        steps = np.arange(self._offset, self._offset + self._most_answers)
        return steps[::-1] if self.reverse else steps

    def _sources_of(self, place: Array, answers: Array | int) -> Array:
        """The steps of the values to reproduce: of answers 0, 1, ... (place) of so many answers."""
        steps: Array = self._offset + (answers - 1 - place if self.reverse else place)
        return np.maximum(steps, 0)

    @property
    def question(self) -> str:
        if self.framing == "one_to_many":
            return "Which value is the input now?"
        first, last = self._source_steps[[0, -1]] + 1
        asked = f"what were values {first} to {last} of the sequence" if first != last else f"what was value {first}"
        if self._part_of_all and not isinstance(self.length, int):
            asked = f"what were the values of the sequence{', from the last to the first' if self.reverse else ''}"
        if self.framing == "many_to_one":
            return f"{asked.capitalize()}?"
        return f"At each > one answer: {asked}, one after another?" if first != last else f"At >: {asked}?"

    @property
    def steps(self) -> int:
        longest = largest(self.length)
        return longest + self._longest_delay + self._most_answers if self.framing == "many_to_many" else longest

    @cached_property
    def alphabet(self) -> Alphabet:
        return Alphabet(self.n_values, cues=("_", ">"), blank=self.n_values)

    @property
    def code(self) -> Encoding:
        return SYMBOL_ENCODINGS[self.encoding](self.alphabet)

    @property
    def action_space(self) -> spaces.Discrete | spaces.MultiDiscrete:
        if self.framing == "many_to_one":
            return spaces.MultiDiscrete([self.n_values] * self._most_answers)
        return spaces.Discrete(self.n_values)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        lengths = lengths_of(self.length, rng, batch)
        longest = largest(self.length)
        values = rng.integers(self.n_values, size=(batch, longest), dtype=self.alphabet.dtype.type)
        if self.framing == "one_to_many":
            return varied_length(values, values, lengths, np.ones(longest, np.bool_))
        if self.framing == "many_to_one":
            part = values[:, self._source_steps]
            everywhere = np.broadcast_to(part[:, None], (batch, longest, self._most_answers))
            return varied_length(values, everywhere, lengths)
        if not self._varies:
            return self._fixed(values)
        return self._varied(values, np.full(batch, longest) if lengths is None else lengths, rng)

    def _fixed(self, values: Array) -> Episodes:
        """Episodes of `many_to_many` with these values (B, length), all of the same layout."""
        symbols = np.full((len(values), self.steps), self.n_values, values.dtype)
        symbols[:, : values.shape[1]] = values
        return ask_afterwards(symbols, self.n_values + 1, values[:, self._source_steps], None)

    def _varied(self, values: Array, lengths: Array, rng: np.random.Generator) -> Episodes:
        """Episodes of `many_to_many` with the first `lengths` (B,) of these values (B, longest length)."""
        blank, go = self.n_values, self.n_values + 1
        first_go = (lengths + drawn(self.delay or 0, rng, len(values)))[:, None]
        answers = (lengths if self._part_of_all else np.full_like(lengths, self._most_answers))[:, None]
        step = np.arange(self.steps)
        observations = np.full((len(values), self.steps), blank, values.dtype)
        observations[:, : values.shape[1]] = values
        observations[step >= lengths[:, None]] = blank
        observations[(step >= first_go) & (step < first_go + answers)] = go
        sources = np.minimum(self._sources_of(np.maximum(step - first_go, 0), answers), values.shape[1] - 1)
        targets = np.take_along_axis(values, sources, axis=1)
        return varied_length(observations, targets, (first_go + answers)[:, 0], step >= first_go)

    def solve(self, history: Array) -> Array:
        step = history.shape[1] - 1
        if self.framing == "one_to_many":
            return history[:, step]
        if self.framing == "many_to_one":
            return history[:, np.minimum(self._source_steps, step)]
        if self._varies:
            answers = (history < self.n_values).sum(axis=1) if self._part_of_all else self._most_answers
            place = np.maximum((history == self.n_values + 1).sum(axis=1) - 1, 0)
            sources = np.minimum(self._sources_of(place, answers), step)
            return np.take_along_axis(history, sources[:, None], axis=1)[:, 0]
        return history[:, min(self._source_steps[max(step - (self.steps - self._most_answers), 0)], step)]

    def sources(self, history: Array, step: int) -> Array | None:
        """The values of the right answer. The cues are the same in every episode, so they are no sources.

        Not stated where the layout differs between episodes.
        """
        if self.framing == "one_to_many":
            return same_sources(history, step, [step])
        if self.framing == "many_to_one":
            asked = step >= smallest(self.length) - 1
            return same_sources(history, step, self._source_steps if asked else [])
        if self._varies:
            return None
        place = step - (self.steps - self._most_answers)
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

    def known_levels(self) -> Levels | None:
        by_luck = 1 / self.n_values
        if self.framing == "many_to_one":
            return self._levels_at_once(by_luck) if isinstance(self.length, int) else None
        answers: Size = self._most_answers if not self._part_of_all else self.length
        chance = Level(by_luck, mean_power(by_luck, answers))
        return Levels(chance, Level(1.0, 1.0) if self.framing == "one_to_many" else chance, Level(1.0, 1.0))

    def _levels_at_once(self, by_luck: float) -> Levels:
        """The levels of `many_to_one`, where the last value is the current observation at the scored step."""
        places = self._most_answers
        seen = int(self._source_steps.max() == self.steps - 1)
        memoryless = Level((seen + (places - seen) * by_luck) / places, by_luck ** (places - seen))
        return Levels(Level(by_luck, by_luck**places), memoryless, Level(1.0, 1.0))
