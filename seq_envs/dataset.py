"""The supervised view: whole episodes as arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from gymnasium.utils import seeding

from seq_envs import repeated
from seq_envs.encodings import Array
from seq_envs.notebook import Drawing, table
from seq_envs.parameters import Integer
from seq_envs.problem import Episodes, Problem
from seq_envs.registration import make_problem
from seq_envs.stream import Stream, block_episodes
from seq_envs.transcript import Transcript, draw_solution

_MOST_COPIED = 1 << 24
"""The most numbers in targets that are copied, instead of returned as a view, if they repeat along the time axis."""


class Dataset(NamedTuple):
    """B encoded episodes; the longest has T steps."""

    observations: Array
    """(B, T, *observation_space.shape), of the space's dtype; blank after an episode's end."""
    targets: Array
    """(B, T, *action_space.shape), of the space's dtype: the right action; arbitrary where not scored.

    Where these are more than 2**24 numbers and the same at every time step, as in the framing `many_to_one` of SeqCopy
    with a large `length`, they are a read-only view that repeats one answer: copy them before you change them.
    """
    scored: Array
    """(B, T) bool: whether the answer counts."""
    lengths: Array
    """(B,) int64: the steps of each episode."""

    def __repr__(self) -> str:
        arrays = ", ".join(f"{name} {array.shape} {array.dtype}" for name, array in self._asdict().items())
        return f"Dataset of {len(self.lengths)} episodes: {arrays}"

    def _repr_html_(self) -> str:
        rows = [(name, array.shape, array.dtype) for name, array in self._asdict().items()]
        return table(f"{len(self.lengths)} episodes", ("array", "shape", "dtype"), rows)


def sample(id_or_problem: str | Problem, episodes: int = 1000, seed: int | None = 0, **parameters: Any) -> Dataset:
    """The episodes that `make(id).reset(seed=seed)` and its following `reset()`s play, as arrays.

    >>> observations, targets, scored, lengths = sample("SeqEcho-v0", episodes=2, seed=0, encoding="discrete")
    >>> observations[0]
    array([3, 5, 7, 8, 8, 9, 0, 6, 1, 8])
    >>> targets[0][scored[0]]
    array([3, 5, 7, 8, 8, 9, 0, 6, 1])

    Raises:
        ValueError: `episodes` or `seed` is no integer >= 0, or as for `make_problem`.
    """
    problem = make_problem(id_or_problem, **parameters)
    raw = raw_episodes(problem, Integer(0).check("episodes", episodes), seed)
    observations = encoded(problem, raw)
    targets = repeated.astype(raw.targets, problem.action_space.dtype)
    if not targets.flags.writeable and targets.size <= _MOST_COPIED:
        targets = np.array(targets)
    return Dataset(observations, targets, raw.scored, raw.lengths)


def raw_episodes(problem: Problem, episodes: int, seed: int | None) -> Episodes:
    """The first episodes of stream `seed`, before encoding."""
    rng, _ = seeding.np_random(None if seed is None else Integer(0).check("seed", seed))
    stream = Stream(problem, rng)
    blocks = [stream.block() for _ in range(max(1, -(-episodes // block_episodes(problem))))]
    return Episodes(*(repeated.concatenate(arrays)[:episodes] for arrays in zip(*blocks, strict=True)))


def encoded(problem: Problem, raw: Episodes) -> Array:
    """The observations (B, T, ...) of raw episodes as an env gives them; blank after the end of an episode."""
    observations = problem.code.encode(raw.observations)
    over = np.arange(problem.steps) >= raw.lengths[:, None]
    if over.any():
        observations[over] = problem.code.blank
    return observations


def draw(id_or_problem: str | Problem, seed: int | None = 0, **parameters: Any) -> Drawing:
    """The first episode of stream `seed` as text: input over truth, a dot where no answer counts.

    >>> print(draw("SeqMemorize-v0"))
    step  0 1 2 3
    input 4 0 1 2
    truth 0 1 2 4
    """
    problem = make_problem(id_or_problem, **parameters)
    return Drawing(draw_solution(Transcript.of_solution(problem, raw_episodes(problem, 1, seed), 0)))
