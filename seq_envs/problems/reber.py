"""Embedded Reber grammar: which symbols may come next?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, CategoricalEncodingName, Encoding
from seq_envs.level import Levels, by_luck
from seq_envs.parameters import LONGEST, Integer, choice, parameter
from seq_envs.problem import Episodes, OneToOne, Problem, same_sources
from seq_envs.problems.papers import hochreiter_1997
from seq_envs.problems.reber_grammar import (
    END,
    FOLLOW,
    LEGAL,
    OUTER_IS_DUE,
    OUTER_IS_P,
    SYMBOL,
    SYMBOLS,
    walks,
)
from seq_envs.problems.reber_levels import best_sets, legal_levels
from seq_envs.published import Published

SHORTEST = 8
"""The inputs of the shortest strings, such as BTBTXSET; their last symbol, E, is only asked for."""

_SETTING = "strings of any length"
_Ask = Literal["legal", "outer"]


@dataclass(frozen=True, kw_only=True)
class SeqReber(Problem):
    """Embedded Reber grammar.

    ## Description
    The inputs are the symbols of a string of the embedded Reber grammar, `B o B inner E o E`. The outer symbol `o` is T
    or P with equal probability, the same in both places. The inner string is a walk from node 0 to node 5 of this
    graph, in which both arcs out of a node have probability 1/2:

    ```text
              T          X          S
         0 -------> 1 -------> 3 -------> 5
         |                   / ^          ^
         |              X /    |          |
         | P           /       | P        | V
         |          v          |          |
         +--------> 2 -------> 4 ---------+
                         V
         and the loops 1 -S-> 1 and 2 -T-> 2
    ```

    - `ask="legal"`: at every step, which symbols may come next? An answer is right if the whole set is right.
    - `ask="outer"`: the outer symbol, at the one step where it is due: after the E that ends the inner string. Only
      this question needs a memory that lasts through the inner string.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqReber-v0", seed=3))
    step              0             1             2             3
    input             B             T             B             T
    truth 0,1,1,0,0,0,0 1,0,0,0,0,0,0 0,1,1,0,0,0,0 0,0,0,1,1,0,0
    <BLANKLINE>
    step              4             5             6             7
    input             X             S             E             T
    truth 0,0,0,1,1,0,0 0,0,0,0,0,0,1 0,1,0,0,0,0,0 0,0,0,0,0,0,1
    >>> print(seq_envs.draw("SeqReber-v0", seed=3, ask="outer"))
    step  0 1 2 3 4 5 6 7
    input B T B T X S E T
    truth . . . . . . 0 .

    A string may have any length: 12 symbols on average, at least 9. Strings with more than `longest` inputs are drawn
    again, so each of the others is more probable than in the grammar, all by the same factor. The grammar exceeds the
    default of 24 inputs in 0.6% of its strings, and 50 inputs in 2 of a million.

    ## Action Space
    `MultiDiscrete([2] * 7)`: a 1 for each symbol that may come next, in the order B T P S X V E. With `ask="outer"`,
    `Discrete(2)`: 0 for T, 1 for P.

    ## Observation Space
    The current symbol, one of B T P S X V E, by `encoding`: `one_hot` is `Box(0, 1, (7,), float32)`, `discrete` is
    `Discrete(7)`.

    ## Starting State
    The symbol B, which begins every string.

    ## Rewards
    1.0 for a right answer on a scored step, otherwise 0.0. Every step is scored, with `ask="outer"` only the one before
    the second outer symbol.

    An agent that receives its previous action can keep the node in it, since the right sets differ, or with
    `ask="outer"` the outer symbol. With `ask="legal"` its previous reward helps too.

    ## Episode End
    Terminated when the only symbol left is the last E, after 8 to `longest` steps; never truncated. The terminal
    observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `longest=24` (the most inputs, at least 8), `ask="legal"`, `framing="one_to_one"`, `encoding="one_hot"`.

    ## References
    S. Hochreiter and J. Schmidhuber (1997), "Long Short-Term Memory", Neural Computation 9(8), Experiment 1, where
    `SeqReberPaper-v0` bounds the strings. A. S. Reber (1967), "Implicit learning of artificial grammars", Journal of
    Verbal Learning and Verbal Behavior 6; A. Cleeremans, D. Servan-Schreiber and J. L. McClelland (1989), "Finite state
    automata and simple recurrent networks", Neural Computation 1(3).

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "embedded Reber grammar: which symbols may come next?"
    whole_answers: ClassVar[bool] = True
    published: ClassVar[tuple[Published, ...]] = (
        hochreiter_1997("5.1, Table 1", _SETTING, "always solved", budget="8,440 sequences on average"),
        hochreiter_1997("5.1, Table 1", _SETTING, "some runs solved", who="RTRL", budget="25,000 to 173,000 sequences"),
        hochreiter_1997(
            "5.1, Table 1", _SETTING, "never solved", who="Elman network", budget="more than 200,000 sequences"
        ),
    )

    longest: int = parameter(24, Integer(SHORTEST, LONGEST), "most time steps: strings with more are drawn again")
    ask: _Ask = choice(_Ask, "the set of legal next symbols at every step, or the outer symbol when due")
    framing: OneToOne = choice(OneToOne, "only this one: see `ask`")
    encoding: CategoricalEncodingName = choice(CategoricalEncodingName, "encoding of observations")

    @property
    def question(self) -> str:
        if self.ask == "outer":
            return "Which outer symbol is due? 0: T, 1: P."
        return "Which symbols may come next? 1: may come, 0: may not, in the order B T P S X V E."

    @property
    def steps(self) -> int:
        return self.longest

    @property
    def code(self) -> Encoding:
        return SYMBOL_ENCODINGS[self.encoding](Alphabet(0, tuple(SYMBOLS)))

    @property
    def action_space(self) -> spaces.Discrete | spaces.MultiDiscrete:
        return spaces.MultiDiscrete([2] * len(SYMBOLS)) if self.ask == "legal" else spaces.Discrete(2)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        places = walks(rng, batch, self.longest)
        late = np.flatnonzero(places[:, self.longest] != END)
        while late.size:
            places[late] = walks(rng, late.size, self.longest)
            late = late[places[late, self.longest] != END]
        is_end = places == END
        index = places[:, : self.longest].astype(np.intp)
        scored = ~is_end[:, : self.longest] if self.ask == "legal" else OUTER_IS_DUE.take(index)
        return Episodes(SYMBOL.take(index), self._answers(index), scored, is_end.argmax(axis=1))

    def _answers(self, places: Array) -> Array:
        """The right answers (..., *action_space.shape) at places (...)."""
        return LEGAL.take(places, axis=0) if self.ask == "legal" else OUTER_IS_P.take(places)

    def solve(self, history: Array) -> Array:
        return np.asarray(self.solve_all(history)[:, -1])

    def solve_all(self, observations: Array) -> Array:
        steps = observations.shape[1]
        if self.ask == "outer":
            is_p = observations[:, 1:2] == SYMBOLS.index("P")  # Nothing is asked of a single observation.
            return np.repeat(is_p if steps > 1 else observations > 0, steps, axis=1).view(np.uint8)
        places = np.zeros(observations.shape, np.uint8)
        for step in range(1, steps):
            places[:, step] = FOLLOW[places[:, step - 1], observations[:, step]]
        return self._answers(places)

    def sources(self, history: Array, step: int) -> Array | None:
        """The first outer symbol, with `ask="outer"`.

        For legal sets they are not stated: how far back the inner string matters depends on the string.
        """
        return same_sources(history, step, [1]) if self.ask == "outer" else None

    def guess(self, observations: Array, step: int) -> Array:
        return np.zeros_like(observations) if self.ask == "outer" else best_sets(self.longest)[step, observations]

    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action",) if self.ask == "outer" else ("action", "reward")

    def known_levels(self) -> Levels:
        if self.ask == "outer":
            return by_luck(0.5, 0.5)
        return legal_levels(self.longest)
