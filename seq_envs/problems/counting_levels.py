"""The levels of SeqCounting, by counting the words."""

from __future__ import annotations

from seq_envs.level import Level, Levels
from seq_envs.problems.counting_words import B
from seq_envs.sizes import Size, largest, smallest


def counting_levels(repeats: Size, letters: int) -> Levels:
    """The levels for words with `repeats` of each letter."""
    low, high = smallest(repeats), largest(repeats)
    words = high - low + 1
    numbers = words * (low + high) // 2  # The sum of all n.
    steps = letters * numbers + words
    # `guess` misses the n-th b, and the n-th c, of all n but these: no greater n has the same letter at that step.
    known = [len({n for n in (*range(1, letter), high) if low <= n <= high}) for letter in range(B, letters + 1)]
    missed = sum(words - count for count in known)
    # The best constant answer is "a or b", which is wrong after S.
    return Levels(Level(numbers / steps, 0.0), Level(1 - missed / steps, known[0] / words), Level(1.0, 1.0))
