"""Episodes that ask for several answers, one after the other, once all symbols have been shown."""

from __future__ import annotations

from typing import Any

import numpy as np

from seq_envs.encodings import Array
from seq_envs.problem import Episodes, fixed_length, varied_length


def ask_afterwards(
    symbols: Array, cues: Any, answers: Array, lengths: Array | None, ends: Array | None = None
) -> Episodes:
    """Write a cue for each answer after the symbols that an episode shows, and score these steps.

    Args:
        symbols: (B, T), which the episodes then own.
        cues: the symbols that ask for the answers: (n,), or the same one for all.
        answers: (B, n).
        lengths: (B,) the symbols before the first cue; None: all episodes end with n cues.
        ends: (B,) the steps of each episode, if some ask for fewer answers.
    """
    (batch, steps), count = symbols.shape, answers.shape[1]
    targets, step = np.zeros_like(symbols), np.arange(steps)
    if lengths is None:
        symbols[:, -count:] = cues
        targets[:, -count:] = answers
        return fixed_length(symbols, targets, step >= steps - count)
    asked = np.arange(batch)[:, None], lengths[:, None] + np.arange(count)
    symbols[asked] = cues
    targets[asked] = answers
    return varied_length(symbols, targets, lengths + count if ends is None else ends, step >= lengths[:, None])
