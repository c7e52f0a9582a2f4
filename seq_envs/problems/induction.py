"""Induction heads: answer with the value that followed the special symbol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, Encoding, SymbolEncodingName
from seq_envs.level import Levels, by_luck
from seq_envs.parameters import LONGEST, MOST_VALUES, Integer, choice, parameter
from seq_envs.problem import Episodes, ManyToOne, Problem, same_sources, varied_length
from seq_envs.published import Published
from seq_envs.sizes import Size, Sizes, largest, lengths_of

_MAMBA = "Gu and Dao 2023, Table 2"
_TESTED = [1 << power for power in range(6, 21)]
"""The lengths of the published tests."""


@dataclass(frozen=True, kw_only=True)
class SeqInduction(Problem):
    """Induction heads.

    ## Description
    The agent sees values drawn uniformly from `0 ... N-1`. At one step, drawn uniformly from `0 ... length-3`, it sees
    the special symbol (`*`) instead, and once more at the last step. There the right answer is the value that followed
    the first special symbol.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqInduction-v0", seed=0))
    step  0 1 2 3 4 5 6 7 8 9 10 11
    input 2 3 5 5 5 6 0 * 0 5  5  *
    truth . . . . . . . . . .  .  0

    ## Action Space
    `Discrete(N)`: the value, of `N = vocabulary-1` values.

    ## Observation Space
    The current symbol out of `vocabulary` (the values, then the special symbol), by `encoding`: `one_hot` is
    `Box(0, 1, (vocabulary,), float32)`, `discrete` is `Discrete(vocabulary)`, `normalized` is
    `Box(0, 1, (2,), float32)` holding `v/(N-1)` and a flag for the special symbol.

    ## Starting State
    A value or the special symbol.

    ## Rewards
    1.0 for the right answer at the last step, otherwise 0.0.

    An agent that receives its previous action can store the value in it.

    ## Episode End
    Terminated after `length` steps, where each episode draws its length if `length` is a range; never truncated. The
    terminal observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=12` (a number or a range such as `(8, 16)`), `vocabulary=8`, `framing="many_to_one"`, `encoding="one_hot"`.
    The splits have the vocabulary and the lengths of the literature: `train` has length 256, and `test_64`, `test_128`
    and so on up to `test_1048576` double the length each time.

    ## References
    A. Gu and T. Dao (2023), "Mamba: Linear-Time Sequence Modeling with Selective State Spaces", section 4.1.2. Issues
    62 and 298 of the repository state-spaces/mamba report failed reproductions. C. Olsson et al. (2022), "In-context
    Learning and Induction Heads", Transformer Circuits Thread, name the task's mechanism.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "induction heads: answer with the value that followed the special symbol"
    question: ClassVar[str] = "At the second *: which value followed the first *?"
    leaks: ClassVar[tuple[str, ...]] = ("action",)
    splits: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "train": {"length": 256, "vocabulary": 16},
        **{f"test_{length}": {"length": length, "vocabulary": 16} for length in _TESTED},
    }
    published: ClassVar[tuple[Published, ...]] = (
        Published(who="Mamba", setting="every test split", budget="the split train", figure="100%", source=_MAMBA),
        Published(
            who="all other models",
            setting="splits with more than twice the length of training",
            budget="the split train",
            figure="they fail",
            source=_MAMBA,
        ),
    )

    length: Size = parameter(12, Sizes(3, LONGEST), "time steps of an episode")
    vocabulary: int = parameter(8, Integer(3, MOST_VALUES), "number of symbols: the values and the special symbol")
    framing: ManyToOne = choice(ManyToOne, "only the last step is scored")
    encoding: SymbolEncodingName = choice(SymbolEncodingName, "encoding of observations")

    @property
    def steps(self) -> int:
        return largest(self.length)

    @property
    def n_values(self) -> int:
        """The number of values."""
        return self.vocabulary - 1

    @cached_property
    def alphabet(self) -> Alphabet:
        return Alphabet(self.n_values, cues=("*",))

    @property
    def code(self) -> Encoding:
        return SYMBOL_ENCODINGS[self.encoding](self.alphabet)

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(self.n_values)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        lengths = lengths_of(self.length, rng, batch)
        last = self.steps - 1 if lengths is None else lengths - 1
        observations = rng.integers(self.n_values, size=(batch, self.steps), dtype=self.alphabet.dtype.type)
        episode, place = np.arange(batch), rng.integers(last - 1, size=batch)
        observations[episode, place] = observations[episode, last] = self.n_values
        answers = observations[episode, place + 1]
        return varied_length(observations, np.broadcast_to(answers[:, None], observations.shape), lengths)

    def solve(self, history: Array) -> Array:
        return self.solve_all(history)[:, -1]

    def solve_all(self, observations: Array) -> Array:
        """The value after the first special symbol at every step, also before it is seen: only the end is scored."""
        after = self._first(observations) + 1
        answers: Array = observations[np.arange(len(observations)), np.minimum(after, observations.shape[1] - 1)]
        return np.broadcast_to(answers[:, None], observations.shape)

    def _first(self, observations: Array) -> Array:
        """(B,): the step of the first special symbol."""
        first: Array = (observations == self.n_values).argmax(axis=1)
        return first

    def sources(self, history: Array, step: int) -> Array:
        """The first special symbol and the value after it. With three steps, the special symbol has only one place."""
        if step == 2:
            return same_sources(history, step, [1])
        distance = np.arange(step + 1) - self._first(history[:, : step + 1])[:, None]
        stated: Array = (distance == 0) | (distance == 1)
        return stated

    def guess(self, observations: Array, step: int) -> Array:
        return np.zeros_like(observations)

    def known_levels(self) -> Levels:
        return by_luck(1 / self.n_values, 1 / self.n_values)
