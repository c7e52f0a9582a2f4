"""Stack manipulation: carry out instructions on a stack, then unload it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, Encoding, SymbolEncodingName
from seq_envs.episode_ends import is_inside
from seq_envs.level import Levels
from seq_envs.parameters import LONGEST, Integer, choice, parameter
from seq_envs.problem import Episodes, ManyToMany, Problem, varied_length
from seq_envs.problems.papers import SHORT_AND_LONG, deletang_2023
from seq_envs.problems.stack_content import Stacks
from seq_envs.problems.stack_levels import best_answers, stack_levels
from seq_envs.published import Published
from seq_envs.sizes import Size, Sizes, largest, lengths_of

_MOST_VALUES = 64
"""The most values: each of them has a symbol with a name, that of its instruction."""


@dataclass(frozen=True, kw_only=True)
class SeqStack(Problem):
    """Stack manipulation.

    ## Description
    The agent sees `length` symbols. The first of them are values, the content of a stack from bottom to top: their
    number is drawn uniformly from `1 ... length-1`, and each value uniformly from `0 ... n_values-1`. The others are
    instructions, each drawn uniformly from `n_values+1` ones: pop (`-`) removes the value on top of the stack, or does
    nothing if the stack is empty, and push (`+0`, `+1`, ...) puts a value on top of it. With `length` 1 there is one
    value and no instruction.

    Then come cues `>`. At each cue the right answer is the next value of the final stack, from top to bottom, and at
    the last cue the terminator `n_values`, which says that there are no more. Every cue is scored.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqStack-v0", seed=1))
    step  0 1 2 3 4 5  6  7 8 9 10 11 12
    input 1 0 0 1 - - +0 +1 > >  >  >  >
    truth . . . . . .  .  . 1 0  0  1  2

    ## Action Space
    `Discrete(n_values+1)`: the value, or `n_values` as the terminator.

    ## Observation Space
    The current symbol out of `A = 2*n_values+2` (the values, then `-`, then `+0`, `+1`, ... for each value, then `>`),
    by `encoding`: `one_hot` is `Box(0, 1, (A,), float32)`, `discrete` is `Discrete(A)`, `normalized` is
    `Box(0, 1, (n_values+3,), float32)` holding `v/(n_values-1)` and a flag for each symbol that is no value.

    ## Starting State
    The value at the bottom of the stack.

    ## Rewards
    1.0 for a right answer at a cue, otherwise 0.0.

    An agent that receives its previous action can store a value in it before the first cue. If `length` is a range,
    its previous reward says that this is not the first cue.

    ## Episode End
    Terminated after the cue of the terminator, which is step `length+1` if the final stack is empty and
    `2*length+1` at most, where each episode draws its length if `length` is a range; never truncated. The terminal
    observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=8` (a number or a range such as `(1, 40)`), `n_values=2`, `framing="many_to_many"` (the only one),
    `encoding="one_hot"`. The splits `train` and `test` have the lengths of the literature.

    ## References
    G. Delétang et al. (2023), "Neural Networks and the Chomsky Hierarchy", ICLR, Table 1 and Appendix A: the task
    "Stack Manipulation".

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "stack manipulation: carry out instructions on a stack, then unload it"
    splits: ClassVar[Mapping[str, Mapping[str, Any]]] = SHORT_AND_LONG
    published: ClassVar[tuple[Published, ...]] = (
        deletang_2023("RNN", "the split test", "56%"),
        deletang_2023("LSTM", "the split test", "59%"),
        deletang_2023("stack RNN", "the split test", "100%"),
    )

    length: Size = parameter(8, Sizes(1, (LONGEST - 1) // 2), "values and instructions of an episode")
    n_values: int = parameter(2, Integer(2, _MOST_VALUES), "number of different values")
    framing: ManyToMany = choice(ManyToMany, "every cue is scored")
    encoding: SymbolEncodingName = choice(SymbolEncodingName, "encoding of observations")

    @property
    def question(self) -> str:
        return f"Which value does the stack give next? {self.n_values}: it is empty."

    @property
    def steps(self) -> int:
        return 2 * largest(self.length) + 1

    @property
    def _pop(self) -> int:
        return self.n_values

    @property
    def _cue(self) -> int:
        return 2 * self.n_values + 1

    @cached_property
    def alphabet(self) -> Alphabet:
        return Alphabet(self.n_values, ("-", *(f"+{value}" for value in range(self.n_values)), ">"))

    @property
    def code(self) -> Encoding:
        return SYMBOL_ENCODINGS[self.encoding](self.alphabet)

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(self.n_values + 1)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        longest = largest(self.length)
        drawn = lengths_of(self.length, rng, batch)
        lengths = np.full(batch, longest) if drawn is None else drawn
        at_first = rng.integers(1, np.maximum(lengths, 2))
        values = rng.integers(self.n_values, size=(batch, longest), dtype=np.uint8)
        instructions = rng.integers(self._pop, self._cue, size=(batch, longest), dtype=np.uint8)
        step, cued = np.arange(self.steps), ~is_inside(lengths, self.steps)
        observations = np.full((batch, self.steps), self._cue, np.uint8)
        observations[:, :longest] = np.where(is_inside(at_first, longest), values, instructions)
        np.copyto(observations, np.uint8(self._cue), where=cued)
        stacks = Stacks(observations[:, :longest], self.n_values)
        targets = stacks.unloaded(step - lengths[:, None])
        return varied_length(observations, targets, lengths + stacks.heights + 1, cued)

    def solve(self, history: Array) -> Array:
        cues = (history == self._cue).sum(axis=1, keepdims=True)
        return Stacks(history, self.n_values).unloaded(cues - 1)[:, 0]

    def solve_all(self, observations: Array) -> Array:
        cues = (observations == self._cue).cumsum(axis=1)
        return Stacks(observations, self.n_values).unloaded(cues - 1)

    def guess(self, observations: Array, step: int) -> Array | None:
        best = best_answers(self.length, self.n_values)
        return None if best is None else np.full(len(observations), best[step])

    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action",) if isinstance(self.length, int) else ("action", "reward")

    def known_levels(self) -> Levels | None:
        return stack_levels(self.length, self.n_values)
