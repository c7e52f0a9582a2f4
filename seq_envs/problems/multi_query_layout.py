"""Episodes of SeqMultiQueryRecall, many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seq_envs.distinct_numbers import distinct_numbers
from seq_envs.encodings import Array
from seq_envs.problem import Episodes, varied_length
from seq_envs.problems.multi_query_bindings import bindings_of
from seq_envs.sizes import drawn, largest, lengths_of

if TYPE_CHECKING:
    from seq_envs.problems.multi_query_recall import SeqMultiQueryRecall


def draw_episodes(problem: SeqMultiQueryRecall, rng: np.random.Generator, batch: int) -> Episodes:
    """`batch` episodes of the problem."""
    steps, most, varies = problem.steps, largest(problem.pairs), not isinstance(problem.pairs, int)
    blank, dtype, episode = problem.vocabulary - 1, problem.alphabet.dtype, np.arange(batch)[:, None]
    lengths, pairs = lengths_of(problem.length, rng, batch), drawn(problem.pairs, rng, batch)
    bindings = bindings_of(pairs, problem.forget)
    places = (steps if lengths is None else lengths) // 2 - bindings
    queries = 2 * (bindings[:, None] + _places(rng, places, most, problem.power))
    keys = distinct_numbers(rng, batch, most, problem.n_keys) + problem.n_values
    values = rng.integers(problem.n_values, size=(batch, bindings_of(most, problem.forget)), dtype=dtype.type)
    bound, latest = keys, values
    if varies or problem.forget:
        which = _bound_keys(rng, pairs, most, problem.forget)
        # One key more, which looks blank, stands for the bindings that an episode with fewer pairs does not have.
        bound = np.concatenate([keys, np.full((batch, 1), blank)], axis=1)[episode, which]
        values[which == most] = blank
        latest = np.zeros((batch, most + 1), dtype)
        latest[episode, which] = values  # The last value of a key counts.
        queries[np.arange(most) >= pairs[:, None]] = steps  # Into a column that is cut off.
    observations = np.full((batch, steps + varies), blank, dtype)
    observations[:, : 2 * bound.shape[1] : 2] = bound
    observations[:, 1 : 2 * bound.shape[1] : 2] = values
    observations[episode, queries] = keys
    targets, scored = np.zeros_like(observations), np.zeros(observations.shape, np.bool_)
    targets[episode, queries] = latest[:, :most]
    scored[episode, queries] = True
    return varied_length(observations[:, :steps], targets[:, :steps], lengths, scored[:, :steps])


def _bound_keys(rng: np.random.Generator, pairs: Array, most: int, forget: bool) -> Array:
    """(B, bindings) int64: the number of the key of each binding; `most` after the last binding of an episode.

    Args:
        rng: the only source of randomness.
        pairs: (B,) the keys of each episode.
        most: the largest number of keys that an episode may have.
        forget: whether half of the keys are bound again.
    """
    key = np.arange(most)
    unused = key >= pairs[:, None]
    if not forget:
        return np.where(unused, most, key)
    ranks = rng.random((len(pairs), most))
    ranks[unused] = 1.0  # Above all ranks that are drawn.
    binding = np.arange(bindings_of(most, forget))
    again = np.take_along_axis(ranks.argsort(axis=1), (binding - pairs[:, None]).clip(0, most - 1), axis=1)
    bound = np.where(binding < pairs[:, None], binding, again)
    return np.where(binding < bindings_of(pairs, forget)[:, None], bound, most)


def _places(rng: np.random.Generator, places: Array, count: int, power: float) -> Array:
    """Draw places one after the other without replacement, place g-1 with a weight of g ** (power-1).

    Args:
        rng: the only source of randomness.
        places: (B,) the number of places of each episode.
        count: how many to draw; those beyond the places of an episode are arbitrary.
        power: between 0 and 1.

    Returns:
        (B, count) int64.
    """
    gap = np.arange(1, int(places.max()) + 1)
    # Of exponential waiting times, the shortest one is each one with a probability in proportion to its rate.
    waits = rng.standard_exponential((len(places), len(gap))) * gap ** (1 - power)
    if len(gap) > places.min():
        waits[gap > places[:, None]] = np.inf
    return waits.argsort(axis=1)[:, :count]
