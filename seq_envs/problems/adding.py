"""Adding: the sum, or the product, of the two numbers that were marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import Array, Encoding
from seq_envs.level import Levels
from seq_envs.parameters import LONGEST, Real, choice, parameter
from seq_envs.problem import Episodes, ManyToOne, Problem, same_sources, varied_length
from seq_envs.problems.adding_levels import adding_levels
from seq_envs.problems.adding_pairs import END, MARKED, Rule, draw_pair, marked_steps
from seq_envs.problems.papers import hochreiter_1997
from seq_envs.published import Published
from seq_envs.sizes import Size, Sizes, drawn, largest, smallest
from seq_envs.vector_encodings import Numbers, VectorEncodingName

_Operation = Literal["add", "multiply"]
_Variant = Literal["original", "modern"]
_PRODUCTS = "the split T100_multiply"


@dataclass(frozen=True, kw_only=True)
class SeqAdding(Problem):
    """Adding.

    ## Description
    Each observation is a pair: a number, drawn uniformly, and a marker. Two of the numbers, `X1` and `X2`, are marked
    with 1. At the last step the agent answers with their sum or product; only this step is scored. In the drawing a `*`
    is the marker 1, a `|` is the marker -1.

    - `variant="original"`: with `L` the length of the shortest sequence and `M = L/2 - 1`, rounded down, one of the
      first `min(10, M)` pairs is marked, then one of the first `M` pairs that is not marked yet; both choices are
      uniform. The first and the last pair of the sequence have the marker -1, the others 0; but if the first pair is
      marked, its marker is 1, and its number counts as 0, with `operation="multiply"` as 1. The numbers are in [-1, 1]
      and the answer is `0.5 + (X1+X2)/4`; with `operation="multiply"` they are in [0, 1] and it is `X1*X2`.
    - `variant="modern"`: the numbers are in [0, 1] and the answer is `X1+X2`, or `X1*X2`. In a sequence of `n` steps
      one pair is marked in the first `n/2` steps, rounded down, and one in the others; both choices are uniform. Other
      markers are 0.

    The modern variant is usually judged by the mean squared error, which `seq_envs.evaluate` reports too: the constant
    answer 1 has 1/6 with `operation="add"`. A third variant is in use and is not here: one mark in each half, as in the
    modern one, and numbers in [-1, 1].

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqAdding-v0", length=9, seed=2))
    step      0      1      2      3      4     5      6      7      8
    input 0.68| -0.48* -0.78* -0.40  -0.17  0.63  -0.10  -0.82  -0.33|
    truth     .      .      .      .      .     .      .      .   0.19

    ## Action Space
    `Box(0, 1, (1,), float32)`, with `variant="modern"` and `operation="add"` `Box(0, 2, (1,), float32)`: the answer,
    right within `tolerance`.

    ## Observation Space
    The number and the marker (`encoding="vector"`). With `variant="original"`: `Box(-1, 1, (2,), float32)`, where the
    number has the lower bound 0 with `operation="multiply"`. With `variant="modern"`: `Box(0, 1, (2,), float32)`.

    ## Starting State
    The first pair.

    ## Rewards
    1.0 for a right answer at the last step, otherwise 0.0.

    An agent that receives its previous action can store the first marked number and later the result there.

    ## Episode End
    Terminated after `length` steps, where each episode draws its length if `length` is a range; never truncated. The
    terminal observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=(20, 22)` (a number or a range, at least 6), `operation="add"`, `variant="original"`, `tolerance=0.04`,
    `framing="many_to_one"`, `encoding="vector"`. The splits `T100`, `T500`, `T1000` and `T100_multiply` have the sizes
    of the original, and `modern` has a usual size of the modern variant.

    ## References
    S. Hochreiter and J. Schmidhuber (1997), "Long Short-Term Memory", Neural Computation 9(8), sections 5.4 (adding)
    and 5.5 (multiplication): the original, whose lengths are uniform in `T ... T + T/10`. Q. Le et al. (2015), "A
    Simple Way to Initialize Recurrent Networks of Rectified Linear Units", section 4.1, and M. Arjovsky et al. (2016),
    "Unitary Evolution Recurrent Neural Networks", ICML, section 5.2: the modern variant.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "adding: the sum or the product of the two marked numbers"
    leaks: ClassVar[tuple[str, ...]] = ("action",)
    splits: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "T100": {"length": (100, 110)},
        "T500": {"length": (500, 550)},
        "T1000": {"length": (1000, 1100)},
        "T100_multiply": {"length": (100, 110), "operation": "multiply"},
        "modern": {"length": 100, "variant": "modern"},
    }
    published: ClassVar[tuple[Published, ...]] = (
        hochreiter_1997("5.4, Table 7", "the split T100", "74,000 sequences until success"),
        hochreiter_1997("5.4, Table 7", "the split T500", "209,000 sequences until success"),
        hochreiter_1997("5.4, Table 7", "the split T1000", "853,000 sequences until success"),
        hochreiter_1997("5.5, Table 8", _PRODUCTS, "482,000 sequences until fewer than 140 of 2,000 are wrong"),
        hochreiter_1997("5.5, Table 8", _PRODUCTS, "1,273,000 sequences until fewer than 13 of 2,000 are wrong"),
    )

    length: Size = parameter((20, 22), Sizes(6, LONGEST), "time steps of an episode")
    operation: _Operation = choice(_Operation, "whether to add or to multiply")
    variant: _Variant = choice(_Variant, "which numbers are drawn, marked and asked")
    tolerance: float = parameter(0.04, Real(0.0, 1.0), "largest error of a right answer")
    framing: ManyToOne = choice(ManyToOne, "one question, at the last step")
    encoding: VectorEncodingName = choice(VectorEncodingName, "encoding of observations")

    @property
    def question(self) -> str:
        asked = {"add": "sum", "multiply": "product"}[self.operation]
        result = "sum X1 + X2 as 0.5 + (X1 + X2) / 4" if self._rule.scaled else f"{asked} of X1 and X2"
        first = f" A first input that is marked counts as {self._rule.neutral:g}." if self.variant == "original" else ""
        return f"What is the {result}, the two numbers marked *?{first} An answer within {self.tolerance:.3g} is right."

    @property
    def steps(self) -> int:
        return largest(self.length)

    @property
    def _rule(self) -> Rule:
        return Rule(self.operation, self.variant)

    @property
    def code(self) -> Encoding:
        low = [-1.0 if self._rule.scaled else 0.0, END if self.variant == "original" else 0.0]
        return Numbers(low, 1.0, 2, draw_pair)

    @property
    def action_space(self) -> spaces.Box:
        highest = 2.0 if self.operation == "add" and self.variant == "modern" else 1.0
        return spaces.Box(0.0, highest, (1,), np.float32)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        rule, lengths, every = self._rule, drawn(self.length, rng, batch), np.arange(batch)
        pairs = np.zeros((batch, self.steps, 2), np.float32)
        numbers = rng.random((batch, self.steps), dtype=np.float32)
        if rule.scaled:
            numbers *= 2
            numbers -= 1
        pairs[..., 0] = numbers
        if self.variant == "original":
            pairs[:, 0, 1] = pairs[every, lengths - 1, 1] = END
        marked = marked_steps(rng, lengths, smallest(self.length), self.variant)
        pairs[every, marked, 1] = MARKED
        answer = rule.answer(rule.counted(rule.counts(marked), numbers[every, marked]).T)
        targets = np.broadcast_to(answer[:, None], (batch, self.steps, 1))
        return varied_length(pairs, targets, None if isinstance(self.length, int) else lengths)

    def solve(self, history: Array) -> Array:
        return self._rule.answer(self._rule.counted_of(history))

    def solve_all(self, observations: Array) -> Array:
        return self._rule.answers(self._rule.counted_of(observations))

    def sources(self, history: Array, step: int) -> Array:
        """The marked pairs whose numbers count, at the steps that are scored in some episode."""
        if step < smallest(self.length) - 1:
            return same_sources(history, step, [])
        sources: Array = (history[:, : step + 1, 1] == MARKED) & self._rule.counts(np.arange(step + 1))
        return sources

    def guess(self, observations: Array, step: int) -> Array:
        if self._rule.scaled:
            answers = np.full(len(observations), 0.5)
        elif self.operation == "multiply":
            answers = np.full(len(observations), min(self.tolerance, 0.5))
        else:  # A marked number at the last step is one of the two.
            answers = np.where(observations[:, 1] == MARKED, observations[:, 0] + 0.5, 1.0)
        return answers.astype(np.float32)[:, None]

    def known_levels(self) -> Levels:
        return adding_levels(self)
