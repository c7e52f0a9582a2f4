"""Long time lag: which symbol came second, before all the distractors?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, CategoricalEncodingName, Encoding
from seq_envs.level import Levels, by_luck
from seq_envs.parameters import LONGEST, MOST_VALUES, Integer, choice, parameter
from seq_envs.problem import Episodes, ManyToOne, Problem, same_sources, varied_length
from seq_envs.problems.papers import hochreiter_1997
from seq_envs.published import Published
from seq_envs.sizes import Size, Sizes, drawn, largest, smallest

_LOG_ONE_MORE = np.log(0.9)
"""The logarithm of the probability of another distractor after each one from number `delay` on."""
_B, _E, _X = 0, 1, 2
"""The places of b, e and x among the cues; y follows x."""
_FRAME = 3
"""The symbols that are not distractors: b, then x or y, and e."""
_MOST = LONGEST // 2 - _FRAME


@dataclass(frozen=True, kw_only=True)
class SeqLongLag(Problem):
    """Long time lag.

    ## Description
    A string begins with b and then x or y, with equal probability. Distractors follow, each drawn uniformly from
    `n_distractors` symbols: `delay` of them, then another one with probability 0.9, and again after each of these. The
    symbol e ends the inputs, and asks which of x and y was there. Neither the distractors nor the length of the string
    say anything about the answer.

    Strings have no longest length, but episodes have: at most `extra` distractors follow after the first `delay`. Their
    number has the probability `0.9**k`, divided by the sum over `k = 0 ... extra`. The default of 22 leaves out 8.9% of
    all strings, an `extra` of 97 leaves out 3 in 100,000. With `extra=0` all episodes have the same length.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqLongLag-v0", seed=0))
    step  0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
    input b x 3 3 2 0 2 1 0 3  3  4  1  4  2  3  e
    truth . . . . . . . . . .  .  .  .  .  .  .  0

    ## Action Space
    `Discrete(2)`: 0 for x, 1 for y.

    ## Observation Space
    The current symbol, of `A = n_distractors + 4` symbols: the distractors, then b, e, x and y. By `encoding`:
    `one_hot` is `Box(0, 1, (A,), float32)`, `discrete` is `Discrete(A)`.

    ## Starting State
    The symbol b.

    ## Rewards
    1.0 for the right answer at the last step, otherwise 0.0.

    An agent that receives its previous action can answer with the symbol at every step, which solves the problem.

    ## Episode End
    Terminated after e, the step `delay + k + 3` with `k` further distractors, where each episode draws its delay if
    `delay` is a range; never truncated. The terminal observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `delay=5` (a number, or a range such as `(5, 20)`), `n_distractors=5`, `extra=22`, `framing="many_to_one"`,
    `encoding="one_hot"`.

    ## References
    S. Hochreiter and J. Schmidhuber (1997), "Long Short-Term Memory", Neural Computation 9(8), Experiment 2c, where
    `delay` is q and `n_distractors` is p; `SeqLongLagPaper-v0` has its smallest size. Experiments 2a and 2b are
    `SeqMemorize`.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "long time lag: was it x or y, before all the distractors?"
    question: ClassVar[str] = "Was the second input x or y? 0: x, 1: y."
    leaks: ClassVar[tuple[str, ...]] = ("action",)
    published: ClassVar[tuple[Published, ...]] = tuple(
        hochreiter_1997(
            "5.2, Table 3",
            f"delay={delay}, n_distractors={n_distractors}",
            f"solved after {sequences:,} sequences",
        )
        for delay, n_distractors, sequences in (
            (50, 50, 30_000),
            (100, 100, 31_000),
            (200, 200, 33_000),
            (500, 500, 38_000),
            (1000, 1000, 49_000),
            (1000, 500, 49_000),
            (1000, 200, 75_000),
            (1000, 100, 135_000),
            (1000, 50, 203_000),
        )
    )

    delay: Size = parameter(5, Sizes(0, _MOST), "distractors that every string has")
    n_distractors: int = parameter(5, Integer(1, MOST_VALUES), "different distractors")
    extra: int = parameter(22, Integer(0, _MOST), "most distractors after these")
    framing: ManyToOne = choice(ManyToOne, "only the last step is scored")
    encoding: CategoricalEncodingName = choice(CategoricalEncodingName, "encoding of observations")

    @property
    def steps(self) -> int:
        return _FRAME + largest(self.delay) + self.extra

    @cached_property
    def alphabet(self) -> Alphabet:
        return Alphabet(self.n_distractors, ("b", "e", "x", "y"))

    @property
    def code(self) -> Encoding:
        return SYMBOL_ENCODINGS[self.encoding](self.alphabet)

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(2)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        n, symbol = self.n_distractors, self.alphabet.dtype.type
        lengths = _FRAME + drawn(self.delay, rng, batch)
        if self.extra:
            # A geometric number modulo extra + 1 has the probabilities of one that is at most `extra`.
            further = np.log(1 - rng.random(batch)) / _LOG_ONE_MORE
            lengths += further.astype(np.int64) % (self.extra + 1)
        answers = rng.integers(2, size=batch, dtype=np.uint8)
        symbols = rng.integers(n, size=(batch, self.steps), dtype=symbol)
        symbols[:, 0] = n + _B
        symbols[:, 1] = answers + symbol(n + _X)
        symbols[np.arange(batch), lengths - 1] = n + _E
        return varied_length(symbols, np.broadcast_to(answers[:, None], symbols.shape), lengths)

    def solve(self, history: Array) -> Array:
        is_y: Array = history[:, min(1, history.shape[1] - 1)] == self.n_distractors + _X + 1
        return is_y.view(np.uint8)

    def solve_all(self, observations: Array) -> Array:
        return np.repeat(self.solve(observations)[:, None], observations.shape[1], axis=1)

    def sources(self, history: Array, step: int) -> Array:
        """The second symbol, from the first step on that may be the last one."""
        return same_sources(history, step, [1] if step >= _FRAME - 1 + smallest(self.delay) else [])

    def guess(self, observations: Array, step: int) -> Array:
        return np.zeros(len(observations), np.uint8)

    def known_levels(self) -> Levels:
        return by_luck(0.5, 0.5)
