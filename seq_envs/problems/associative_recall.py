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
from seq_envs.problem import Episodes, ManyToMany, Problem, same_sources, varied_length
from seq_envs.problems.bit_vectors import random_bits, text_of
from seq_envs.problems.papers import graves_2014
from seq_envs.published import Published
from seq_envs.sizes import Size, Sizes, drawn, largest, smallest
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
    def steps(self) -> int:
        return (largest(self.items) + 2) * self._block

    @property
    def _block(self) -> int:
        """The steps of an item in the list, of the query after its mark, and of the answer after the second mark."""
        return self.item_length + 1

    @property
    def code(self) -> Encoding:
        return Numbers(0.0, 1.0, self.bits + 2, self._text)

    def _text(self, raw: Array) -> str:
        return "|" if raw[self.bits] else "?" if raw[-1] else text_of(raw[: self.bits])

    @property
    def action_space(self) -> spaces.MultiDiscrete:
        return spaces.MultiDiscrete(np.full(self.bits, 2))

    def sample(self, rng: np.random.Generator, batch: int) -> Episodes:
        counts, most, long, bits = drawn(self.items, rng, batch), largest(self.items), self.item_length, self.bits
        one_layout = isinstance(self.items, int)
        items = random_bits(rng, (batch, most, long), bits)
        first_item = np.arange(0, batch * most, most)
        of_all = items.reshape(batch * most, long, bits)
        queried = rng.integers(most - 1, size=batch) if one_layout else rng.integers(counts - 1)
        query = of_all.take(first_item + queried, axis=0)
        answer = of_all.take(first_item + self._first(items, query, counts) + 1, axis=0)
        blocks, length = most + 2, self._block
        observations = np.zeros((batch, blocks, length, bits + 2), np.float32)
        targets = np.zeros((batch * blocks, length, bits), np.uint8)
        if not one_layout:
            items *= (np.arange(most) < counts[:, None])[..., None, None]
        observations[:, :most, 1:, :bits] = items
        observations[:, :most, 0, bits] = 1 if one_layout else np.arange(most) < counts[:, None]
        block = np.arange(0, batch * blocks, blocks) + counts
        of_all_blocks = observations.reshape(batch * blocks, length, bits + 2)
        of_all_blocks[block, 0, -1] = of_all_blocks[block + 1, 0, -1] = 1
        of_all_blocks[block, 1:, :bits] = query
        targets[block + 1, 1:] = answer
        ends = (counts + 2) * length
        step = np.arange(self.steps)
        return varied_length(
            observations.reshape(batch, self.steps, bits + 2),
            targets.reshape(batch, self.steps, bits),
            None if one_layout else ends,
            step >= self.steps - long if one_layout else step >= (ends - long)[:, None],
        )

    def _first(self, items: Array, query: Array, counts: Array) -> Array:
        """(B,): the place of the first of the items (B, most, item_length, bits) that equals the query.

        If no earlier item is equal, it is the last but one of `counts` items (B,), since the last is never the query.
        """
        size = self.item_length * self.bits
        # Strings of bytes are compared many times as fast as arrays along a short axis.
        listed, wanted = (
            np.ascontiguousarray(vectors, np.uint8).reshape(len(items), -1, size).view(f"S{size}")[..., 0]
            for vectors in (items, query)
        )
        same: Array = listed == wanted
        first = counts - 2
        for place in reversed(range(items.shape[1] - 2)):
            first = np.where(same[:, place], place, first)
        return first

    def _layout(self, step: int) -> tuple[int, int] | None:
        """The number of items, and the vector that is asked, if a step is scored; None: it never is.

        A step tells both, because the answers take fewer steps than an item in the list.
        """
        items, vector = divmod(step - self.item_length - 2, self._block)
        possible = smallest(self.items) <= items <= largest(self.items) and vector < self.item_length
        return (items, vector) if possible else None

    def _read(self, history: Array, count: int) -> tuple[Array, Array]:
        """The items (B, items, item_length, bits) and the place of the query (B,), with so many items."""
        shown = history[:, : count * self._block, : self.bits].reshape(len(history), count, self._block, self.bits)
        query = history[:, count * self._block + 1 :][:, : self.item_length, : self.bits]
        items = shown[:, :, 1:]
        return items, self._first(items, query, np.full(len(items), count))

    def solve(self, history: Array) -> Array:
        layout = self._layout(history.shape[1] - 1)
        if layout is None:
            return np.zeros((len(history), self.bits), np.uint8)
        items, place = self._read(history, layout[0])
        answers: Array = items[np.arange(len(history)), place + 1, layout[1]]
        return answers.astype(np.uint8)

    def sources(self, history: Array, step: int) -> Array:
        """The vector to answer, the query and the items before, up to the one that equals the query.

        The last but one is the only one left if no earlier item equals the query, so it is no source.
        """
        layout = self._layout(step)
        if layout is None:
            return same_sources(history, step, [])
        count, vector = layout
        _, place = self._read(history, count)
        item, within = np.divmod(np.arange(step + 1), self._block)
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
