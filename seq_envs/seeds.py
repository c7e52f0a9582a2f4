"""The stream numbers of training, evaluation and estimation, so that no two of them share a stream.

A stream is the endless sequence of episodes that a seed means, see `seq_envs.stream`. Its number is any integer >= 0:

    0            ... 2**64 - 1   training: what people pass to `reset(seed=...)`, and `training_stream`
    2**64        ... 2**65 - 1   evaluation: `evaluation_stream`
    2**65                        episodes that estimated levels are learned from
    2**65 + 1                    episodes that estimated levels are judged by
    2**65 + 2                    episodes that simulate what no closed form gives
    2**66        ... 2**66 + 2**64 - 1   inspection of a trained agent: `inspection_stream`
    2**67                        the example episode that a person sees before playing
"""

from __future__ import annotations

STREAMS_OF_A_SEED = 1 << 32
"""Streams that each seed of a training or an evaluation has to itself; seeds are 0 ... 2**32 - 1."""
HELD_OUT = 1 << 64
"""The streams from here on are for evaluation and estimates: training never plays them."""
TRIAL_SEEDS = 1 << 31
"""Seeds from here on are for trials of a search over settings: for their trainings and for what judges them."""
LEARNED_STREAM = 1 << 65
JUDGED_STREAM = LEARNED_STREAM + 1
SIMULATED_STREAM = LEARNED_STREAM + 2
INSPECTION = 1 << 66
"""The first stream of inspections."""
EXAMPLE_STREAM = 1 << 67


def training_stream(seed: int, number: int) -> int:
    """Stream `number` (0 ... 2**32 - 1) of a training with this seed (0 ... 2**32 - 1)."""
    return seed * STREAMS_OF_A_SEED + number


def evaluation_stream(seed: int, lane: int) -> int:
    """The stream that a lane (0 ... 2**32 - 1) of an evaluation with this seed (0 ... 2**32 - 1) plays."""
    return HELD_OUT + seed * STREAMS_OF_A_SEED + lane


def inspection_stream(seed: int, number: int) -> int:
    """Stream `number` (0 ... 2**32 - 1) of an inspection with this seed (0 ... 2**32 - 1)."""
    return INSPECTION + seed * STREAMS_OF_A_SEED + number
