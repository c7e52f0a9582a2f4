"""Where the items of SeqAssociativeRecall stand in its episodes: a mark, then the vectors of an item, and so on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from seq_envs.encodings import Array
from seq_envs.problem import Episodes, varied_length
from seq_envs.sizes import Size, largest, smallest


class Layout(NamedTuple):
    """The items of the list, then the query, then the answer: each is a mark and `item_length` vectors of `bits`."""

    items: Size
    item_length: int
    bits: int

    @property
    def block(self) -> int:
        """The steps of an item with its mark."""
        return self.item_length + 1

    @property
    def steps(self) -> int:
        """The steps of the longest episode."""
        return (largest(self.items) + 2) * self.block

    def asked(self, step: int) -> tuple[int, int] | None:
        """The number of items, and the vector that is asked, if a step is scored; None: it never is.

        A step tells both, because the answers take fewer steps than an item in the list.
        """
        items, vector = divmod(step - self.item_length - 2, self.block)
        possible = smallest(self.items) <= items <= largest(self.items) and vector < self.item_length
        return (items, vector) if possible else None

    def write(self, items: Array, counts: Array, query: Array, answer: Array) -> Episodes:
        """The episodes with these items, of which the first `counts` are shown.

        Args:
            items: (B, most, item_length, bits), overwritten with 0 from `counts` on.
            counts: (B,).
            query, answer: (B, item_length, bits).
        """
        batch, most = items.shape[:2]
        long, bits, one_layout = self.item_length, self.bits, isinstance(self.items, int)
        blocks, length = most + 2, self.block
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
        ends, step = (counts + 2) * length, np.arange(self.steps)
        return varied_length(
            observations.reshape(batch, self.steps, bits + 2),
            targets.reshape(batch, self.steps, bits),
            None if one_layout else ends,
            step >= self.steps - long if one_layout else step >= (ends - long)[:, None],
        )

    def read(self, history: Array, count: int) -> tuple[Array, Array]:
        """The items (B, count, item_length, bits) and the place (B,) of the first one that equals the query."""
        shown = history[:, : count * self.block, : self.bits].reshape(len(history), count, self.block, self.bits)
        query = history[:, count * self.block + 1 :][:, : self.item_length, : self.bits]
        items = shown[:, :, 1:]
        return items, first_equal(items, query, np.full(len(items), count))


def first_equal(items: Array, query: Array, counts: Array) -> Array:
    """(B,): the place of the first of the items (B, most, item_length, bits) that equals the query.

    If no earlier item is equal, it is the last but one of `counts` items (B,), since the last is never the query.
    """
    size = items.shape[2] * items.shape[3]
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
