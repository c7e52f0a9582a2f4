"""Multi-query associative recall: answer with the value of each key that comes again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, CategoricalEncodingName, Encoding
from seq_envs.level import Levels, by_luck
from seq_envs.parameters import LONGEST, MOST_VALUES, Flag, Integer, Real, choice, parameter
from seq_envs.problem import Episodes, ManyToMany, Problem, same_sources
from seq_envs.problems.multi_query_bindings import bindings_of, latest_binding, latest_values
from seq_envs.problems.multi_query_layout import draw_episodes
from seq_envs.published import Published
from seq_envs.sizes import Size, Sizes, as_text, largest, mean_power, smallest

_ZOOLOGY = "Arora et al. 2023, Figure 2"
_SIZES = {"64x4": (64, 4), "128x8": (128, 8), "256x16": (256, 16), "512x64": (512, 64)}
"""The published lengths and pairs."""


@dataclass(frozen=True, kw_only=True)
class SeqMultiQueryRecall(Problem):
    """Multi-query associative recall (MQAR).

    ## Description
    First come `pairs` pairs of a key and its value, one symbol a step. The keys of an episode are all different, drawn
    uniformly without replacement; the values are drawn uniformly and independently. Then each key comes once more,
    as a query, with blanks (`_`) between the queries. At each query the right answer is the value of this key.

    The places for queries are at distances 0, 2, 4, ... after the pairs, as long as a further step fits. In the order
    of the pairs, each key draws one of the places that are left: the place at distance `2*(g-1)`, for g = 1, 2, 3, ...,
    with a probability in proportion to `g ** (power-1)`. A small `power` makes long gaps rare, and with a `power` close
    to 1 all places are almost equally likely.

    With `forget=True`, half of the keys (rounded up), drawn uniformly without replacement, come again with new values
    between the pairs and the queries. A new value is drawn as the first one was, and is the right answer.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqMultiQueryRecall-v0", seed=0))
    step  0 1 2 3 4 5 6 7 8 9 10 11
    input 6 2 4 3 _ _ _ _ 4 _  6  _
    truth . . . . . . . . 3 .  2  .

    ## Action Space
    `Discrete(N)`: the value, of `N = vocabulary - vocabulary//2` values.

    ## Observation Space
    The current symbol out of `vocabulary` (the values `0 ... N-1`, then `vocabulary//2 - 1` keys, then the blank), by
    `encoding`: `one_hot` is `Box(0, 1, (vocabulary,), float32)`, `discrete` is `Discrete(vocabulary)`.

    ## Starting State
    A key.

    ## Rewards
    1.0 for a right answer at a query, otherwise 0.0.

    An agent that receives its previous action can store one value in it.

    ## Episode End
    Terminated after `length` steps, where each episode draws its own `length` and `pairs` if they are ranges; never
    truncated. The terminal observation is the blank.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=12` and `pairs=2` (numbers, or ranges such as `(1, 3)`; `length` is at least `4*pairs`, and with `forget` at
    least twice the pairs, the new bindings and the queries), `vocabulary=8` (at least `2*pairs + 2`), `power=0.01`,
    `forget=False`, `framing="many_to_many"`, `encoding="one_hot"`. The splits `64x4`, `128x8`, `256x16` and `512x64`
    have the lengths and pairs of the literature, with 8,192 symbols and `encoding="discrete"`.

    ## References
    S. Arora et al. (2023), "Zoology: Measuring and Improving Recall in Efficient Language Models", section 4.1 and
    Figure 2. Their code (HazyResearch/zoology) draws the values of an episode without replacement, may replace the
    blanks by random symbols, and binds a key again to a value that differs from its first one.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "multi-query associative recall: answer each key with its value"
    question: ClassVar[str] = "A key comes again: which value came after it the last time?"
    leaks: ClassVar[tuple[str, ...]] = ("action",)
    splits: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        name: {"length": length, "pairs": pairs, "vocabulary": 8192, "encoding": "discrete"}
        for name, (length, pairs) in _SIZES.items()
    }
    published: ClassVar[tuple[Published, ...]] = (
        Published(who="attention", setting="every split, every width", figure="accuracy 1.0", source=_ZOOLOGY),
        Published(who="gated convolutions", setting="every split", figure="need width", source=_ZOOLOGY),
    )

    length: Size = parameter(12, Sizes(4, LONGEST), "time steps of an episode")
    pairs: Size = parameter(2, Sizes(1, LONGEST // 4), "keys of an episode, each with a value and a query")
    vocabulary: int = parameter(8, Integer(4, MOST_VALUES), "number of symbols: values, keys and the blank")
    power: float = parameter(0.01, Real(0.0, 1.0), "how even the gaps before the queries are; low: short gaps")
    forget: bool = parameter(False, Flag(), "whether half of the keys are bound again to new values")
    framing: ManyToMany = choice(ManyToMany, "one answer for each query")
    encoding: CategoricalEncodingName = choice(CategoricalEncodingName, "encoding of observations")

    def check(self) -> None:
        most = largest(self.pairs)
        if most > self.n_keys:
            allowed = f"vocabulary//2 - 1 = {self.n_keys}, the number of keys"
            raise ValueError(f"pairs must be at most {allowed}, got {as_text(self.pairs)}")
        needed = 2 * (bindings_of(most, self.forget) + most)
        if smallest(self.length) < needed:
            given = f"pairs={as_text(self.pairs)} and forget={self.forget}"
            raise ValueError(f"length must be at least {needed} with {given}, got {as_text(self.length)}")

    @property
    def steps(self) -> int:
        return largest(self.length)

    @property
    def n_keys(self) -> int:
        """The number of different keys."""
        return self.vocabulary // 2 - 1

    @property
    def n_values(self) -> int:
        """The number of different values."""
        return self.vocabulary - 1 - self.n_keys

    @cached_property
    def alphabet(self) -> Alphabet:
        return Alphabet(self.vocabulary - 1, cues=("_",), blank=self.vocabulary - 1)

    @property
    def code(self) -> Encoding:
        return SYMBOL_ENCODINGS[self.encoding](self.alphabet)

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(self.n_values)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        return draw_episodes(self, rng, batch)

    def solve(self, history: Array) -> Array:
        found: Array = history[np.arange(len(history)), latest_binding(history, self.n_values) + 1]
        return np.minimum(found, self.n_values - 1)  # Of the action space at the steps that are not scored too.

    def solve_all(self, observations: Array) -> Array:
        return latest_values(observations, self.n_values, self.vocabulary)

    def sources(self, history: Array, step: int) -> Array | None:
        """The query, the latest binding of its key, and the keys that are bound after it.

        Not stated where `pairs` is a range.
        """
        if not isinstance(self.pairs, int):
            return None
        latest = latest_binding(history[:, : step + 1], self.n_values)[:, None]
        context = 2 * bindings_of(self.pairs, self.forget)
        if self.n_keys == 1:  # The symbols of keys are the same in every episode.
            return same_sources(history, step, [context - 1])
        steps = np.arange(step + 1)
        is_key = (steps % 2 == 0) & (steps < context)
        stated: Array = (is_key & (steps >= latest)) | (steps == latest + 1) | (steps == step)
        return stated

    def guess(self, observations: Array, step: int) -> Array:
        return np.zeros_like(observations)

    def known_levels(self) -> Levels:
        return by_luck(1 / self.n_values, mean_power(1 / self.n_values, self.pairs))
