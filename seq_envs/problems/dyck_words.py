"""The words of SeqDyck: how many brackets are open in them, and which is the innermost one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from seq_envs.encodings import Array


class Innermost(NamedTuple):
    """The innermost open bracket after each step."""

    kind: Array
    """(...): its kind; arbitrary where none is open."""
    depth: Array
    """(...): how many brackets are open."""


def random_words(rng: np.random.Generator, batch: int, steps: int, kinds: int, depth: int) -> tuple[Array, Innermost]:
    """(B, T) each: the beginnings of words, in which a bracket opens or closes with equal probability if both may."""
    symbol = np.min_scalar_type(2 * kinds - 1).type
    drawn, first_closer = rng.integers(2 * kinds, size=(batch, steps), dtype=symbol), symbol(kinds)
    up = drawn < first_closer  # The direction of a walk; the kind is the rest of the number.
    open_brackets = folded_walk(up, depth)
    # From here to the end the time comes first, which is faster.
    later = np.ascontiguousarray(open_brackets.T)
    opening = np.ones(later.shape, np.bool_)
    np.greater(later[1:], later[:-1], out=opening[1:])
    brackets = np.ascontiguousarray((drawn - first_closer * ~up).T)
    innermost = innermost_kinds(opening, later, brackets)
    # What a closing bracket closes was the innermost one before.
    brackets[1:] = either(opening[1:], brackets[1:], innermost[:-1] + first_closer)
    return np.ascontiguousarray(brackets.T), Innermost(np.ascontiguousarray(innermost.T), open_brackets)


def read_words(brackets: Array, kinds: int) -> Innermost:
    """(B, T): the innermost brackets of words (B, T)."""
    opening = brackets < kinds
    open_brackets = np.where(opening, 1, -1).cumsum(axis=1)
    by_time = (np.ascontiguousarray(part.T) for part in (opening, open_brackets, brackets))
    return Innermost(np.ascontiguousarray(innermost_kinds(*by_time).T), open_brackets)


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


def read_end(brackets: Array, kinds: int) -> Innermost:
    """(B,): the innermost brackets at the end of words (B, T); kind 0 if none is open."""
    place, depth = last_opened(brackets, kinds)
    kind = np.take_along_axis(brackets, place[:, None], axis=1)[:, 0]
    return Innermost(np.where(depth > 0, kind, 0), depth)


def last_opened(brackets: Array, kinds: int) -> tuple[Array, Array]:
    """(B,) each: the step that opened the bracket which is innermost at the end of words (B, T), and how many are open.

    If none is open, it is the last step.
    """
    opening = brackets < kinds
    depth = np.where(opening, 1, -1).cumsum(axis=1)
    # Later brackets are closed by then, so this is the last step that led to the same number of open brackets.
    candidates = opening & (depth == depth[:, -1:])
    return candidates.shape[1] - 1 - candidates[:, ::-1].argmax(axis=1), depth[:, -1]
