"""Distracted recall: reproduce the targets that stood among distractors, in order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from string import ascii_lowercase
from typing import ClassVar

import numpy as np
from gymnasium import spaces

from seq_envs.distinct_numbers import distinct_places
from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, Encoding, SymbolEncodingName
from seq_envs.level import Levels, by_luck
from seq_envs.parameters import LONGEST, MOST_VALUES, Integer, choice, parameter
from seq_envs.problem import Episodes, ManyToMany, Problem, same_sources
from seq_envs.problems.cued_answers import ask_afterwards
from seq_envs.published import Published
from seq_envs.sizes import Size, Sizes, check_fits, drawn, largest, smallest

_MONNER = "Monner and Reggia 2012, the task Distracted Sequence Recall"
_MOST_TARGETS = 1 << 16
"""The most targets: each of them has a prompt, a symbol with a name."""


@dataclass(frozen=True, kw_only=True)
class SeqDistractedRecall(Problem):
    """Distracted recall.

    ## Description
    The agent sees `length` symbols, one at each step. `targets` of them, at places that are drawn uniformly from all
    choices of so many places, are values drawn uniformly from `0 ... n_values-1`. All others are distractors, letters
    drawn uniformly from the first `n_distractors` of the alphabet. Then come the prompts `?1`, `?2`, ..., one for each
    target. There the answer is the first target, the second one, and so on.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqDistractedRecall-v0", seed=0))
    step  0 1 2 3 4 5 6 7  8  9
    input a b d c c 1 d 2 ?1 ?2
    truth . . . . . . . .  1  2

    ## Action Space
    `Discrete(n_values)`: the value of the target.

    ## Observation Space
    The current symbol out of `A = n_values+n_distractors+targets` (the values, then the distractors from `a` on, then
    the prompts from `?1` on), by `encoding`: `one_hot` is `Box(0, 1, (A,), float32)`, `discrete` is `Discrete(A)`,
    `normalized` is `Box(0, 1, (1+n_distractors+targets,), float32)` holding `v/(n_values-1)`, and then a flag for each
    distractor and for each prompt.

    ## Starting State
    The first symbol.

    ## Rewards
    1.0 for a right answer at a prompt, otherwise 0.0.

    An agent that receives its previous action can store one value there.

    ## Episode End
    Terminated after `length+targets` steps, where each episode draws its length if `length` is a range; never
    truncated. The terminal observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=8` (a number or a range such as `(8, 20)`), `targets=2` (at most `length` and 65,536), `n_values=4`,
    `n_distractors=4` (at most 26), `framing="many_to_many"`, `encoding="one_hot"`. The defaults are the sizes of the
    literature.

    ## References
    D. Monner and J. A. Reggia (2012), "A generalized LSTM-like training algorithm for second-order recurrent neural
    networks", Neural Networks 25, the task "Distracted Sequence Recall".

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "distracted recall: reproduce the targets among distractors"
    question: ClassVar[str] = (
        "At ?1: which value came first? At ?2: which value came second? And so on. Letters do not count."
    )
    leaks: ClassVar[tuple[str, ...]] = ("action",)
    published: ClassVar[tuple[Published, ...]] = (
        Published(who="LSTM", setting="the defaults", figure="95% of the sequences", source=_MONNER),
    )

    length: Size = parameter(8, Sizes(1, LONGEST), "symbols before the prompts")
    targets: int = parameter(2, Integer(1, _MOST_TARGETS), "symbols to reproduce")
    n_values: int = parameter(4, Integer(2, MOST_VALUES), "number of different values of a target")
    n_distractors: int = parameter(4, Integer(1, len(ascii_lowercase)), "number of different distractors")
    framing: ManyToMany = choice(ManyToMany, "the answers follow after all symbols")
    encoding: SymbolEncodingName = choice(SymbolEncodingName, "encoding of observations")

    def check(self) -> None:
        check_fits("targets", self.targets, self.length)

    @property
    def steps(self) -> int:
        return largest(self.length) + self.targets

    @cached_property
    def alphabet(self) -> Alphabet:
        prompts = (f"?{number + 1}" for number in range(self.targets))
        return Alphabet(self.n_values, cues=(*ascii_lowercase[: self.n_distractors], *prompts))

    @property
    def code(self) -> Encoding:
        return SYMBOL_ENCODINGS[self.encoding](self.alphabet)

    @property
    def _first_prompt(self) -> int:
        return self.n_values + self.n_distractors

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(self.n_values)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        lengths, dtype = drawn(self.length, rng, batch), self.alphabet.dtype.type
        is_target = distinct_places(rng, lengths, self.targets, self.steps)
        symbols = rng.integers(self.n_values, self._first_prompt, size=(batch, self.steps), dtype=dtype)
        values = rng.integers(self.n_values, size=(batch, self.targets), dtype=dtype)
        symbols[is_target] = values.ravel()  # In order, since a mask reads episode by episode.
        prompts = np.arange(self._first_prompt, self.alphabet.size)
        return ask_afterwards(symbols, prompts, values, None if isinstance(self.length, int) else lengths)

    def solve(self, history: Array) -> Array:
        return self.solve_all(history)[:, -1]

    def _asked(self, symbols: Array) -> Array:
        """Which target, 0, 1, ..., a prompt asks for; 0 for other symbols."""
        return np.maximum(symbols.astype(np.int64) - self._first_prompt, 0)

    def solve_all(self, observations: Array) -> Array:
        order = (observations >= self.n_values).argsort(axis=1, kind="stable")[:, : self.targets]
        values = np.take_along_axis(observations, order, axis=1)
        asked = self._asked(observations).clip(max=values.shape[1] - 1)
        return np.take_along_axis(values, asked, axis=1)

    def sources(self, history: Array, step: int) -> Array:
        """The target that is asked and all symbols before it, which show how many targets there were.

        If `length` is a range, the prompt is a source too wherever several prompts are possible. In sequences of
        targets alone the target is the only source.
        """
        asked = np.arange(self.targets)
        lengths = step - asked
        asked = asked[(lengths >= smallest(self.length)) & (lengths <= largest(self.length))]
        if not len(asked):
            return same_sources(history, step, [])
        if len(asked) == 1 and step - asked[0] == self.targets:
            return same_sources(history, step, asked)
        targets_so_far = (history < self.n_values).cumsum(axis=1)
        place = (targets_so_far > self._asked(history[:, step])[:, None]).argmax(axis=1)
        steps = np.arange(step + 1)
        sources: Array = (steps <= place[:, None]) | ((steps == step) & (len(asked) > 1))
        return sources

    def guess(self, observations: Array, step: int) -> Array:
        return np.zeros_like(observations)

    def known_levels(self) -> Levels:
        one = 1 / self.n_values
        return by_luck(one, one**self.targets)
