"""Binary addition: add two numbers digit by digit, the least digit first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, Encoding
from seq_envs.level import Level, Levels
from seq_envs.parameters import LONGEST, Choice, parameter
from seq_envs.problem import Episodes, Problem, same_sources, varied_length
from seq_envs.published import Published
from seq_envs.sizes import Size, Sizes, largest, lengths_of, mean_power, smallest
from seq_envs.vector_encodings import SEVERAL_ENCODINGS, SeveralEncodingName

_CHOMSKY = "Deletang et al. 2023, Table 1"
_Framing = Literal["one_to_one", "many_to_many"]
PLUS, EQUALS = 2, 3
"""The symbols between the two numbers and at the digits of the sum, in `many_to_many`."""


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
    splits: ClassVar[Mapping[str, Mapping[str, Any]]] = {"train": {"length": (1, 40)}, "test": {"length": (41, 500)}}
    published: ClassVar[tuple[Published, ...]] = (
        Published(
            who="LSTM",
            setting="the split test, many_to_many",
            budget="the split train",
            figure="about 54%",
            source=_CHOMSKY,
        ),
        Published(
            who="tape RNN",
            setting="the split test, many_to_many",
            budget="the split train",
            figure="100%",
            source=_CHOMSKY,
        ),
    )

    length: Size = parameter(8, Sizes(1, LONGEST // 3 - 1), "digits of each number")
    framing: _Framing = parameter(
        "one_to_one", Choice(get_args(_Framing)), "whether digits come side by side or one number after the other"
    )
    encoding: SeveralEncodingName = parameter(
        "one_hot", Choice(get_args(SeveralEncodingName)), "encoding of observations"
    )

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
        sums = _digits_of_sum(pairs[..., 0], pairs[..., 1])
        if self._pairs:
            return varied_length(pairs, sums, None if lengths is None else lengths + 1, np.ones(self.steps, np.bool_))
        return self._one_after_the_other(pairs, sums, np.full(batch, longest) if lengths is None else lengths)

    def _one_after_the_other(self, pairs: Array, sums: Array, lengths: Array) -> Episodes:
        """Episodes of `many_to_many` with these digits (B, longest+1, 2), their sums (B, longest+1) and lengths."""
        length = lengths[:, None]
        step = np.arange(self.steps)
        # The place of each step within the first number, the second one, or the sum.
        place = np.where(step <= length, step, np.where(step <= 2 * length, step - length - 1, step - 2 * length - 1))
        place = np.minimum(place, pairs.shape[1] - 1)
        first, second = (np.take_along_axis(pairs[..., number], place, axis=1) for number in (0, 1))
        symbols = np.where(step < length, first, np.where(step == length, PLUS, second))
        asked = step > 2 * length
        symbols = np.where(asked, EQUALS, symbols).astype(np.uint8)
        targets = np.take_along_axis(sums, place, axis=1)
        return varied_length(symbols, targets, 3 * lengths + 2, asked)

    def solve(self, history: Array) -> Array:
        return self._sums(history)[:, -1]

    def solve_all(self, observations: Array) -> Array:
        return self._sums(observations)

    def _sums(self, history: Array) -> Array:
        """The digit of the sum at each step (B, t), where it is scored."""
        if self._pairs:
            return _digits_of_sum(history[..., 0], history[..., 1])
        step = np.arange(history.shape[1])
        # Each number ends before the first symbol that is no digit; without one, nothing is scored yet.
        length = (history != PLUS).cumprod(axis=1).sum(axis=1)[:, None]
        first = np.where(step < length, history, 0)
        second = np.take_along_axis(history, np.minimum(step + length + 1, len(step) - 1), axis=1)
        sums = _digits_of_sum(first, np.where(step < length, second, 0) & 1)
        return np.take_along_axis(sums, np.maximum(step - 2 * length - 1, 0), axis=1)

    def sources(self, history: Array, step: int) -> Array | None:
        """The digits that decide about the carry, and those of this place.

        A carry depends on the digits back to the last place where both are equal. The last pair of zeros is the same in
        all episodes. Not stated in `many_to_many` if `length` is a range, since the layout then depends on the episode.
        """
        longest = largest(self.length)
        if self._pairs:
            places = min(step + 1, longest)
            return np.pad(_deciding(history[:, :places], step), ((0, 0), (0, step + 1 - places)))
        if smallest(self.length) != longest:
            return None
        place = step - 2 * longest - 1
        if place < 0:
            return same_sources(history, step, [])
        places = min(place + 1, longest)
        numbers = history[:, :places], history[:, longest + 1 : longest + 1 + places]
        deciding = _deciding(np.stack(numbers, axis=-1), place)
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
        # The carry into a place is 1 with the probability (1 - 2^-place)/2, and so is the last digit.
        answers = (smallest(self.length) + largest(self.length)) / 2 + 1
        half_of_all = mean_power(0.5, self.length)
        constant = Level(0.5 + half_of_all / (2 * answers), mean_power(0.25, self.length))
        if not self._pairs:
            return Levels(constant, constant, Level(1.0, 1.0))
        # Without memory the answer is right where no carry comes in.
        memoryless = Level(0.5 + (2 - half_of_all) / (2 * answers), mean_power(0.75, self.length))
        return Levels(constant, memoryless, Level(1.0, 1.0))


def _digits_of_sum(first: Array, second: Array) -> Array:
    """The digits of the sum of two numbers (B, places), the least first; a carry out of the last place is left out."""
    both, either = (first & second).T.copy(), (first ^ second).T.copy()
    digits = either.copy()
    carry = np.zeros(len(first), first.dtype)
    for place in range(1, len(digits)):
        carry = both[place - 1] | (either[place - 1] & carry)
        digits[place] ^= carry
    return digits.T


def _deciding(pairs: Array, place: int) -> Array:
    """(B, places) bool: the places of pairs (B, places, 2) that decide about the digit of the sum at `place`."""
    places = np.arange(pairs.shape[1])
    equal_before = (pairs[..., 0] == pairs[..., 1]) & (places < place)
    last_equal = np.where(equal_before, places, 0).max(axis=1, keepdims=True)
    deciding: Array = places >= last_equal
    return deciding
