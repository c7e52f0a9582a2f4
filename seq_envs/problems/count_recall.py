"""Count recall: how often has the queried value been dealt?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import Alphabet, Array
from seq_envs.level import Levels
from seq_envs.parameters import LONGEST, MOST_VALUES, Integer, choice, parameter
from seq_envs.problem import Episodes, OneToOne, Problem, fixed_length, same_sources
from seq_envs.problems.count_recall_levels import count_recall_levels
from seq_envs.shuffling import shuffled
from seq_envs.vector_encodings import SEVERAL_ENCODINGS, Several, SeveralEncodingName

_FEW_COUNTS = 64
"""With up to so many counts, one for each value and episode, the answers are found value by value."""


@dataclass(frozen=True, kw_only=True)
class SeqCountRecall(Problem):
    """Count recall.

    ## Description
    Two decks have `copies` cards of each value `0 ... n_values-1`. Both are shuffled, and at each step one card of each
    is dealt: from the first deck a card to count, from the second one a query. The right answer is how many cards with
    the value of the query the first deck has dealt so far, the current one included. Every step is scored. The last
    card of each deck is not dealt.

    In the drawn episode `1?0` is a card of value 1 with the query for the value 0.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqCountRecall-v0", seed=0))
    step    0   1   2   3   4   5   6   7   8   9  10
    input 1?0 0?0 1?1 1?0 0?1 0?0 0?1 0?0 1?0 1?1 0?1
    truth   0   1   2   1   3   3   3   5   5   5   5

    ## Action Space
    `Discrete(copies+1)`: the count.

    ## Observation Space
    The value of the card and the value of the query, by `encoding`: `one_hot` is `Box(0, 1, (2*n_values,), float32)`,
    first the card and then the query, `discrete` is `MultiDiscrete([n_values, n_values])`.

    ## Starting State
    The first card of each deck.

    ## Rewards
    1.0 for a right answer, otherwise 0.0.

    An agent that receives its previous action or reward learns something about the earlier counts.

    ## Episode End
    Terminated after `n_values*copies-1` steps; never truncated. The terminal observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `n_values=2`, `copies=6`, `framing="one_to_one"` (the only one), `encoding="one_hot"`. The splits `easy`, `medium`
    and `hard` are the decks of POPGym's three difficulties: the 2 colors of one deck of 52 cards (26 copies), the 4
    suits of two decks (26 copies) and the 13 ranks of four decks (16 copies).

    ## References
    S. Morad et al. (2023), "POPGym: Benchmarking Partially Observable Reinforcement Learning", ICLR, the task "Count
    Recall". A return there is `2*accuracy-1` of the accuracy here. Until June 2026 its actions lacked the highest
    count, so some steps could not be answered (https://github.com/proroklab/popgym/issues/40).

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "count recall: how often has the queried value been dealt?"
    question: ClassVar[str] = "In card?query, how many cards so far, this one included, had the value of this query?"
    splits: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "easy": {"n_values": 2, "copies": 26},
        "medium": {"n_values": 4, "copies": 26},
        "hard": {"n_values": 13, "copies": 16},
    }

    n_values: int = parameter(2, Integer(2, MOST_VALUES), "number of different values")
    copies: int = parameter(6, Integer(1, LONGEST // 2), "cards of each value in a deck")
    framing: OneToOne = choice(OneToOne, "every step is scored")
    encoding: SeveralEncodingName = choice(SeveralEncodingName, "encoding of observations")

    def check(self) -> None:
        if self.n_values * self.copies > LONGEST:
            most = LONGEST // self.n_values
            raise ValueError(f"copies must be in 1 ... {most} with n_values={self.n_values}, got {self.copies}")

    @property
    def steps(self) -> int:
        return self.n_values * self.copies - 1

    @cached_property
    def alphabet(self) -> Alphabet:
        return Alphabet(self.n_values)

    @property
    def code(self) -> Several:
        return SEVERAL_ENCODINGS[self.encoding](self.alphabet, self.alphabet, between="?")

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(self.copies + 1)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        decks = shuffled(self.n_values, self.copies, rng, 2 * batch).reshape(2, batch, -1)
        observations = np.stack([decks[0, :, :-1], decks[1, :, :-1]], axis=-1)
        return fixed_length(observations, self.solve_all(observations), np.ones(self.steps, np.bool_))

    def solve(self, history: Array) -> Array:
        count: Array = (history[..., 0] == history[:, -1:, 1]).sum(axis=1)
        return count

    def solve_all(self, observations: Array) -> Array:
        batch, steps = observations.shape[:2]
        if batch * self.n_values <= _FEW_COUNTS:
            return self._solve_by_values(observations[..., 0], observations[..., 1])
        answers = np.empty((steps, batch), np.int64)
        counts = np.zeros(batch * self.n_values, np.int64)
        # The places of the cards' and the queries' counts at each step: (2, T, B).
        places = np.add(observations.transpose(2, 1, 0), np.arange(batch) * self.n_values, dtype=np.int64, order="C")
        for step, (card, query) in enumerate(places.swapaxes(0, 1)):
            counts[card] += 1
            counts.take(query, out=answers[step])
        return answers.T

    def _solve_by_values(self, cards: Array, queries: Array) -> Array:
        """The answers (B, T), by a loop over the values: with few counts faster than one over the steps."""
        answers = np.zeros(cards.shape, np.int64)
        for value in range(self.n_values):
            np.copyto(answers, (cards == value).cumsum(axis=1), where=queries == value)
        return answers

    def sources(self, history: Array, step: int) -> Array:
        """All cards so far, and the current query."""
        return same_sources(history, step, np.arange(step + 1))

    def guess(self, observations: Array, step: int) -> Array:
        """The most probable count: of `step` other cards, and the current one if it has the value of the query."""
        same = observations[:, 0] == observations[:, 1]
        others = self.n_values * self.copies - 1
        # The modes of two hypergeometric distributions.
        return np.where(
            same,
            1 + (step + 1) * self.copies // (others + 2),
            (step + 1) * (self.copies + 1) // (others + 2),
        )

    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action", "reward") if self.steps > 1 else ()

    def known_levels(self) -> Levels:
        return count_recall_levels(self)
