"""Flip-flop: read the bit that was written last, among bits to ignore."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, Encoding, SymbolEncodingName
from seq_envs.level import Levels, by_luck
from seq_envs.parameters import LONGEST, Real, choice, parameter
from seq_envs.problem import Episodes, ManyToMany, Problem, varied_length
from seq_envs.problems.flip_flop_levels import zero_at_every_read
from seq_envs.published import Published
from seq_envs.sizes import Size, Sizes, largest, lengths_of, smallest

_LIU, _TESTED = "Liu et al. 2023, section 4", "every test split"
_WRITE, _READ, _IGNORE = 2, 3, 4  # The symbols after the bits 0 and 1.


@dataclass(frozen=True, kw_only=True)
class SeqFlipFlop(Problem):
    """Flip-flop.

    ## Description
    Instructions and bits take turns, one symbol a step: an instruction, its bit, the next instruction, its bit. The
    instruction `w` writes its bit to the memory, `i` has a bit to ignore, and `r` reads the memory: its bit is the one
    that was written last. At each `r` the right answer is the bit that comes next.

    The first of `length` instructions is `w` and the last one is `r`. Each of the others is `i` with probability
    `ignore_probability`, and otherwise `w` or `r` with equal probability. The bits of `w` and `i` are 0 or 1 with equal
    probability. The episode ends at the last `r`, before its bit.

    A network with two states solves it for every length. Transformers make rare errors, so the literature counts
    `errors_per_million` (see `seq_envs.evaluation.Evaluation`).

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqFlipFlop-v0", seed=4))
    step  0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18
    input w 1 i 0 i 0 w 1 i 0  i  1  i  0  r  1  i  0  r
    truth . . . . . . . . . .  .  .  .  .  1  .  .  .  1

    ## Action Space
    `Discrete(2)`: the bit.

    ## Observation Space
    The current symbol out of 5 (the bits 0 and 1, then `w`, `r` and `i`), by `encoding`: `one_hot` is
    `Box(0, 1, (5,), float32)`, `discrete` is `Discrete(5)`, `normalized` is `Box(0, 1, (4,), float32)` holding the bit
    and a flag for each instruction.

    ## Starting State
    The instruction `w`.

    ## Rewards
    1.0 for a right answer at an `r`, otherwise 0.0.

    An agent that receives its previous action can store a bit in it.

    ## Episode End
    Terminated after `2*length-1` steps, where each episode draws its length if `length` is a range; never truncated.
    The terminal observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=10` (instructions; a number or a range such as `(5, 20)`), `ignore_probability=0.8`,
    `framing="many_to_many"`, `encoding="one_hot"`. The splits have the 256 instructions of the literature: `train` and
    `test` with `ignore_probability=0.8`, `test_dense` with 0.1 and `test_sparse` with 0.98.

    ## References
    B. Liu, J. Ash, S. Goel, A. Krishnamurthy and C. Zhang (2023), "Exposing Attention Glitches with Flip-Flop Language
    Modeling", NeurIPS, section 3: the language FFL, of which only the deterministic symbols after `r` are asked for.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "flip-flop: read the bit that was written last"
    question: ClassVar[str] = "At each r: which bit came after the last w?"
    leaks: ClassVar[tuple[str, ...]] = ("action",)
    splits: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        name: {"length": 256, "ignore_probability": probability}
        for name, probability in (("train", 0.8), ("test", 0.8), ("test_dense", 0.1), ("test_sparse", 0.98))
    }
    counts_errors: ClassVar[bool] = True
    published: ClassVar[tuple[Published, ...]] = (
        Published(who="LSTM", setting=_TESTED, budget="the split train", figure="0 errors", source=_LIU),
        Published(who="transformers", setting=_TESTED, budget="the split train", figure="rare errors", source=_LIU),
    )

    length: Size = parameter(10, Sizes(2, LONGEST // 2), "instructions of an episode")
    ignore_probability: float = parameter(0.8, Real(0.0, 1.0), "probability of an instruction to ignore its bit")
    framing: ManyToMany = choice(ManyToMany, "one answer for each read")
    encoding: SymbolEncodingName = choice(SymbolEncodingName, "encoding of observations")

    @property
    def steps(self) -> int:
        return 2 * largest(self.length) - 1

    @property
    def code(self) -> Encoding:
        return SYMBOL_ENCODINGS[self.encoding](Alphabet(2, cues=("w", "r", "i")))

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(2)

    @property
    def _write_probability(self) -> float:
        """The probability of `w`, which is that of `r`, at the instructions between the first and the last."""
        return (1 - self.ignore_probability) / 2

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        lengths = lengths_of(self.length, rng, batch)
        longest = largest(self.length)
        luck, coin = rng.random((2, batch, longest))  # Faster than to draw bits.
        bits = (coin < 0.5).view(np.uint8)
        no_write, ignored = luck >= self._write_probability, luck >= 2 * self._write_probability
        instructions = no_write.view(np.uint8) + ignored.view(np.uint8) + np.uint8(_WRITE)
        instructions[:, 0] = _WRITE
        instructions[np.arange(batch), -1 if lengths is None else lengths - 1] = _READ
        # Places grow, so the greatest of these numbers so far belongs to the latest write; its lowest bit is the bit.
        written = (bits + 2 * np.arange(longest)) * (instructions == _WRITE)
        written = np.maximum.accumulate(written, axis=1, out=written) & 1
        observations, targets = np.zeros((2, batch, 2 * longest), np.uint8)
        observations[:, ::2] = instructions
        observations[:, 1::2] = np.where(instructions == _READ, written, bits)
        targets[:, ::2] = written
        observations, targets = observations[:, :-1], targets[:, :-1]
        return varied_length(observations, targets, None if lengths is None else 2 * lengths - 1, observations == _READ)

    def solve(self, history: Array) -> Array:
        return self.solve_all(history)[:, -1]

    def solve_all(self, observations: Array) -> Array:
        after = np.minimum(_latest_write(observations) + 1, observations.shape[1] - 1)
        return np.take_along_axis(observations, after, axis=1) % 2  # A bit at the steps that are not scored too.

    def sources(self, history: Array, step: int) -> Array:
        """The last `w`, its bit, and all later instructions, which are no `w`. The first one is always a `w`."""
        latest = _latest_write(history[:, : step + 1])[:, -1:]
        steps = np.arange(step + 1)
        no_bit = (steps % 2 == 0) & (steps > 0) & (steps < step)
        stated: Array = (no_bit & (steps >= latest)) | (steps == latest + 1)
        return stated

    def guess(self, observations: Array, step: int) -> Array:
        return np.zeros_like(observations)

    def known_levels(self) -> Levels:
        return by_luck(0.5, zero_at_every_read(self._write_probability, smallest(self.length), largest(self.length)))


def _latest_write(symbols: Array) -> Array:
    """(B, T): the place of the latest `w` so far; 0 before the first one."""
    places = np.where(symbols == _WRITE, np.arange(symbols.shape[1]), 0)
    latest: Array = np.maximum.accumulate(places, axis=1)
    return latest
