"""Parity: is the number of ones so far odd?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import SYMBOL_ENCODINGS, Alphabet, Array, Encoding, SymbolEncodingName
from seq_envs.level import Levels
from seq_envs.parameters import LONGEST, choice, parameter
from seq_envs.problem import Episodes, EveryStepOrLast, Problem, same_sources, varied_length
from seq_envs.problems.papers import SHORT_AND_LONG, deletang_2023
from seq_envs.problems.state_tracking_levels import state_tracking_levels
from seq_envs.published import Published
from seq_envs.sizes import Size, Sizes, largest, lengths_of, smallest


@dataclass(frozen=True, kw_only=True)
class SeqParity(Problem):
    """Parity.

    ## Description
    Each observation is a bit, 0 or 1 with equal probability. The right answer is 1 if the number of ones so far is odd,
    otherwise 0. In the framing `one_to_one` every step is scored, in `many_to_one` only the last step. A recurrent
    network with two states solves it for every length, which a transformer of fixed depth does not.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqParity-v0", seed=0))
    step  0 1 2 3 4 5 6 7 8 9
    input 0 1 1 1 1 1 0 1 0 1
    truth 0 1 0 1 0 1 1 0 0 1

    ## Action Space
    `Discrete(2)`: 1 for an odd number of ones, 0 for an even one.

    ## Observation Space
    The current bit, by `encoding`: `one_hot` is `Box(0, 1, (2,), float32)`, `discrete` is `Discrete(2)`, `normalized`
    is `Box(0, 1, (1,), float32)` holding the bit.

    ## Starting State
    A bit.

    ## Rewards
    1.0 for a right answer on a scored step, otherwise 0.0.

    An agent that receives its previous action can keep the parity there. In `one_to_one` its previous reward says
    whether a constant answer was right, which is the parity too.

    ## Episode End
    Terminated after `length` steps, where each episode draws its length if `length` is a range; never truncated. The
    terminal observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `length=10` (a number or a range such as `(1, 40)`), `framing="one_to_one"`, `encoding="one_hot"`. The splits
    `train` and `test` have the lengths of the literature.

    ## References
    G. Delétang et al. (2023), "Neural Networks and the Chomsky Hierarchy", ICLR, Table 1 and Appendix A: the task
    "Parity Check" is `many_to_one`. S. Hochreiter and J. Schmidhuber (1997), "Long Short-Term Memory", section 5,
    warns that random weights can solve parity.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "parity: is the number of ones so far odd?"
    question: ClassVar[str] = "Is the number of ones so far odd? 1: yes, 0: no."
    splits: ClassVar[Mapping[str, Mapping[str, Any]]] = SHORT_AND_LONG
    published: ClassVar[tuple[Published, ...]] = (
        deletang_2023("RNN and LSTM", "the split test, many_to_one", "100%"),
        deletang_2023("transformer", "the split test, many_to_one", "52%"),
    )

    length: Size = parameter(10, Sizes(1, LONGEST), "time steps of an episode")
    framing: EveryStepOrLast = choice(EveryStepOrLast, "whether every step is scored or only the last")
    encoding: SymbolEncodingName = choice(SymbolEncodingName, "encoding of observations")

    @property
    def steps(self) -> int:
        return largest(self.length)

    @property
    def code(self) -> Encoding:
        return SYMBOL_ENCODINGS[self.encoding](Alphabet(2))

    @property
    def action_space(self) -> spaces.Discrete:
        return spaces.Discrete(2)

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        lengths = lengths_of(self.length, rng, batch)
        bits = rng.integers(2, size=(batch, self.steps), dtype=np.uint8)
        every = np.ones(self.steps, np.bool_) if self.framing == "one_to_one" else None
        return varied_length(bits, self.solve_all(bits), lengths, every)

    def solve(self, history: Array) -> Array:
        parity: Array = np.bitwise_xor.reduce(history, axis=1)
        return parity

    def solve_all(self, observations: Array) -> Array:
        return np.bitwise_xor.accumulate(observations, axis=1)

    def sources(self, history: Array, step: int) -> Array:
        """All bits so far, at the steps that are scored in some episode."""
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
        return state_tracking_levels(2, self.length, self.framing)
