"""The exact match of a constant answer to SeqFlipFlop."""

from __future__ import annotations

import numpy as np


def zero_at_every_read(write: float, shortest: int, longest: int) -> float:
    """The probability that every bit that is read in an episode is 0.

    It is the mean of 1/2 to the power of the number of writes that are read at least once. The vector
    (unread, read) holds the parts of this mean from episodes whose latest write is not yet read, and from the others.
    One instruction multiplies it by a matrix.

    Args:
        write: the probability of `w`, and of `r`, at the instructions between the first and the last.
        shortest, longest: the range of the number of instructions, each with equal probability.
    """
    step = np.array([[1 - write, write], [write / 2, 1 - write]])
    # The powers of `step` from 0 to longest - shortest, summed by one power of a block matrix.
    block = np.block([[step, np.eye(2)], [np.zeros((2, 2)), np.eye(2)]])
    lengths = longest - shortest + 1
    powers = np.linalg.matrix_power(block, lengths)[:2, 2:] @ np.linalg.matrix_power(step, shortest - 2)
    unread, read = powers[:, 0] / lengths  # The first instruction is a write that is not yet read.
    return float(unread / 2 + read)  # The last instruction is a read.
