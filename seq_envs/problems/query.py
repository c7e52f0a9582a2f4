"""Query: see several symbols, then answer with the symbol at one position."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, Encoding, SymbolEncodingName
from seq_envs.level import Levels, by_luck
from seq_envs.parameters import MOST_VALUES, Integer, choice, parameter
from seq_envs.problem import Episodes, ManyToOne, Problem, same_sources, varied_length
from seq_envs.sizes import Size, Sizes, drawn, largest, smallest

_MOST_ITEMS = 1 << 16


@dataclass(frozen=True, kw_only=True)
class SeqQuery(Problem):
    """Query.

    ## Description
    An episode begins with `items` values, each drawn uniformly from `0 ... n_values-1`. The last observation is a
    position, drawn uniformly from `0 ... items-1` and written as `?0`, `?1` and so on. The right answer is the value at
    this position. Only the last step is scored. A policy does not know in advance which value it will be asked for, so
    it has to remember all of them: the problem measures how much a memory holds rather than for how long.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqQuery-v0", seed=0))
    step  0 1 2 3 4 5 6 7  8
    input 0 1 1 1 1 1 0 1 ?3
    truth . . . . . . . .  1

    ## Action Space
    `Discrete(n_values)`: the value.

    ## Observation Space
    The current symbol, by `encoding`: `one_hot` is `Box(0, 1, (n_values+items,), float32)`, `discrete` is
    `Discrete(n_values+items)`, `normalized` is `Box(0, 1, (1+items,), float32)` holding `v/(n_values-1)` and a flag for
    each position. The values come first, then the positions (as many as the largest `items` has).

    ## Starting State
    The first value.

    ## Rewards
    1.0 for a right answer at the last step, otherwise 0.0.

    An agent that receives its previous action can store one of the values in it, which is the right one in one of
    `items` episodes.

    ## Episode End
    Terminated after `items + 1` steps, where each episode draws its number of items if `items` is a range; never
    truncated. The terminal observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `items=8` (a number or a range such as `(1, 40)`), `n_values=2`, `framing="many_to_one"`, `encoding="one_hot"`. The
    split `all_sizes` has the sizes of the literature.

    ## References
    I. Osband et al. (2020), "Behaviour Suite for Reinforcement Learning", ICLR, experiment "Memory size": 1 to 40 bits,
    of which `SeqQueryPaper-v0` has the most. There the first observation holds all bits at once; here the values follow
    one after the other.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "query: which value was at this position?"
    question: ClassVar[str] = (
        "Which value was at the position that the last input names? The first value has position 0."
    )
    leaks: ClassVar[tuple[str, ...]] = ("action",)
    splits: ClassVar[Mapping[str, Mapping[str, Any]]] = {"all_sizes": {"items": (1, 40), "n_values": 2}}

    items: Size = parameter(8, Sizes(1, _MOST_ITEMS), "values before the position")
    n_values: int = parameter(2, Integer(2, MOST_VALUES), "number of different values")
    framing: ManyToOne = choice(ManyToOne, "one question, at the last step")
    encoding: SymbolEncodingName = choice(SymbolEncodingName, "encoding of observations")

    @property
    def steps(self) -> int:
        return largest(self.items) + 1

    @cached_property
    def alphabet(self) -> Alphabet:
        return Alphabet(self.n_values, tuple(f"?{position}" for position in range(largest(self.items))))

    @property
    def code(self) -> Encoding:
        return SYMBOL_ENCODINGS[self.encoding](self.alphabet)

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(self.n_values)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        items, every = drawn(self.items, rng, batch), np.arange(batch)
        symbols = rng.integers(self.n_values, size=(batch, self.steps), dtype=self.alphabet.dtype.type)
        positions = rng.integers(items)
        symbols[every, items] = self.n_values + positions
        targets = np.broadcast_to(symbols[every, positions, None], symbols.shape)
        return varied_length(symbols, targets, None if isinstance(self.items, int) else items + 1)

    def solve(self, history: Array) -> Array:
        return history[np.arange(len(history)), self._position(history, history.shape[1] - 1)]

    def solve_all(self, observations: Array) -> Array:
        positions = np.clip(observations.astype(np.int64) - self.n_values, 0, np.arange(observations.shape[1]))
        return np.take_along_axis(observations, positions, axis=1)

    def _position(self, history: Array, step: int) -> Array:
        """The position that the symbol at `step` names, (B,); arbitrary where it is a value."""
        return np.clip(history[:, step].astype(np.int64) - self.n_values, 0, step)

    def sources(self, history: Array, step: int) -> Array:
        """The position, and the value there; the first value alone if it is the only one."""
        if step < smallest(self.items):
            return same_sources(history, step, [])
        sources = same_sources(history, step, [step] if step > 1 else [])
        sources[np.arange(len(history)), self._position(history, step)] = True
        return sources

    def guess(self, observations: Array, step: int) -> Array:
        return np.zeros_like(observations)

    def known_levels(self) -> Levels:
        return by_luck(1 / self.n_values, 1 / self.n_values)
