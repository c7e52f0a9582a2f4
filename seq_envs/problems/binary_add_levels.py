"""The levels of SeqBinaryAdd."""

from __future__ import annotations

from seq_envs.level import Level, Levels
from seq_envs.sizes import Size, largest, mean_power, smallest


def binary_add_levels(length: Size, pairs: bool) -> Levels:
    """The levels for numbers of so many digits, which are shown in pairs or one number after the other."""
    # The carry into a place is 1 with the probability (1 - 2^-place)/2, and so is the last digit.
    answers = (smallest(length) + largest(length)) / 2 + 1
    mean_half = mean_power(0.5, length)
    constant = Level(0.5 + mean_half / (2 * answers), mean_power(0.25, length))
    if not pairs:
        return Levels(constant, constant, Level(1.0, 1.0))
    # Without memory the answer is right where no carry comes in.
    memoryless = Level(0.5 + (2 - mean_half) / (2 * answers), mean_power(0.75, length))
    return Levels(constant, memoryless, Level(1.0, 1.0))
