"""Higher or lower: is the next card of the deck higher than this one?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, Encoding, SymbolEncodingName
from seq_envs.level import Levels
from seq_envs.parameters import LONGEST, MOST_VALUES, Integer, choice, parameter
from seq_envs.problem import Episodes, OneToOne, Problem, same_sources
from seq_envs.problems.higher_lower_levels import higher_lower_levels
from seq_envs.shuffling import shuffled

LOWER, HIGHER = 0, 1
"""The two answers."""


@dataclass(frozen=True, kw_only=True)
class SeqHigherLower(Problem):
    """Higher or lower.

    ## Description
    A deck has `copies` cards of each rank `0 ... n_ranks-1`. It is shuffled and dealt card by card. The right answer is
    whether the next card has a higher rank than the current one, or a lower one. A step at which the next card has the
    same rank is not scored, since neither answer is right. The last card of the deck is never shown: it is the next
    card of the last step.

    No policy is always right. The optimal one counts cards: it answers with the side on which more cards are left. The
    best memoryless policy answers "higher" to the lower half of the ranks, which is almost as good with the 52 cards of
    a usual deck.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqHigherLower-v0", seed=0))
    step  0 1 2 3 4 5  6 7 8  9 10 11
    input 7 5 6 8 3 4 12 2 1 10  9  0
    truth 0 1 1 0 1 1  0 0 1  0  0  1

    ## Action Space
    `Discrete(2)`: 1 for higher, 0 for lower.

    ## Observation Space
    The rank of the current card, by `encoding`: `one_hot` is `Box(0, 1, (n_ranks,), float32)`, `discrete` is
    `Discrete(n_ranks)`, `normalized` is `Box(0, 1, (1,), float32)` holding `v/(n_ranks-1)`.

    ## Starting State
    The first card.

    ## Rewards
    1.0 for a right answer on a scored step (the next card has another rank), otherwise 0.0.

    An agent that receives its previous action or reward learns something about the cards before the current one.

    ## Episode End
    Terminated after `n_ranks*copies-1` steps; never truncated. The terminal observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `n_ranks=13`, `copies=1`, `framing="one_to_one"` (the only one), `encoding="one_hot"`. The splits `easy`, `medium`
    and `hard` are the decks of POPGym's three difficulties: 13 ranks, and 4, 8 or 12 copies.

    ## References
    S. Morad et al. (2023), "POPGym: Benchmarking Partially Observable Reinforcement Learning", ICLR, the task "Higher
    Lower". There a right answer earns `1/cards`, a wrong one `-1/cards` and a next card of the same rank nothing, which
    makes an expected return of `(2*accuracy-1) * (cards-copies)/cards` of the accuracy here; and 0 means higher.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "higher or lower: is the next card higher than this one?"
    question: ClassVar[str] = "Is the next card higher than this one? 1: higher, 0: lower."
    splits: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "easy": {"n_ranks": 13, "copies": 4},
        "medium": {"n_ranks": 13, "copies": 8},
        "hard": {"n_ranks": 13, "copies": 12},
    }

    n_ranks: int = parameter(13, Integer(2, MOST_VALUES), "number of different ranks")
    copies: int = parameter(1, Integer(1, LONGEST // 2), "cards of each rank")
    framing: OneToOne = choice(OneToOne, "every step is scored, unless the ranks are equal")
    encoding: SymbolEncodingName = choice(SymbolEncodingName, "encoding of observations")

    def check(self) -> None:
        if self.n_ranks * self.copies > LONGEST:
            most = LONGEST // self.n_ranks
            raise ValueError(f"copies must be in 1 ... {most} with n_ranks={self.n_ranks}, got {self.copies}")

    @property
    def certain(self) -> bool:
        return self.n_ranks == 2

    @property
    def steps(self) -> int:
        return self.n_ranks * self.copies - 1

    @property
    def code(self) -> Encoding:
        return SYMBOL_ENCODINGS[self.encoding](Alphabet(self.n_ranks))

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(2)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        deck = shuffled(self.n_ranks, self.copies, rng, batch)
        now, later = deck[:, :-1], deck[:, 1:]
        lengths = np.full(batch, self.steps, np.int64)
        return Episodes(now, (later > now).view(np.uint8), later != now, lengths)

    def solve(self, history: Array) -> Array:
        card = history[:, -1:]
        rank = card[:, 0].astype(np.int64)
        higher_left = (self.n_ranks - 1 - rank) * self.copies - (history > card).sum(axis=1)
        lower_left = rank * self.copies - (history < card).sum(axis=1)
        side = np.where(higher_left >= lower_left, HIGHER, LOWER)
        return np.where(rank == 0, HIGHER, np.where(rank == self.n_ranks - 1, LOWER, side))

    def sources(self, history: Array, step: int) -> Array | None:
        """All cards so far, since a single earlier card can decide about the middle rank; of two ranks the current one.

        Not stated for larger even numbers of ranks: more cards are above or below each of them, and it depends on their
        number how many earlier cards can outweigh that.
        """
        if self.n_ranks % 2 == 0 and self.n_ranks > 2:
            return None
        return same_sources(history, step, [step] if self.n_ranks == 2 else np.arange(step + 1))

    def guess(self, observations: Array, step: int) -> Array:
        return np.where(2 * observations.astype(np.int64) < self.n_ranks, HIGHER, LOWER)

    @property
    def leaks(self) -> tuple[str, ...]:
        return ("action", "reward") if self.n_ranks > 2 else ()

    def known_levels(self) -> Levels | None:
        return higher_lower_levels(self)
