"""Temporal order: in which order did two or three relevant symbols occur?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, CategoricalEncodingName, Encoding
from seq_envs.level import Levels, by_luck
from seq_envs.parameters import LONGEST, Integer, choice, parameter
from seq_envs.problem import Episodes, ManyToOne, Problem, same_sources, varied_length
from seq_envs.problems.papers import hochreiter_1997
from seq_envs.published import Published
from seq_envs.sizes import Size, Sizes, largest, lengths_of, smallest

_SYMBOLS = ("a", "b", "c", "d", "X", "Y", "E", "B")
_DISTRACTORS, _X, _Y, _FIRST, _LAST = 4, 4, 5, 6, 7


@dataclass(frozen=True, kw_only=True)
class SeqTemporalOrder(Problem):
    """Temporal order.

    ## Description
    A sequence begins with `E` and ends with `B`. Between them are distractors, each drawn uniformly from `a`, `b`, `c`
    and `d`, and `relevant` symbols, each `X` or `Y` with equal probability. At the last step, where `B` is, the agent
    answers with the order of the relevant symbols: the number in binary that they are if `X` is 0 and `Y` is 1, the
    first one being the highest digit. Only this step is scored.

    Each relevant symbol has its own range of steps, in which its step is drawn uniformly. With `L` the length of the
    shortest sequence, where the first step is 0 and divisions round down, the ranges are

    - for two symbols `L/10 ... L/5` and `L/2 ... L/2 + L/10`,
    - for three symbols `L/10 ... L/5`, `L/3 ... L/3 + L/10` and `2L/3 ... 2L/3 + L/10`.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqTemporalOrder-v0", seed=0))
    step  0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21
    input E a Y a c a d c b a  c  c  Y  c  b  a  c  a  c  a  c  B
    truth . . . . . . . . . .  .  .  .  .  .  .  .  .  .  .  .  3

    ## Action Space
    `Discrete(4)`: 0 for `XX`, 1 for `XY`, 2 for `YX`, 3 for `YY`. With three symbols `Discrete(8)`: 0 for `XXX`, 1 for
    `XXY` and so on to 7 for `YYY`.

    ## Observation Space
    The current symbol in the order `a`, `b`, `c`, `d`, `X`, `Y`, `E`, `B`, by `encoding`: `one_hot` is
    `Box(0, 1, (8,), float32)`, `discrete` is `Discrete(8)`.

    ## Starting State
    `E`.

    ## Rewards
    1.0 for a right answer at the last step, otherwise 0.0.

    An agent that receives its previous action can store the relevant symbols there.

    ## Episode End
    Terminated after `length` steps, where each episode draws its length if `length` is a range; never truncated. The
    terminal observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=(20, 22)` (a number or a range, at least 10), `relevant=2` (2 or 3), `framing="many_to_one"`,
    `encoding="one_hot"`. The splits `6a` and `6b` have the sizes of the literature.

    ## References
    S. Hochreiter and J. Schmidhuber (1997), "Long Short-Term Memory", Neural Computation 9(8), section 5.6: Experiment
    6a has two symbols and 6b three, both with lengths from 100 to 110, for which the ranges above are the published
    ones.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "temporal order: in which order did the relevant symbols occur?"
    leaks: ClassVar[tuple[str, ...]] = ("action",)
    splits: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "6a": {"length": (100, 110), "relevant": 2},
        "6b": {"length": (100, 110), "relevant": 3},
    }
    published: ClassVar[tuple[Published, ...]] = (
        hochreiter_1997("5.6, Table 9", "the split 6a", "31,390 sequences until success"),
        hochreiter_1997("5.6, Table 9", "the split 6b", "571,100 sequences until success"),
    )

    length: Size = parameter((20, 22), Sizes(10, LONGEST), "time steps of an episode")
    relevant: int = parameter(2, Integer(2, 3), "symbols whose order is asked")
    framing: ManyToOne = choice(ManyToOne, "one question, at the last step")
    encoding: CategoricalEncodingName = choice(CategoricalEncodingName, "encoding of observations")

    @property
    def question(self) -> str:
        count = {2: "two", 3: "three"}[self.relevant]
        return f"What number do the {count} symbols X and Y make in binary, X being 0 and Y being 1?"

    @property
    def steps(self) -> int:
        return largest(self.length)

    @property
    def code(self) -> Encoding:
        return SYMBOL_ENCODINGS[self.encoding](Alphabet(0, _SYMBOLS))

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(2**self.relevant)

    @property
    def ranges(self) -> list[tuple[int, int]]:
        """The first and the last step at which each relevant symbol may be."""
        shortest = smallest(self.length)
        tenth = shortest // 10
        later = [shortest // 2] if self.relevant == 2 else [shortest // 3, 2 * shortest // 3]
        return [(tenth, shortest // 5), *((start, start + tenth) for start in later)]

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        lengths, every = lengths_of(self.length, rng, batch), np.arange(batch)
        symbols = rng.integers(_DISTRACTORS, size=(batch, self.steps), dtype=np.uint8)
        order = rng.integers(2**self.relevant, size=batch, dtype=np.uint8)
        first, last = np.array(self.ranges).T[..., None]
        # One draw of all places is much faster than one for each, and rows of episodes than those of few places.
        luck = np.ascontiguousarray(rng.random((batch, self.relevant)).T)
        places = first + (luck * (last - first + 1)).astype(np.int64)
        digits = order >> np.arange(self.relevant, dtype=np.uint8)[::-1, None] & 1
        symbols[every, places] = _X + digits
        symbols[:, 0] = _FIRST
        symbols[every, -1 if lengths is None else lengths - 1] = _LAST
        return varied_length(symbols, np.broadcast_to(order[:, None], symbols.shape), lengths)

    def solve(self, history: Array) -> Array:
        relevant = (history == _X) | (history == _Y)
        later = relevant.sum(axis=1, keepdims=True) - relevant.cumsum(axis=1)
        digits = (history == _Y) & (later < self.relevant)
        order: Array = (digits << later * digits).sum(axis=1)
        return order

    def solve_all(self, observations: Array) -> Array:
        orders = np.zeros(observations.shape, np.int64)
        order = np.zeros(len(observations), np.int64)
        for step in range(observations.shape[1]):
            symbol = observations[:, step]
            more = (2 * order + (symbol == _Y)) % 2**self.relevant
            order = np.where((symbol == _X) | (symbol == _Y), more, order)
            orders[:, step] = order
        return orders

    def sources(self, history: Array, step: int) -> Array:
        """The relevant symbols, at the steps that are scored in some episode."""
        if step < smallest(self.length) - 1:
            return same_sources(history, step, [])
        seen = history[:, : step + 1]
        sources: Array = (seen == _X) | (seen == _Y)
        return sources

    def guess(self, observations: Array, step: int) -> Array:
        return np.zeros_like(observations)

    def known_levels(self) -> Levels:
        return by_luck(0.5**self.relevant, 0.5**self.relevant)
