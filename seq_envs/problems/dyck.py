"""Brackets: which bracket closes the innermost open one, or which brackets may come next?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import SYMBOL_ENCODINGS, Array, CategoricalEncodingName, Encoding
from seq_envs.level import Levels
from seq_envs.parameters import LONGEST, Integer, choice, parameter
from seq_envs.problem import Episodes, OneToOne, Problem, same_sources, varied_length
from seq_envs.problems.dyck_brackets import bracket_alphabet, counted_steps, legal_sets
from seq_envs.problems.dyck_levels import LikelyDepths, dyck_levels, likely_depths
from seq_envs.problems.dyck_words import Innermost, last_opened, random_words, read_end, read_words
from seq_envs.published import Published
from seq_envs.sizes import Size, Sizes, largest, lengths_of

_HEWITT, _FIGURE = "Hewitt et al. 2020, section 6", "learned with O(depth * log(kinds)) hidden units"
_MOST_KINDS = 1 << 16
_Ask = Literal["closer", "legal"]


@dataclass(frozen=True, kw_only=True)
class SeqDyck(Problem):
    """Brackets.

    ## Description
    The observations are the beginning of a word of well nested brackets of `kinds` kinds, of which at most `depth` are
    open at a time. If no bracket is open, the next one opens. If `depth` brackets are open, it closes the innermost
    one. Otherwise it opens or closes with equal probability. The kind of an opening bracket is drawn uniformly.

    - `ask="closer"`: the right answer is the kind of the innermost open bracket, which the next closing bracket must
      have. Steps after which no bracket is open are not scored.
    - `ask="legal"`: the right answer at every step is the set of all brackets that may come next: all opening ones,
      unless `depth` brackets are open, and the one that closes the innermost open bracket, if there is one.

    The language is Dyck-(k, m), for k = `kinds` and m = `depth`, without a symbol for the end.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqDyck-v0", seed=0))
    step  0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
    input [ ] [ [ [ ] ( ) ( )  ]  ]  [  (  )  ]
    truth 1 . 1 1 1 1 0 1 0 1  1  .  1  0  1  .

    Which brackets may come next, for two kinds of which two may be open:

    >>> print(seq_envs.draw("SeqDyck-v0", ask="legal", depth=2, length=6, seed=0))
    step        0       1       2       3       4       5
    input       [       ]       [       [       ]       ]
    truth 1,1,0,1 1,1,0,0 1,1,0,1 0,0,0,1 1,1,0,1 1,1,0,0

    ## Action Space
    `Discrete(kinds)`: the kind of the innermost open bracket. With `ask="legal"` `MultiDiscrete([2] * (2*kinds))`: for
    each bracket, in the order of the observation space, 1 if it may come next, otherwise 0. An answer is right only as
    a whole.

    ## Observation Space
    The current bracket out of `2*kinds`, first the opening ones and then the closing ones in the same order of kinds,
    by `encoding`: `one_hot` is `Box(0, 1, (2*kinds,), float32)`, `discrete` is `Discrete(2*kinds)`. Up to four kinds
    are drawn as `()`, `[]`, `{}` and `<>`, and more as `(0` and `0)`, `(1` and `1)`, and so on.

    ## Starting State
    An opening bracket.

    ## Rewards
    1.0 for a right answer on a scored step, otherwise 0.0.

    With `ask="legal"` and a `depth` of at least 3, the previous action or the previous reward of an agent can tell it
    how many brackets are open.

    ## Episode End
    Terminated after `length` steps, where each episode draws its length if `length` is a range; never truncated. The
    brackets that are open then stay open. The terminal observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=16` (a number or a range such as `(1, 84)`), `kinds=2` (at least 2 with `ask="closer"`), `depth=3`,
    `ask="closer"`, `framing="one_to_one"`, `encoding="one_hot"`. The splits have the sizes of the literature.

    ## References
    J. Hewitt, M. Hahn, S. Ganguli, P. Liang and C. D. Manning (2020), "RNNs can generate bounded hierarchical languages
    with optimal memory", EMNLP, section 6. Their words may end when no bracket is open, and their lengths are those of
    whole words. S. Bhattamishra, K. Ahuja and N. Goyal (2020), "On the Practical Ability of Recurrent Neural Networks
    to Recognize Hierarchical Languages", COLING (arXiv 2011.03965).

    ## Version History
    v0: first version.
    """

    whole_answers: ClassVar[bool] = True
    title: ClassVar[str] = "brackets: which one closes the innermost, or which may come next?"
    splits: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "train": {"length": (1, 84), "kinds": 2, "depth": 3},
        "test": {"length": (85, 168), "kinds": 2, "depth": 3},
        "train_128_kinds": {"length": (1, 180), "kinds": 128, "depth": 5},
        "test_128_kinds": {"length": (181, 360), "kinds": 128, "depth": 5},
    }
    published: ClassVar[tuple[Published, ...]] = (
        Published(who="LSTM", setting="the languages of the splits", figure=_FIGURE, source=_HEWITT),
    )

    length: Size = parameter(16, Sizes(1, LONGEST), "time steps of an episode")
    kinds: int = parameter(2, Integer(1, _MOST_KINDS), "number of kinds of brackets")
    depth: int = parameter(3, Integer(1, LONGEST), "brackets that may be open at a time")
    ask: _Ask = choice(_Ask, "the kind of the innermost bracket, or all legal ones")
    framing: OneToOne = choice(OneToOne, "every step with an answer is scored")
    encoding: CategoricalEncodingName = choice(CategoricalEncodingName, "encoding of observations")

    def check(self) -> None:
        if self.ask == "closer" and self.kinds == 1:
            raise ValueError(f"kinds must be >= 2 with ask='closer', got {self.kinds}")

    @property
    def question(self) -> str:
        if self.ask == "closer":
            return f"Of which kind, 0 to {self.kinds - 1}, is the bracket that was opened last and is still open?"
        return (
            f"Which brackets may come next? Any opening one unless {self.depth} are open, and the one that closes the "
            "innermost."
        )

    @property
    def steps(self) -> int:
        return largest(self.length)

    @property
    def code(self) -> Encoding:
        return SYMBOL_ENCODINGS[self.encoding](bracket_alphabet(self.kinds))

    @property
    def action_space(self) -> spaces.Discrete | spaces.MultiDiscrete:
        return spaces.Discrete(self.kinds) if self.ask == "closer" else spaces.MultiDiscrete([2] * (2 * self.kinds))

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        lengths = lengths_of(self.length, rng, batch)
        brackets, innermost = random_words(rng, batch, self.steps, self.kinds, self.depth)
        scored = innermost.depth > 0 if self.ask == "closer" else np.ones(self.steps, np.bool_)
        return varied_length(brackets, self._answers(innermost), lengths, scored)

    def _answers(self, innermost: Innermost) -> Array:
        """The answers (..., *action_space.shape) after these innermost brackets (...)."""
        if self.ask == "closer":
            return innermost.kind
        return legal_sets(self.kinds, innermost.kind, innermost.depth < self.depth, innermost.depth > 0)

    def solve(self, history: Array) -> Array:
        return self._answers(read_end(history, self.kinds))

    def solve_all(self, observations: Array) -> Array:
        return self._answers(read_words(observations, self.kinds))

    def sources(self, history: Array, step: int) -> Array:
        """For `closer` the steps since the innermost open bracket; for `legal` all steps so far, which are counted."""
        if self.ask == "legal":
            return same_sources(history, step, counted_steps(step, self.kinds, self.depth))
        opened, _ = last_opened(history[:, : step + 1], self.kinds)
        return np.asarray(np.arange(step + 1) >= opened[:, None])

    def guess(self, observations: Array, step: int) -> Array | None:
        opening = observations < self.kinds
        kind, likely = np.where(opening, observations, 0), self._likely_depths
        if self.ask == "closer":
            return kind
        return None if likely is None else legal_sets(self.kinds, kind, *likely.may_follow(opening, step))

    @cached_property
    def _likely_depths(self) -> LikelyDepths | None:
        """Where to expect that the most brackets are open, or none; None if it takes too much work."""
        return likely_depths(self)

    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action", "reward") if self.ask == "legal" and min(self.depth, self.steps) >= 3 else ()

    def known_levels(self) -> Levels | None:
        return None if self._likely_depths is None else dyck_levels(self, self._likely_depths)
