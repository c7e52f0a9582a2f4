"""Value memorization: carry the first symbol over an otherwise identical sequence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np
from gymnasium import spaces

from seq_envs.decks import another, check_decks, dealt, deck_parameter, decks_parameter, mean_alike, other_card
from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, Encoding, SymbolEncodingName
from seq_envs.level import Level, Levels, by_luck
from seq_envs.parameters import MOST_VALUES, Flag, Integer, choice, parameter
from seq_envs.problem import Episodes, EveryStepOrLast, Problem, fixed_length, same_sources, varied_length
from seq_envs.problems.papers import hochreiter_1997
from seq_envs.published import Published
from seq_envs.sizes import Size, Sizes, largest, lengths_of, smallest

_Distractors = Literal["fixed", "random"]


@dataclass(frozen=True, kw_only=True)
class SeqMemorize(Problem):
    """Value memorization.

    ## Description
    A sequence begins and ends with the same marker, drawn uniformly from `n_sequences` markers. The body between them
    is `0, 1, ..., length-3` in all sequences. The agent sees all symbols but the last one. In the framing `one_to_one`
    the right answer at every step is the next symbol. In `many_to_one` only the last step is scored, where the answer
    is the marker.

    - `distractors="random"`: each symbol of the body is drawn uniformly from the body's symbols in each episode, and
      only the last step is scored in both framings.
    - `overlap=True`: the body is `1, ..., length-2` and the two markers are `length-2` and `length-1`, so one marker is
      also a symbol of the body.
    - `deck=True`: every symbol of the sequence but the last one is a marker, dealt from `decks` decks of
      `13 * n_sequences` cards, 13 of each marker, which are shuffled together before each episode. In `one_to_one` the
      right answer at every step is the first marker, in `many_to_one` only the last step is scored.

    Without `deck` only the last answer needs memory. A memoryless policy still gets 87.5% in `one_to_one` at length 5
    and 99.5% at length 101, so look at the last step alone (`accuracy_by_step` of `seq_envs.evaluate`).

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqMemorize-v0", seed=0))
    step  0 1 2 3
    input 4 0 1 2
    truth 0 1 2 4

    ## Action Space
    `Discrete(A)`: the symbol, of the alphabet of `A = length-2+n_sequences` symbols (`length` with `overlap`,
    `n_sequences` with `deck`).

    ## Observation Space
    The current symbol, by `encoding`: `one_hot` is `Box(0, 1, (A,), float32)`, `discrete` is `Discrete(A)`,
    `normalized` is `Box(0, 1, (1,), float32)` holding `v/(A-1)`.

    ## Starting State
    The marker.

    ## Rewards
    1.0 for a right answer on a scored step, otherwise 0.0.

    Where only the last step is scored, an agent that receives its previous action can answer with the marker at every
    step, which solves the problem. With `deck=True` and `one_to_one` the previous reward helps too: it says whether the
    previous answer was the marker.

    ## Episode End
    Terminated after `length-1` steps, where each episode draws its length if `length` is a range; never truncated. The
    terminal observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=5` (a number, or a range such as `(5, 20)` where only the last step is scored or with `deck`),
    `n_sequences=2`, `framing="one_to_one"`, `encoding="one_hot"`, `distractors="fixed"`, `overlap=False` (needs
    `n_sequences=2`), `deck=False` (excludes `distractors="random"` and `overlap`), `decks=1` (more need `deck=True`;
    `length - 1` is at most the number of cards).

    ## References
    S. Hochreiter and J. Schmidhuber (1997), "Long Short-Term Memory", Neural Computation 9(8), Experiment 2 (random
    distractors: 2b and 2c). J. Brownlee (2017), "5 Examples of Simple Sequence Prediction Problems for Learning LSTM
    Recurrent Neural Networks", section "Value Memorization"; its printed pair is `overlap=True`. S. Morad et al.
    (2023), "POPGym: Benchmarking Partially Observable Reinforcement Learning", ICLR: the task RepeatFirst is
    `deck=True` with `n_sequences=4` and as many symbols as cards, so one step less; its returns are `2 * accuracy - 1`.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "value memorization: carry the first symbol to the end"
    published: ClassVar[tuple[Published, ...]] = (
        hochreiter_1997("5.2", "2a, length=101", "solved after 5,040 sequences"),
        hochreiter_1997("5.2", '2b, length=101, distractors="random"', "solved after 5,680 sequences"),
    )

    length: Size = parameter(5, Sizes(3, MOST_VALUES), "symbols in a sequence")
    n_sequences: int = parameter(2, Integer(2, MOST_VALUES), "different markers")
    framing: EveryStepOrLast = choice(EveryStepOrLast, "whether every step is scored or only the last")
    encoding: SymbolEncodingName = choice(SymbolEncodingName, "encoding of observations")
    distractors: _Distractors = choice(_Distractors, "whether the body is always the same or drawn in each episode")
    overlap: bool = parameter(False, Flag(), "whether one marker is also a symbol of the body")
    deck: bool = deck_parameter()
    decks: int = decks_parameter()

    def check(self) -> None:
        if self.overlap and self.n_sequences != 2:
            raise ValueError(f"n_sequences must be 2 with overlap=True, got {self.n_sequences}")
        if self.deck and self.overlap:
            raise ValueError("overlap must be False with deck=True, got True")
        if self.deck and self.distractors != "fixed":
            raise ValueError(f"distractors must be 'fixed' with deck=True, got {self.distractors!r}")
        check_decks(self.deck, self.decks, ("n_sequences", self.n_sequences), "length - 1", self.steps)
        if not isinstance(self.length, int) and not (self._asks_at_the_end or self.deck):
            raise ValueError(
                "length must be one number where every step is scored, since a policy cannot foresee the end: "
                f"use framing='many_to_one', got {self.length}"
            )

    @property
    def _asks_at_the_end(self) -> bool:
        """Whether only the last step is scored."""
        return self.framing == "many_to_one" or self.distractors == "random"

    @property
    def _asks_for_marker(self) -> bool:
        """Whether every scored step asks for the first symbol."""
        return self._asks_at_the_end or self.deck or self.steps == 1

    @property
    def question(self) -> str:
        if self._asks_for_marker:
            return "Which symbol was the first input?"
        return "Which symbol comes next? After the last input, the first one comes again."

    @property
    def steps(self) -> int:
        return largest(self.length) - 1

    @property
    def _body_length(self) -> int:
        """The symbols between the markers in the longest sequence."""
        return largest(self.length) - 2

    @cached_property
    def alphabet(self) -> Alphabet:
        if self.deck:
            return Alphabet(self.n_sequences)
        return Alphabet(self._body_length + (2 if self.overlap else self.n_sequences))

    @property
    def code(self) -> Encoding:
        return SYMBOL_ENCODINGS[self.encoding](self.alphabet)

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(self.alphabet.size)

    @property
    def body(self) -> Array:
        """(length-2,): the symbols between the markers of the longest sequence."""
        return np.arange(self.overlap, self.overlap + self._body_length, dtype=self.alphabet.dtype)

    @cached_property
    def scored(self) -> Array:
        """(T,) bool: the steps that are scored in some episode."""
        return np.arange(self.steps) >= (smallest(self.length) - 2 if self._asks_at_the_end else 0)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        dtype = self.alphabet.dtype
        lengths = lengths_of(self.length, rng, batch)
        if self.deck:
            markers = dealt(rng, batch, self.steps, self.n_sequences, self.decks)
            first = np.broadcast_to(markers[:, :1], markers.shape)
            steps = None if lengths is None else lengths - 1
            return varied_length(markers, first, steps, None if self._asks_at_the_end else self.scored)
        sequences = np.empty((batch, self.steps + 1), dtype)
        sequences[:, 0] = rng.integers(self._body_length, self._body_length + self.n_sequences, size=batch)
        sequences[:, -1] = sequences[:, 0]
        if self.distractors == "random":
            sequences[:, 1:-1] = self.body[rng.integers(self._body_length, size=(batch, self._body_length))]
        else:
            sequences[:, 1:-1] = self.body
        if lengths is None:
            return fixed_length(sequences[:, :-1], sequences[:, 1:], self.scored)
        markers = np.repeat(sequences[:, :1], self.steps, axis=1)  # Any step may be the last one.
        return varied_length(sequences[:, :-1], markers, lengths - 1)

    def solve(self, history: Array) -> Array:
        step = history.shape[1] - 1
        return history[:, 0] if self._is_end(step) else np.full_like(history[:, 0], self.overlap + step)

    def _is_end(self, step: int) -> bool:
        """Whether the answer at this step is the marker, where it is scored."""
        return self.deck or step >= smallest(self.length) - 2

    def sources(self, history: Array, step: int) -> Array:
        """The first symbol where it is the answer. Other answers do not vary between episodes and have no sources."""
        return same_sources(history, step, [0] if self._is_end(step) and self.scored[step] else [])

    def guess(self, observations: Array, step: int) -> Array:
        if self.deck:
            return observations if step == 0 else another(observations, self.n_sequences)
        answer = self._body_length if self._is_end(step) else self.overlap + step
        return np.full_like(observations, answer)

    @property
    def leaks(self) -> tuple[str, ...]:
        if self.deck and not self._asks_at_the_end:
            return ("action", "reward")
        return ("action",) if self._asks_for_marker else ()

    def known_levels(self) -> Levels:
        one_of_n = 1 / self.n_sequences
        perfect = Level(1.0, 1.0)
        if self.deck:
            return Levels(Level(one_of_n, one_of_n), self._without_memory(), perfect)
        if self._asks_for_marker:
            return by_luck(one_of_n, one_of_n)
        # The most frequent symbol occurs once in the body, and with overlap it is also one of the two markers.
        hits = 1 + one_of_n if self.overlap else 1
        # One symbol is right at every step only if it is the marker and the whole body.
        chance = Level(hits / self.steps, one_of_n if self.overlap and self.steps == 2 else 0.0)
        return Levels(chance, Level((self.steps - 1 + one_of_n) / self.steps, one_of_n), perfect)

    def _without_memory(self) -> Level:
        """The level of `guess` with decks: after the first step it names a marker that is not the current one."""
        other = other_card(self.n_sequences, self.decks)
        if self._asks_at_the_end:
            return Level(other, other)
        shortest, longest = smallest(self.length) - 1, largest(self.length) - 1
        mean_steps = (shortest + longest) / 2
        # All answers are right if all later markers are the one before the first in the order of `another`.
        exact_match = mean_alike(self.n_sequences, self.decks, (shortest - 1, longest - 1), other=1)
        return Level((1 + (mean_steps - 1) * other) / mean_steps, exact_match)
