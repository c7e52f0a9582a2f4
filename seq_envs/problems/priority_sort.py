"""Priority sort: reproduce the bit vectors of highest priority, in order of their priorities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import Array, Encoding
from seq_envs.level import Levels, by_luck
from seq_envs.parameters import LONGEST, MOST_VALUES, Integer, choice, parameter
from seq_envs.problem import Episodes, ManyToMany, Problem, fixed_length, same_sources
from seq_envs.problems.bit_vectors import random_bits, rows_of, text_of
from seq_envs.problems.papers import graves_2014
from seq_envs.published import Published
from seq_envs.vector_encodings import Numbers, VectorEncodingName


@dataclass(frozen=True, kw_only=True)
class SeqPrioritySort(Problem):
    """Priority sort.

    ## Description
    The agent sees `items` vectors of `bits` random bits each, one at each step, each with a priority drawn uniformly
    from -1 to 1. Then it sees a delimiter, and then only zeros. At each of these last steps the answer is the next one
    of the `asked` vectors of highest priority, from the highest on. If two priorities are equal, the vector that came
    first is the next one.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqPrioritySort-v0", seed=0))
    step         0        1        2 3       4       5       6
    input 0101+.46 1000-.63 1100+.23 |    0000    0000    0000
    truth        .        .        . . 0,1,0,1 1,1,0,0 1,0,0,0

    ## Action Space
    `MultiDiscrete([2] * bits)`: the vector.

    ## Observation Space
    By `encoding`, which is `vector`: `Box(-1, 1, (bits+2,), float32)` that holds the bits, the priority, and 1 for the
    delimiter; only the priority is below 0. It is drawn as the bits with the priority, and `|` for the delimiter.

    ## Starting State
    The first vector and its priority.

    ## Rewards
    At each step after the delimiter the fraction of the bits that are right, otherwise 0.0.

    An agent that receives its previous action can store one vector there.

    ## Episode End
    Terminated after `items+1+asked` steps; never truncated. The terminal observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `items=3`, `asked=items` (at most `items`), `bits=4`, `framing="many_to_many"`, `encoding="vector"`.

    ## References
    A. Graves, G. Wayne and I. Danihelka (2014), "Neural Turing Machines", arXiv:1410.5401, section 4.5: 20 items of
    which 16 are asked.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "priority sort: reproduce bit vectors in the order of their priorities"
    question: ClassVar[str] = "At each step after | one answer: what were the vectors, from the highest priority down?"
    leaks: ClassVar[tuple[str, ...]] = ("action",)
    published: ClassVar[tuple[Published, ...]] = (
        graves_2014("4.5", "Neural Turing Machine", "20 items, 16 asked", "better than LSTM"),
    )

    items: int = parameter(3, Integer(1, LONGEST), "vectors to sort")
    asked: int | None = parameter(None, Integer(1), "vectors to reproduce (default: items)")
    bits: int = parameter(4, Integer(1, MOST_VALUES), "bits of a vector")
    framing: ManyToMany = choice(ManyToMany, "the answers follow after all vectors")
    encoding: VectorEncodingName = choice(VectorEncodingName, "encoding of observations")

    def framing_defaults(self) -> Mapping[str, object]:
        return {"asked": self.items}

    def check(self) -> None:
        if self._asked > self.items:
            raise ValueError(f"asked must be at most items = {self.items}, got {self.asked}")

    @property
    def _asked(self) -> int:
        assert self.asked is not None  # Set at construction.
        return self.asked

    @property
    def steps(self) -> int:
        return self.items + 1 + self._asked

    @property
    def code(self) -> Encoding:
        lows = [0.0] * self.bits + [-1.0, 0.0]
        return Numbers(np.array(lows), 1.0, self.bits + 2, self._text)

    def _text(self, raw: Array) -> str:
        if raw[-1] == 1:
            return "|"
        priority = f"{raw[-2]:+.2f}".replace("0.", ".") if raw[-2] else ""
        return text_of(raw[: self.bits]) + priority

    @property
    def action_space(self) -> spaces.MultiDiscrete:
        return spaces.MultiDiscrete(np.full(self.bits, 2))

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        vectors = random_bits(rng, (batch, self.items), self.bits)
        priorities = 2 * rng.random((batch, self.items), np.float32) - 1
        observations = np.zeros((batch, self.steps, self.bits + 2), np.float32)
        observations[:, : self.items, : self.bits] = vectors
        observations[:, : self.items, self.bits] = priorities
        observations[:, self.items, -1] = 1
        targets = np.zeros((batch, self.steps, self.bits), np.uint8)
        targets[:, self.items + 1 :] = rows_of(vectors, self._order(priorities))
        return fixed_length(observations, targets, np.arange(self.steps) > self.items)

    def _order(self, priorities: Array) -> Array:
        """(B, asked): the places of the vectors to reproduce, from priorities (B, items)."""
        return (-priorities).argsort(axis=1, kind="stable")[:, : self._asked]

    def solve(self, history: Array) -> Array:
        step = history.shape[1] - 1
        return self.solve_all(history)[:, step]

    def solve_all(self, observations: Array) -> Array:
        batch, steps = observations.shape[:2]
        answers = np.zeros((batch, steps, self.bits), np.uint8)
        if steps > self.items:
            items = observations[:, : self.items]
            ordered = rows_of(items[..., : self.bits], self._order(items[..., self.bits]))
            answers[:, self.items + 1 :] = ordered[:, : steps - self.items - 1]
        return answers

    def sources(self, history: Array, step: int) -> Array:
        """All vectors with their priorities, since all priorities decide which vector is the next one."""
        return same_sources(history, step, np.arange(self.items) if step > self.items else [])

    def guess(self, observations: Array, step: int) -> Array:
        return np.zeros((len(observations), self.bits), np.uint8)

    def known_levels(self) -> Levels:
        return by_luck(0.5, 0.5 ** (self.bits * self._asked))  # Every bit is a coin flip.
