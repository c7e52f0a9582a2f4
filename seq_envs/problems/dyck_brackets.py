"""How many brackets are open, and which of them is the innermost one."""

from __future__ import annotations

import numpy as np

from seq_envs.encodings import Array


def folded_walk(up: Array, depth: int) -> Array:
    """(B, T) int32: the number of open brackets after each step, from coin flips `up` (B, T) bool.

    The flips are the directions of a free walk on the integers. That walk, folded into 0 ... depth, moves up or down
    with equal probability, except at the ends, where only one move is left.
    """
    steps = up.shape[1]
    depth = min(depth, steps)
    walk = (2 * up.view(np.int8) - np.int8(1)).cumsum(axis=1, dtype=np.int32)
    folded = depth - np.abs(np.arange(steps + 1) % (2 * depth) - depth)
    open_brackets: Array = folded.astype(np.int32).take(np.abs(walk))  # A place below 0 folds as the one above does.
    return open_brackets


def innermost_kinds(opening: Array, open_brackets: Array, kind: Array) -> Array:
    """(T, B): the kind of the innermost open bracket after each step; arbitrary where none is open.

    Args:
        opening: (T, B) bool: whether a step opens a bracket. The time comes first here, which is faster.
        open_brackets: (T, B): how many are open after it.
        kind: (T, B): the kind of a bracket that is opened.
    """
    steps, batch = kind.shape
    # A row for each number of open brackets holds the kind of the innermost one in each lane. Row 0 is never read:
    # steps that open no bracket write there. The rows are one flat array, because that is faster.
    place = open_brackets.astype(np.int64)
    place -= place.min() - 1
    open_kinds = np.zeros((int(place.max()) + 1) * batch, kind.dtype)
    place *= batch
    written = place * opening
    for places in (place, written):
        places += np.arange(batch)
    innermost = np.empty_like(kind)
    for step in range(steps):
        open_kinds[written[step]] = kind[step]
        open_kinds.take(place[step], out=innermost[step], mode="clip")
    return innermost


def either(condition: Array, then: Array, otherwise: Array) -> Array:
    """As `np.where` for integers of one dtype, but several times as fast if the condition is random.

    The processor does not have to foresee which of the two it is. Differences of unsigned integers wrap around.
    """
    either: Array = otherwise + (then - otherwise) * condition
    return either


def last_opened(opening: Array, open_brackets: Array) -> tuple[Array, Array]:
    """(B,) the step that opened the bracket which is innermost after the last step, and (B,) bool whether there is one.

    Args:
        opening: (B, T) bool: whether a step opens a bracket.
        open_brackets: (B, T): how many are open after it.
    """
    # Later brackets are closed by then, so this is the last step that led to the same number of open brackets.
    candidates = opening & (open_brackets == open_brackets[:, -1:])
    return candidates.shape[1] - 1 - candidates[:, ::-1].argmax(axis=1), candidates.any(axis=1)
