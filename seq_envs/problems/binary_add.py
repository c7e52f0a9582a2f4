"""Binary addition: add two numbers digit by digit, the least digit first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, Encoding
from seq_envs.level import Levels
from seq_envs.parameters import LONGEST, choice, parameter
from seq_envs.problem import Episodes, Problem, same_sources, varied_length
from seq_envs.problems import binary_add_digits as digits
from seq_envs.problems.binary_add_levels import binary_add_levels
from seq_envs.problems.papers import SHORT_AND_LONG, deletang_2023
from seq_envs.published import Published
from seq_envs.sizes import Size, Sizes, largest, lengths_of, smallest
from seq_envs.vector_encodings import SEVERAL_ENCODINGS, SeveralEncodingName

_TRAINED, _TESTED = "1 to 40 digits and plus in all", "41 to 500 digits and plus in all, many_to_many"
_Framing = Literal["one_to_one", "many_to_many"]


@dataclass(frozen=True, kw_only=True)
class SeqBinaryAdd(Problem):
    """Binary addition.

    ## Description
    Two binary numbers of `length` digits are added. Each digit is 0 or 1 with equal probability, so a number can have
    leading zeros. The least digit comes first. The sum has `length+1` digits.

    - `one_to_one`: each observation is a pair of digits, one of each number, and the right answer is the digit of the
      sum at this place. One more pair, of two zeros, asks for the last digit, which is the last carry.
    - `many_to_many`: the first number, a plus, the second number, and then `length+1` cues `=`. At each cue the answer
      is the next digit of the sum.

    In the drawn episode `1+0` is a pair of digits.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqBinaryAdd-v0", seed=0))
    step    0   1   2   3   4   5   6   7   8
    input 0+1 1+1 1+1 0+1 0+1 1+1 1+1 0+0 0+0
    truth   1   0   1   0   0   1   1   1   0
    >>> print(seq_envs.draw("SeqBinaryAdd-v0", length=3, framing="many_to_many", seed=1))
    step  0 1 2 3 4 5 6 7 8 9 10
    input 1 0 1 + 1 0 1 = = =  =
    truth . . . . . . . 0 1 0  1

    ## Action Space
    `Discrete(2)`: the digit.

    ## Observation Space
    By `framing` and `encoding`. In `one_to_one` the digit of the first and of the second number: `one_hot` is
    `Box(0, 1, (4,), float32)`, two places for each digit, `discrete` is `MultiDiscrete([2, 2])`. In `many_to_many` the
    current symbol out of 4, the digits 0 and 1, then `+`, then `=`: `one_hot` is `Box(0, 1, (4,), float32)`, `discrete`
    is `Discrete(4)`.

    ## Starting State
    The least digit of both numbers, or of the first one.

    ## Rewards
    1.0 for a right answer on a scored step (every step, or every `=`), otherwise 0.0.

    An agent that receives its previous action or reward learns something about the previous carry or digit. In
    `many_to_many` it can also store digits in answers that are not scored.

    ## Episode End
    Terminated after `length+1` steps, or `3*length+2` in `many_to_many`, where each episode draws its length if
    `length` is a range; never truncated. The terminal observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=8` (a number or a range such as `(1, 40)`), `framing="one_to_one"`, `encoding="one_hot"`. The splits `train`
    and `test` have the lengths of the literature, though it counts all digits and the plus.

    ## References
    G. Delétang et al. (2023), "Neural Networks and the Chomsky Hierarchy", ICLR, Table 1 and Appendix A: the task
    "Binary Addition" is `many_to_many`. Its two numbers have different lengths and are never 0, and a terminator
    follows the sum, which has no leading zeros.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "binary addition: add two numbers digit by digit"
    splits: ClassVar[Mapping[str, Mapping[str, Any]]] = SHORT_AND_LONG
    published: ClassVar[tuple[Published, ...]] = (
        deletang_2023("LSTM", _TESTED, "about 54%", budget=_TRAINED),
        deletang_2023("tape RNN", _TESTED, "100%", budget=_TRAINED),
    )

    length: Size = parameter(8, Sizes(1, LONGEST // 3 - 1), "digits of each number")
    framing: _Framing = choice(_Framing, "digits side by side, or one number after the other")
    encoding: SeveralEncodingName = choice(SeveralEncodingName, "encoding of observations")

    @property
    def _pairs(self) -> bool:
        return self.framing == "one_to_one"

    @property
    def question(self) -> str:
        asked = "the digit of the sum at this place" if self._pairs else "the next digit of the sum"
        return f"Which is {asked}? The least digit comes first."

    @property
    def steps(self) -> int:
        return largest(self.length) + 1 if self._pairs else 3 * largest(self.length) + 2

    @property
    def code(self) -> Encoding:
        if self._pairs:
            return SEVERAL_ENCODINGS[self.encoding](Alphabet(2), Alphabet(2), between="+")
        return SYMBOL_ENCODINGS[self.encoding](Alphabet(2, ("+", "=")))

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(2)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        longest = largest(self.length)
        lengths = lengths_of(self.length, rng, batch)
        pairs = np.zeros((batch, longest + 1, 2), np.uint8)
        pairs[:, :-1] = rng.integers(2, size=(batch, longest, 2), dtype=np.uint8)
        if lengths is not None:
            pairs[np.arange(longest + 1) >= lengths[:, None]] = 0
        sums = digits.digits_of_sum(pairs[..., 0], pairs[..., 1])
        if self._pairs:
            return varied_length(pairs, sums, None if lengths is None else lengths + 1, np.ones(self.steps, np.bool_))
        return digits.one_after_the_other(pairs, sums, np.full(batch, longest) if lengths is None else lengths)

    def solve(self, history: Array) -> Array:
        return self.solve_all(history)[:, -1]

    def solve_all(self, observations: Array) -> Array:
        if self._pairs:
            return digits.digits_of_sum(observations[..., 0], observations[..., 1])
        return digits.sums_one_after_the_other(observations)

    def sources(self, history: Array, step: int) -> Array | None:
        """The digits that decide about the carry, and those of this place.

        A carry depends on the digits back to the last place where both are equal. The last pair of zeros is the same in
        all episodes. Not stated in `many_to_many` if `length` is a range, since the layout then depends on the episode.
        """
        longest = largest(self.length)
        if self._pairs:
            places = min(step + 1, longest)
            return np.pad(digits.deciding_places(history[:, :places], step), ((0, 0), (0, step + 1 - places)))
        if smallest(self.length) != longest:
            return None
        place = step - 2 * longest - 1
        if place < 0:
            return same_sources(history, step, [])
        places = min(place + 1, longest)
        numbers = history[:, :places], history[:, longest + 1 : longest + 1 + places]
        deciding = digits.deciding_places(np.stack(numbers, axis=-1), place)
        sources = same_sources(history, step, [])
        sources[:, :places] = sources[:, longest + 1 : longest + 1 + places] = deciding
        return sources

    def guess(self, observations: Array, step: int) -> Array:
        """The digit of the sum without a carry, which is never less probable than one with a carry."""
        return observations[:, 0] ^ observations[:, 1] if self._pairs else np.zeros_like(observations)

    @property
    def leaks(self) -> tuple[str, ...]:
        return () if self._pairs and largest(self.length) == 1 else ("action", "reward")

    def known_levels(self) -> Levels:
        return binary_add_levels(self.length, self._pairs)
