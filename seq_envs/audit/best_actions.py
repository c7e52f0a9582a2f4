"""The best actions of policies that receive something, learned from some episodes and judged by others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from seq_envs.audit.samples import Samples
from seq_envs.encodings import Array

_WEIGHTS = (0.5, 8.0, 128.0)
"""How many visits the mean of the coarser group counts for: many where rewards are noisy."""
_SCREENED_STEPS = 40_000
"""Time steps by which the kinds of policies are compared at first."""
_FINALISTS = 4


@dataclass(frozen=True)
class Kind:
    """Policies that receive the same things.

    Args:
        about: what they receive, in words.
        keys: from samples to arrays (M,) of integers, each a refinement of the one before: steps with the same number
            are the same situation. Or, with `values`, no keys.
        values: from samples and learned (M,) bool to the estimated rewards (M, A) of every action; None: of tables.
    """

    about: str
    keys: Callable[[Samples], Sequence[Array]] = lambda _: ()
    values: Callable[[Samples, Array], Array] | None = None

    def chosen(self, samples: Samples, learned: Array, weight: float) -> Array:
        """(M,) the best actions as learned from the steps `learned`, (M,) bool."""
        if self.values is not None:
            actions: Array = self.values(samples, learned).argmax(axis=1)
            return actions
        estimate: Array = table_values(self.keys(samples), samples.rewards, learned, weight).argmax(axis=1)
        return estimate


def table_values(keys: Sequence[Array], rewards: Array, learned: Array, weight: float) -> Array:
    """(M, A): the mean rewards of each situation, drawn towards those of the coarser situation that it is part of.

    A situation that never occurs in the steps `learned` gets the means of the coarser one.
    """
    values = np.broadcast_to(rewards[learned].mean(axis=0), rewards.shape)
    for key in keys:
        _, first, cell = np.unique(key, return_index=True, return_inverse=True)
        cell = cell.reshape(-1)
        counts = np.bincount(cell[learned], minlength=len(first))
        sums = np.stack([np.bincount(cell[learned], column, len(first)) for column in rewards[learned].T], axis=1)
        values = ((sums + weight * values[first]) / (counts + weight)[:, None])[cell]
    return values


@dataclass(frozen=True)
class Judged:
    """What the best policy of some kinds earns in episodes that it was not learned from."""

    about: str
    returns: Array
    """(N,) of each episode."""

    @property
    def mean(self) -> float:
        """The mean return."""
        return float(self.returns.mean())

    @property
    def error(self) -> float:
        """Its standard error."""
        return float(self.returns.std() / np.sqrt(len(self.returns)))


def judged(samples: Samples, kinds: Iterable[Kind]) -> Judged:
    """The best policy of the kinds, learned from one half of the episodes and judged by the other, both ways.

    The kind is chosen within the half that is learned from.
    """
    kinds = list(kinds)
    returns = np.empty(len(samples.labels))
    abouts = []
    for half in (0, 1):
        kind, weight = _best(samples, kinds, half)
        chosen = kind.chosen(samples, samples.episode % 2 == half, weight)
        other = np.arange(len(returns)) % 2 != half
        returns[other] = samples.returns(chosen)[other]
        abouts.append(kind.about)
    return Judged(" or: ".join(dict.fromkeys(abouts)), returns)


def at_most(samples: Samples, kind: Kind) -> float:
    """The mean return of the best policy of a kind that knows the episodes it is judged by."""
    return float(samples.returns(kind.chosen(samples, np.ones(len(samples.label), np.bool_), 1e-9)).mean())


def best_kind(samples: Samples, kinds: Iterable[Kind]) -> tuple[Kind, float]:
    """The best kind and its weight, for a policy that is learned from all episodes."""
    return _best(samples, list(kinds), 0)


def _best(samples: Samples, kinds: list[Kind], half: int) -> tuple[Kind, float]:
    """The best kind and weight in one half of the episodes, by a quarter that was not learned from."""
    if len(kinds) > _FINALISTS:
        few = samples.first(_SCREENED_STEPS)
        kinds = sorted(kinds, key=lambda kind: _held_out(few, kind, half, _WEIGHTS[1]), reverse=True)[:_FINALISTS]
    tried = [(kind, weight) for kind in kinds for weight in _WEIGHTS[: None if kind.values is None else 1]]
    return max(tried, key=lambda each: _held_out(samples, each[0], half, each[1]))


def _held_out(samples: Samples, kind: Kind, half: int, weight: float) -> float:
    """The mean return in one quarter of the episodes after learning from another, both of this half."""
    quarter = np.arange(len(samples.labels)) % 4
    chosen = kind.chosen(samples, samples.episode % 4 == half, weight)
    return float(samples.returns(chosen)[quarter == half + 2].mean())
