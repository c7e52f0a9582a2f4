"""The levels of SeqDyck, exact for all but very long or deep problems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from seq_envs.encodings import Array
from seq_envs.level import Level, Levels
from seq_envs.sizes import largest, smallest

if TYPE_CHECKING:
    from seq_envs.problems.dyck import SeqDyck

_MOST_WORK = 30_000_000
"""The most states x steps of an exact computation, which takes some seconds."""
_DIGITS = 12
"""Probabilities are rounded to so many digits before they are compared: rounding errors must not decide a tie."""


class LikelyDepths(NamedTuple):
    """What to expect from the current bracket and the time step alone."""

    opened: Array
    """(T, depth+1): the probability that a step opens a bracket and leaves so many open."""
    closed: Array
    """(T, depth+1): the probability that a step closes a bracket and leaves so many open."""
    full: Array
    """(T,) bool: whether after an opening bracket it is more likely that the most brackets are open than not."""
    empty: Array
    """(T,) bool: whether after a closing bracket it is better to expect that none is open than to guess its kind."""

    def may_follow(self, opening: Array, step: int) -> tuple[Array, Array]:
        """(B,) bool each: whether to expect that a bracket may open, and that one may close, after some brackets.

        Args:
            opening: (B,) bool: whether they are opening ones.
            step: their time step.
        """
        return ~opening | (not self.full[step]), opening | (not self.empty[step])


def likely_depths(problem: SeqDyck) -> LikelyDepths | None:
    """The distribution of the number of open brackets at each step; None if it takes too much work."""
    deepest = min(problem.depth, problem.steps)
    if (deepest + 1) * problem.steps > _MOST_WORK:
        return None
    up = _shares_that_open(deepest)
    opened, closed = np.zeros((2, problem.steps, deepest + 1))
    now = np.eye(1, deepest + 1)[0]
    for step in range(problem.steps):
        opened[step, 1:] = (now * up)[:-1]
        closed[step, :-1] = (now * (1 - up))[1:]
        now = opened[step] + closed[step]
    not_full = opened[:, : problem.depth].sum(axis=1)
    full = (opened.sum(axis=1) - not_full).round(_DIGITS) > not_full.round(_DIGITS)
    some_kind = closed[:, 1:].sum(axis=1) / problem.kinds
    return LikelyDepths(opened, closed, full, closed[:, 0].round(_DIGITS) >= some_kind.round(_DIGITS))


def _shares_that_open(deepest: int) -> Array:
    """(deepest+1,): the probability that the next bracket opens if 0, 1, ... are open."""
    up = np.full(deepest + 1, 0.5)
    up[-1], up[0] = 0.0, 1.0
    return up


class _Rules(NamedTuple):
    """When a memoryless policy is right, at one step."""

    opened: Array
    """(depth+1,) bool: whether it is right after a bracket is opened and so many are open."""
    opened_is_first: bool
    """Whether it is right there only if this bracket has kind 0."""
    closed_none_open: bool
    """Whether it is right after a closing bracket if none is open."""
    closed: bool | None
    """Whether it is right after a closing bracket if some are open; None: if the innermost has kind 0."""


def _all_right(problem: SeqDyck, deepest: int, rules: Sequence[_Rules]) -> Array | None:
    """(T,): the probability that the answers at all steps up to each one are right; None if it takes too much work.

    A state is a number in binary: a leading 1, and then for each open bracket from the outermost on whether it is known
    to have kind 0. A policy that was right about a bracket once is right about it again.
    """
    if deepest > 24 or problem.steps << (deepest + 1) > _MOST_WORK:
        return None
    states = np.arange(1 << (deepest + 1))
    depth = np.array([max(int(state).bit_length() - 1, 0) for state in states])
    up = _shares_that_open(deepest)[depth]
    by_luck = np.where(states & 1, 1.0, 1 / problem.kinds)
    mass = np.zeros(len(states))
    mass[1] = 1.0
    found = []
    for rule in rules:
        moved = np.zeros(len(states))
        half = len(states) // 2
        opened = (mass * up)[1:half] * rule.opened[depth[1:half] + 1]
        if rule.opened_is_first:
            moved[3::2] += opened / problem.kinds
        else:
            moved[2::2] += opened
        # States 2u and 2u+1 both lead to state u.
        closed = (mass * (1 - up)).reshape(half, 2).sum(axis=1)
        moved[1] += closed[1] * rule.closed_none_open
        below = np.arange(2, half)
        if rule.closed is None:
            np.add.at(moved, below | 1, closed[2:] * by_luck[2:half])
        else:
            moved[2:half] += closed[2:] * rule.closed
        mass = moved
        found.append(mass.sum())
    return np.array(found)


def dyck_levels(problem: SeqDyck, likely: LikelyDepths) -> Levels | None:
    """The levels; None if they take too much work."""
    low, high = smallest(problem.length), largest(problem.length)
    last = (np.arange(1, high + 1) >= low) / (high - low + 1)  # The probability that an episode ends with each step.
    lasts = last[::-1].cumsum()[::-1]  # The probability that an episode has each step.
    chance, constant, memoryless, guess = (_closer if problem.ask == "closer" else _legal)(problem, likely, lasts)
    levels = []
    for accuracy, rules in ((chance, constant), (memoryless, guess)):
        right = _all_right(problem, likely.opened.shape[1] - 1, rules)
        if right is None:
            return None
        levels.append(Level(float(accuracy), float(last @ right)))
    return Levels(levels[0], levels[1], Level(1.0, 1.0))


_Found = tuple[float, Sequence[_Rules], float, Sequence[_Rules]]
"""The accuracy of the best constant answer, its rules at each time step, and the same of the best memoryless policy."""


def _closer(problem: SeqDyck, likely: LikelyDepths, lasts: Array) -> _Found:
    one, anywhere = 1 / problem.kinds, np.ones(likely.opened.shape[1])
    opened, closed = lasts @ likely.opened, (lasts @ likely.closed)[1:]
    known = _Rules(anywhere, opened_is_first=False, closed_none_open=True, closed=None)
    kind_0 = _Rules(anywhere, opened_is_first=True, closed_none_open=True, closed=True)
    right = (opened.sum() + closed.sum() * one) / (opened.sum() + closed.sum())
    return one, [kind_0] * problem.steps, right, [known] * problem.steps


def _legal(problem: SeqDyck, likely: LikelyDepths, lasts: Array) -> _Found:
    one, some = 1 / problem.kinds, slice(1, problem.depth)
    is_full = np.arange(likely.opened.shape[1]) == problem.depth
    shares = lasts @ (likely.opened + likely.closed) / lasts.sum()
    # The best constant answer: all opening brackets, these and the closing one of kind 0, or that one alone.
    none_open = _Rules(np.zeros(len(is_full)), opened_is_first=False, closed_none_open=True, closed=False)
    some_open = _Rules(~is_full, opened_is_first=True, closed_none_open=False, closed=True)
    most_open = _Rules(is_full, opened_is_first=True, closed_none_open=False, closed=False)
    constants = [(shares[0], none_open), (shares[some].sum() * one, some_open), ((shares @ is_full) * one, most_open)]
    chance, constant = max(constants, key=lambda found: round(found[0], _DIGITS))

    guess = [
        _Rules(is_full == full, opened_is_first=False, closed_none_open=empty, closed=False if empty else None)
        for full, empty in zip(likely.full.tolist(), likely.empty.tolist(), strict=True)
    ]
    full, not_full = likely.opened @ is_full, likely.opened @ ~is_full
    empty, not_empty = likely.closed[:, 0], likely.closed[:, 1:].sum(axis=1) * one
    right = np.where(likely.full, full, not_full) + np.where(likely.empty, empty, not_empty)
    return chance, [constant] * problem.steps, lasts @ right / lasts.sum(), guess
