"""Vectors of random bits, which the tasks for memory machines have as symbols."""

from __future__ import annotations

import numpy as np

from seq_envs.encodings import Array

_BITS_OF_A_BYTE = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)
"""(256, 8): a look-up is several times as fast as `np.unpackbits` on short vectors."""


def random_bits(rng: np.random.Generator, shape: tuple[int, ...], bits: int) -> Array:
    """(*shape, bits) uint8: bits that are 0 or 1 with equal probability."""
    packed = rng.integers(256, size=(*shape, -(-bits // 8)), dtype=np.uint8)
    if bits > 8:
        return np.unpackbits(packed, axis=-1, count=bits)
    return np.ascontiguousarray(_BITS_OF_A_BYTE[:, :bits]).take(packed[..., 0], axis=0)


def rows_of(vectors: Array, places: Array) -> Array:
    """(B, n, bits): the vectors (B, T, bits) of each episode at these places (B, n), or at (n,) in every episode."""
    if places.ndim == 1:
        return vectors.take(places, axis=1)
    batch, steps, bits = vectors.shape
    # Much faster than an index of two arrays.
    return vectors.reshape(batch * steps, bits).take(places + np.arange(0, batch * steps, steps)[:, None], axis=0)


def text_of(vector: Array) -> str:
    """A vector as a person reads it, such as 0110."""
    return "".join(str(int(bit)) for bit in vector)
