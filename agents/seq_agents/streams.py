"""Which episodes a training sees."""

from __future__ import annotations


def stream_of(seed: int, number: int) -> int:
    """The stream of episodes with this number of a training's seed: no two seeds share one, nor do evaluations.

    A seed has 2**32 of them; those from 2**64 on are held out for evaluation.
    """
    return (seed << 32) + number
