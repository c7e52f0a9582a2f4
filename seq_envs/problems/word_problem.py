"""The word problem of a finite group: the product of all elements so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, CategoricalEncodingName, Encoding
from seq_envs.level import Levels
from seq_envs.parameters import LONGEST, choice, parameter
from seq_envs.problem import Episodes, EveryStepOrLast, Problem, same_sources, varied_length
from seq_envs.problems.state_tracking_levels import state_tracking_levels
from seq_envs.problems.word_problem_groups import ORDERS, GroupName, quotients, times
from seq_envs.published import Published
from seq_envs.sizes import Size, Sizes, largest, lengths_of, smallest

_MERRILL = "Merrill, Petty and Sabharwal 2024, section 5"


@dataclass(frozen=True, kw_only=True)
class SeqWordProblem(Problem):
    """Word problem of a group.

    ## Description
    Each observation is an element of a finite group, drawn uniformly. The right answer is the product of all elements
    so far, from the first to the current one. In the framing `one_to_one` every step is scored, in `many_to_one` only
    the last step.

    - `S3`, `S5`: the permutations of 3 or 5 places, in lexicographic order; 6 and 120 elements.
    - `A5`: the even permutations of 5 places, in lexicographic order; 60 elements.
    - `Z60`: the numbers `0 ... 59`, added modulo 60.
    - `A4xZ5`: the pairs of an even permutation p of 4 places and a number z modulo 5; 60 elements. The pair has number
      `5*i + z`, where i is the place of p among the even permutations in lexicographic order.

    A permutation p is the tuple `(p(0), p(1), ...)`. The product of p and then q is the permutation that applies p
    first: i goes to `q(p(i))`. Element 0 is the identity of each group. The elements of S3 are 0: (0,1,2), 1: (0,2,1),
    2: (1,0,2), 3: (1,2,0), 4: (2,0,1), 5: (2,1,0).

    The groups of 60 elements have tables of the same size, but A5 and S5 are not solvable. Their word problem is
    complete for the complexity class NC1, which is out of reach for a transformer or a linear state space model of
    fixed depth if, as is believed, NC1 is larger than TC0.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqWordProblem-v0", seed=0))
    step  0 1 2 3 4 5 6 7 8 9
    input 2 5 3 2 2 2 5 3 4 5
    truth 2 3 4 5 4 5 0 3 0 5

    ## Action Space
    `Discrete(n)`: the product, one of the n elements.

    ## Observation Space
    The current element, by `encoding`: `one_hot` is `Box(0, 1, (n,), float32)`, `discrete` is `Discrete(n)`.

    ## Starting State
    An element.

    ## Rewards
    1.0 for a right answer on a scored step, otherwise 0.0.

    An agent that receives its previous action can keep the product there. In `one_to_one` its previous reward says
    whether a constant answer was right, which is a part of the product.

    ## Episode End
    Terminated after `length` steps, where each episode draws its length if `length` is a range; never truncated. The
    terminal observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=10` (a number or a range such as `(2, 25)`), `group="S3"` (or `S5`, `A5`, `Z60`, `A4xZ5`),
    `framing="one_to_one"`, `encoding="one_hot"`. The splits are the groups of the literature at 25 steps.

    ## References
    W. Merrill, J. Petty and A. Sabharwal (2024), "The Illusion of State in State-Space Models", ICML, section 5:
    sequences of up to 25 elements, every step scored. D. A. Barrington (1989), "Bounded-Width Polynomial-Size Branching
    Programs Recognize Exactly Those Languages in NC1".

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "word problem: the product of all elements of a group so far"
    splits: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        name.lower(): {"length": 25, "group": name} for name in ("S5", "A5", "Z60", "A4xZ5")
    }
    published: ClassVar[tuple[Published, ...]] = (
        Published(who="RNN", setting="A5 to 25 steps", figure="one layer is enough at every length", source=_MERRILL),
        Published(
            who="transformer and Mamba",
            setting="A5 to 25 steps",
            figure="longer sequences need more layers",
            source=_MERRILL,
        ),
    )

    length: Size = parameter(10, Sizes(1, LONGEST), "time steps of an episode")
    group: GroupName = choice(GroupName, "the group that elements are drawn from")
    framing: EveryStepOrLast = choice(EveryStepOrLast, "whether every step is scored or only the last")
    encoding: CategoricalEncodingName = choice(CategoricalEncodingName, "encoding of observations")

    @property
    def question(self) -> str:
        return f"What is the product of all inputs so far in the group {self.group}?"

    @property
    def steps(self) -> int:
        return largest(self.length)

    @property
    def code(self) -> Encoding:
        return SYMBOL_ENCODINGS[self.encoding](Alphabet(ORDERS[self.group]))

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(ORDERS[self.group])

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        lengths = lengths_of(self.length, rng, batch)
        # Products of independent uniform elements are independent and uniform too. So the products are drawn, and the
        # elements that lead from each to the next follow without a loop over time.
        products = rng.integers(ORDERS[self.group], size=(batch, self.steps), dtype=np.uint8)
        elements = products.copy()
        elements[:, 1:] = quotients(self.group, products[:, :-1], products[:, 1:])
        every = np.ones(self.steps, np.bool_) if self.framing == "one_to_one" else None
        return varied_length(elements, products, lengths, every)

    def solve(self, history: Array) -> Array:
        return self.solve_all(history)[:, -1]

    def solve_all(self, observations: Array) -> Array:
        products = observations.copy()
        for step in range(1, observations.shape[1]):
            products[:, step] = times(self.group, products[:, step - 1], observations[:, step])
        return products

    def sources(self, history: Array, step: int) -> Array:
        """All elements so far, at the steps that are scored in some episode."""
        scored = self.framing == "one_to_one" or step >= smallest(self.length) - 1
        return same_sources(history, step, np.arange(step + 1) if scored else [])

    def guess(self, observations: Array, step: int) -> Array:
        return observations if step == 0 else np.zeros_like(observations)

    @property
    def leaks(self) -> tuple[str, ...]:
        if self.steps == 1:
            return ()
        return ("action",) if self.framing == "many_to_one" else ("action", "reward")

    def known_levels(self) -> Levels:
        return state_tracking_levels(ORDERS[self.group], self.length, self.framing)
