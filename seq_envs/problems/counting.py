"""Counting: which letters may come next in a^n b^n, or in a^n b^n c^n?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, CategoricalEncodingName, Encoding
from seq_envs.level import Levels
from seq_envs.parameters import LONGEST, Integer, choice, parameter
from seq_envs.problem import Episodes, OneToOne, Problem
from seq_envs.problems.counting_levels import counting_levels
from seq_envs.problems.counting_words import SYMBOLS, A, B, complete_letters, draw_words, next_sets
from seq_envs.published import Published
from seq_envs.sizes import Size, Sizes, largest, smallest

_GERS = "Gers and Schmidhuber 2001, section III"


@dataclass(frozen=True, kw_only=True)
class SeqCounting(Problem):
    """Counting.

    ## Description
    An episode is a word `S a^n b^n T`: the start S, then n times a, then n times b, then the end T. With `letters=3` it
    is `S a^n b^n c^n T`. The number n is `repeats`; if that is a range, each episode draws its own n uniformly. The
    agent sees all symbols but T. The right answer at every step is the set of the symbols that may come next in a word
    of the language, whose n may be any number from 1 on:

    - after S: a.
    - after an a: a or b.
    - after a later letter: this letter again, until there are n of them. Then the next letter, or T after the last one.

    The answer after an a does not depend on n, so only the ends of the later letters need counting.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqCounting-v0", repeats=3, seed=0))
    step      0     1     2     3     4     5     6
    input     S     a     a     a     b     b     b
    truth 1,0,0 1,1,0 1,1,0 1,1,0 0,1,0 0,1,0 0,0,1

    ## Action Space
    `MultiDiscrete([2] * (letters+1))`: for each of a, b, c (with `letters=3`) and T, in this order, 1 if it may come
    next, otherwise 0. An answer is right only as a whole.

    ## Observation Space
    The current symbol out of S, a, b and c (with `letters=3`), in this order, by `encoding`: `one_hot` is
    `Box(0, 1, (letters+1,), float32)`, `discrete` is `Discrete(letters+1)`.

    ## Starting State
    S.

    ## Rewards
    1.0 for a right answer, otherwise 0.0.

    For a few small n, an agent that receives its previous action can tell from it whether a letter is the first of its
    kind. With three letters its previous reward may tell that too.

    ## Episode End
    Terminated after `letters*n+1` steps; never truncated. The terminal observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `repeats=(1, 10)` (n, a number or a range), `letters=2` (2 or 3), `framing="one_to_one"`, `encoding="one_hot"`. The
    splits have the ranges of the literature.

    ## References
    F. A. Gers and J. Schmidhuber (2001), "LSTM Recurrent Networks Learn Simple Context-Free and Context-Sensitive
    Languages", IEEE Transactions on Neural Networks 12(6), section III. A network is trained with a range of n, and
    tested with greater n up to the first word with a mistake.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "counting: which letters may come next in a^n b^n or a^n b^n c^n?"
    whole_answers: ClassVar[bool] = True
    splits: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "train": {"repeats": (1, 10)},
        "train_20_to_30": {"repeats": (20, 30)},
        "train_1_to_40": {"repeats": (1, 40)},
        "test": {"repeats": (11, 500)},
    }
    published: ClassVar[tuple[Published, ...]] = (
        Published(who="LSTM", setting="a^n b^n", figure="generalizes to n = 1000", source=_GERS),
        Published(
            who="LSTM",
            setting="a^n b^n c^n",
            budget="the split train_1_to_40",
            figure="generalizes to n = 500",
            source=_GERS,
        ),
    )

    repeats: Size = parameter((1, 10), Sizes(1, (LONGEST - 1) // 3), "n: how often each letter occurs")
    letters: int = parameter(2, Integer(2, 3), "number of different letters")
    framing: OneToOne = choice(OneToOne, "every step is scored")
    encoding: CategoricalEncodingName = choice(CategoricalEncodingName, "encoding of observations")

    @property
    def question(self) -> str:
        end = " the next letter" if self.letters == 3 else " T"
        return (
            f"Which of {', '.join(SYMBOLS[1 : self.letters + 1])} and T may come next? After a: a or b. After a later "
            f"letter: the same again, until there are as many as a. Then{end}{', and at last T' * (self.letters - 2)}."
        )

    @property
    def steps(self) -> int:
        return self.letters * largest(self.repeats) + 1

    @property
    def code(self) -> Encoding:
        return SYMBOL_ENCODINGS[self.encoding](Alphabet(0, SYMBOLS[: self.letters + 1]))

    @property
    def action_space(self) -> spaces.MultiDiscrete:
        return spaces.MultiDiscrete([2] * (self.letters + 1))

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        return draw_words(rng, batch, self.repeats, self.letters)

    def solve(self, history: Array) -> Array:
        current = history[:, -1]
        same, first = ((history == symbol).sum(axis=1) for symbol in (current[:, None], A))
        return next_sets(current, (current >= B) & (same == first), self.letters)

    def solve_all(self, observations: Array) -> Array:
        return next_sets(observations, complete_letters(observations, self.letters), self.letters)

    def sources(self, history: Array, step: int) -> Array:
        """The steps whose symbol differs between the episodes that last until `step`.

        All of them if the letter at `step` may be the n-th of its kind, otherwise `step` alone.
        """
        shortest = max(smallest(self.repeats), -(-step // self.letters))
        steps = np.arange(step + 1)
        varies = np.zeros(step + 1, np.bool_)
        for repeats in range(1, self.letters):
            varies |= (steps > repeats * shortest) & (steps <= repeats * largest(self.repeats))
        letter = np.maximum(history[:, step].astype(np.int64), 1)
        counts = (letter >= B) & (step % letter == 0) & (step // letter >= smallest(self.repeats))
        sources: Array = varies & (counts[:, None] | (steps == step))
        return sources

    def guess(self, observations: Array, step: int) -> Array:
        """A letter is taken for its last only if no greater n is possible, since all n are equally likely."""
        letter = np.maximum(observations.astype(np.int64), B)
        greatest = np.minimum((step - 1) // (letter - 1), largest(self.repeats))
        return next_sets(observations, (observations >= B) & (greatest * letter == step), self.letters)

    @property
    def leaks(self) -> tuple[str, ...]:
        low, high = smallest(self.repeats), largest(self.repeats)
        # Whether b is the first one matters at step 4, if n may be 2 or 3, and whether c is, at step 9.
        if self.letters == 3 and low <= 3 and high >= 5:
            return ("action", "reward")
        return ("action",) if low <= 2 < high else ()

    def known_levels(self) -> Levels:
        return counting_levels(self.repeats, self.letters)
