"""The supervised view: whole episodes as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from gymnasium.utils import seeding

from seq_envs import repeated
from seq_envs.encodings import Array
from seq_envs.env_options import EnvOptions, Pay
from seq_envs.feedback import FeedbackInputs
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

    observations: Any
    """(B, T, *observation_space.shape), of the space's dtype; blank after an episode's end. With `feedback`, a dict of
    such arrays."""
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
        arrays = ", ".join(f"{name} {array.shape} {array.dtype}" for name, array in self._arrays().items())
        return f"Dataset of {len(self.lengths)} episodes: {arrays}"

    def _repr_html_(self) -> str:
        rows = [(name, array.shape, array.dtype) for name, array in self._arrays().items()]
        return table(f"{len(self.lengths)} episodes", ("array", "shape", "dtype"), rows)

    def _arrays(self) -> dict[str, Array]:
        """The arrays by name; those of a dict have the name of the dict before their own."""
        if not isinstance(self.observations, dict):
            return self._asdict()
        parts = {f"observations[{name!r}]": part for name, part in self.observations.items()}
        return {**parts, "targets": self.targets, "scored": self.scored, "lengths": self.lengths}


def sample(
    id_or_problem: str | Problem,
    episodes: int = 1000,
    seed: int | None = 0,
    *,
    pay: Pay = "each_step",
    feedback: Sequence[str] = (),
    max_episode_steps: int | None = None,
    **parameters: Any,
) -> Dataset:
    """The episodes that `make(id).reset(seed=seed)` and its following `reset()`s play, as arrays.

    Args:
        id_or_problem, parameters: as for `make_problem`.
        episodes: their number, at least 0.
        seed: of the stream, at least 0; None: any.
        pay, feedback, max_episode_steps: as for `SequenceEnv`. A data set has no answers but the right ones: its
            previous actions and rewards are those of an agent that gives them, and answers 0 where no answer counts.
            `pay` matters for these rewards only. T is at most `max_episode_steps`.

    >>> observations, targets, scored, lengths = sample("SeqEcho-v0", episodes=2, seed=0, encoding="discrete")
    >>> observations[0]
    array([3, 5, 7, 8, 8, 9, 0, 6, 1, 8])
    >>> targets[0][scored[0]]
    array([3, 5, 7, 8, 8, 9, 0, 6, 1])

    Raises:
        ValueError: `episodes` or `seed` is no integer >= 0, an option is wrong, or as for `make_problem`.
    """
    problem = make_problem(id_or_problem, **parameters)
    options = EnvOptions(pay=pay, feedback=feedback, max_episode_steps=max_episode_steps)
    raw = raw_episodes(problem, Integer(0).check("episodes", episodes), seed)
    if options.max_episode_steps is not None:
        raw = _cut_off(raw, options.max_episode_steps)
    observations = encoded(problem, raw)
    targets = repeated.astype(raw.targets, problem.action_space.dtype)
    if not targets.flags.writeable and targets.size <= _MOST_COPIED:
        targets = np.array(targets)
    if options.feedback:
        feedback_of = FeedbackInputs(problem, options).of_right_answers
        return Dataset(feedback_of(observations, targets, raw.scored, raw.lengths), targets, raw.scored, raw.lengths)
    return Dataset(observations, targets, raw.scored, raw.lengths)


def raw_episodes(problem: Problem, episodes: int, seed: int | None) -> Episodes:
    """The first episodes of stream `seed`, before encoding."""
    rng, _ = seeding.np_random(None if seed is None else Integer(0).check("seed", seed))
    stream = Stream(problem, rng)
    blocks = [stream.block() for _ in range(max(1, -(-episodes // block_episodes(problem))))]
    return Episodes(*(repeated.concatenate(arrays)[:episodes] for arrays in zip(*blocks, strict=True)))


def _cut_off(raw: Episodes, limit: int) -> Episodes:
    """The first `limit` steps of raw episodes."""
    observations, targets, scored = (array[:, :limit] for array in raw[:3])
    return Episodes(observations, targets, scored.copy(), np.minimum(raw.lengths, limit))


def encoded(problem: Problem, raw: Episodes) -> Array:
    """The observations (B, T, ...) of raw episodes as an env gives them; blank after the end of an episode."""
    observations = problem.code.encode(raw.observations)
    over = np.arange(raw.observations.shape[1]) >= raw.lengths[:, None]
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
