"""Associative recall: see a list of items, then one of them again, and answer with the item that followed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces

from seq_envs.encodings import Array, Encoding
from seq_envs.level import Levels, by_luck
from seq_envs.parameters import LONGEST, MOST_VALUES, Integer, choice, parameter
from seq_envs.problem import Episodes, ManyToMany, Problem, same_sources
from seq_envs.problems.associative_recall_layout import Layout, first_equal
from seq_envs.problems.bit_vectors import random_bits, text_of
from seq_envs.problems.papers import graves_2014
from seq_envs.published import Published
from seq_envs.sizes import Size, Sizes, drawn, largest
from seq_envs.vector_encodings import Numbers, VectorEncodingName

_NTM = "Neural Turing Machine"


@dataclass(frozen=True, kw_only=True)
class SeqAssociativeRecall(Problem):
    """Associative recall.

    ## Description
    The agent sees `items` items. Each is a delimiter and then `item_length` vectors of `bits` random bits, one at each
    step. Then comes the query: one of the items again, drawn uniformly from all but the last, between two query marks.
    Then come `item_length` zeros. There the answer is the item that followed the query in the list, vector by vector.
    If several items are equal to the query, the first of them counts.

    >>> import seq_envs
    >>> print(seq_envs.draw("SeqAssociativeRecall-v0", seed=0))
    step  0   1 2   3 4   5 6   7 8     9
    input | 010 | 100 | 110 ? 100 ?   000
    truth .   . .   . .   . .   . . 1,1,0

    ## Action Space
    `MultiDiscrete([2] * bits)`: the vector.

    ## Observation Space
    By `encoding`, which is `vector`: `Box(0, 1, (bits+2,), float32)` that holds the bits, 1 for a delimiter and 1 for a
    query mark. It is drawn as the bits, `|` for a delimiter and `?` for a query mark.

    ## Starting State
    The delimiter of the first item.

    ## Rewards
    At each of the last `item_length` steps the fraction of the bits that are right, otherwise 0.0.

    An agent that receives its previous action can store one vector there.

    ## Episode End
    Terminated after `(items+2)*(item_length+1)` steps, where each episode draws its number of items if `items` is a
    range; never truncated. The terminal observation is zeros.

    ## Information
    Empty, except at the last step: `is_success` and `accuracy` (see `seq_envs.env.SequenceEnv`).

    ## Arguments
    `items=3` (a number or a range such as `(2, 6)`, from 2 on), `item_length=1`, `bits=3`, `framing="many_to_many"`,
    `encoding="vector"`. The splits `train` and `test` have the sizes of the literature.

    ## References
    A. Graves, G. Wayne and I. Danihelka (2014), "Neural Turing Machines", arXiv:1410.5401, section 4.3.

    ## Version History
    v0: first version.
    """

    title: ClassVar[str] = "associative recall: which item followed this one?"
    question: ClassVar[str] = (
        "After the second ? one answer at each step: which item, vector by vector, came after the one between ??"
    )
    leaks: ClassVar[tuple[str, ...]] = ("action",)
    splits: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "train": {"items": (2, 6), "item_length": 3, "bits": 6},
        "test": {"items": (7, 15), "item_length": 3, "bits": 6},
    }
    published: ClassVar[tuple[Published, ...]] = (
        graves_2014("4.3", _NTM, "the split train", "nearly no error", budget="30,000 episodes"),
        graves_2014("4.3", "LSTM", "the split train", "does not reach zero error", budget="a million episodes"),
    )

    items: Size = parameter(3, Sizes(2, LONGEST), "items in the list")
    item_length: int = parameter(1, Integer(1, LONGEST), "vectors of an item")
    bits: int = parameter(3, Integer(1, MOST_VALUES), "bits of a vector")
    framing: ManyToMany = choice(ManyToMany, "the answers follow after the query")
    encoding: VectorEncodingName = choice(VectorEncodingName, "encoding of observations")

    @property
    def _layout(self) -> Layout:
        return Layout(self.items, self.item_length, self.bits)

    @property
    def steps(self) -> int:
        return self._layout.steps

    @property
    def code(self) -> Encoding:
        return Numbers(0.0, 1.0, self.bits + 2, self._text)

    def _text(self, raw: Array) -> str:
        return "|" if raw[self.bits] else "?" if raw[-1] else text_of(raw[: self.bits])

    @property
    def action_space(self) -> spaces.MultiDiscrete:
        return spaces.MultiDiscrete(np.full(self.bits, 2))

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        counts, most = drawn(self.items, rng, batch), largest(self.items)
        items = random_bits(rng, (batch, most, self.item_length), self.bits)
        queried = rng.integers(most - 1, size=batch) if isinstance(self.items, int) else rng.integers(counts - 1)
        of_all, first_item = items.reshape(batch * most, self.item_length, self.bits), np.arange(0, batch * most, most)
        query = of_all.take(first_item + queried, axis=0)
        answer = of_all.take(first_item + first_equal(items, query, counts) + 1, axis=0)
        return self._layout.write(items, counts, query, answer)

    def solve(self, history: Array) -> Array:
        asked = self._layout.asked(history.shape[1] - 1)
        if asked is None:
            return np.zeros((len(history), self.bits), np.uint8)
        count, vector = asked
        items, place = self._layout.read(history, count)
        answers: Array = items[np.arange(len(history)), place + 1, vector]
        return answers.astype(np.uint8)

    def sources(self, history: Array, step: int) -> Array:
        """The vector to answer, the query and the items before, up to the one that equals the query.

        The last but one is the only one left if no earlier item equals the query, so it is no source.
        """
        asked = self._layout.asked(step)
        if asked is None:
            return same_sources(history, step, [])
        count, vector = asked
        _, place = self._layout.read(history, count)
        item, within = np.divmod(np.arange(step + 1), self._layout.block)
        answer = (item == place[:, None] + 1) & (within == vector + 1)
        compared = (item <= place[:, None]) & (item < count - 2) & (within > 0)
        query = (item == count) & (within > 0) & (count > 2)
        sources: Array = answer | compared | query
        return sources

    def guess(self, observations: Array, step: int) -> Array:
        return np.zeros((len(observations), self.bits), np.uint8)

    def known_levels(self) -> Levels:
        # Every bit is a coin flip: all episodes in which one bit of every vector is flipped are as likely.
        return by_luck(0.5, 0.5 ** (self.bits * self.item_length))
