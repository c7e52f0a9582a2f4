"""`sources` states the time steps that an answer depends on: all of them, and no others."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from seq_envs.dataset import raw_episodes
from seq_envs.encodings import Array
from seq_envs.estimation.judging import affordable
from seq_envs.problem import Problem
from seq_envs.testing.contract import ContractError, alike, require

_FEWEST_EPISODES, _MOST_EPISODES = 20, 1000
_MOST_STEPS = 16
"""The most time steps whose answers are checked."""
_MOST_SOURCES = 8
"""The most sources of a time step that are exchanged one by one."""
_COMPARED = 16
"""How many episodes are compared with all others."""
_SHIFTS = (1, 2, 3, 5)
"""Observations of sources are exchanged for those of the episodes this far ahead."""
_ENOUGH = 16
"""How often the answers of two episodes must differ, per source, before a source without effect is a mistake."""


class _Claim(NamedTuple):
    """The stated sources of the B episodes in which one time step is scored."""

    problem: Problem
    step: int
    history: Array
    """(B, step+1, ...): raw observations."""
    answers: Array
    """(B, *action_space.shape): the optimal answers."""
    sources: Array
    """(B, step+1) bool."""

    def answers_with(self, donors: Array, exchanged: Array) -> Array:
        """The optimal answers (B, ...) if some observations are those of other episodes.

        Args:
            donors: (B,) the episode that gives observations to each episode.
            exchanged: (B, step+1) bool: the observations that it gives.
        """
        where = exchanged.reshape(*exchanged.shape, *[1] * (self.history.ndim - 2))
        mixed = np.where(where, self.history[donors], self.history)
        try:
            return self.problem.solve(mixed)
        except Exception as wrong:  # The user's method may raise anything.
            raise ContractError(
                f"solve() raises {type(wrong).__name__} at step {self.step} for a history that mixes two episodes, as "
                f"the check of sources() needs: {wrong}"
            ) from wrong

    def wrong(self, answers: Array, of_episodes: Any = slice(None)) -> Array:
        """Whether answers (n, ...) differ by more than the tolerance from those of these n episodes: (n,) bool."""
        return np.asarray(self.problem.grade(answers, self.answers[of_episodes]) < 1)


def check_sources(problem: Problem) -> None:
    """The stated sources are valid, no other observation changes an answer, and each source does."""
    require(callable(problem.sources), "sources must be a method, not a property")
    count = max(_FEWEST_EPISODES, min(_MOST_EPISODES, affordable(problem, 100_000, 1_000_000)))
    raw = raw_episodes(problem, count, seed=31)
    steps = np.flatnonzero(raw.scored.any(axis=0))
    for place in np.unique(np.linspace(0, len(steps) - 1, _MOST_STEPS).astype(int)):
        step = int(steps[place])
        scored = raw.scored[:, step]
        sources = _stated_sources(problem, raw.observations[scored], step)
        if sources is not None:
            history = raw.observations[scored, : step + 1]
            claim = _Claim(problem, step, history, problem.solve(history.copy()), sources)
            _check_exchanges(claim)
            _check_pairs(claim)
            _check_each_source(claim)


def _stated_sources(problem: Problem, observations: Array, step: int) -> Array | None:
    """What `sources` returns, which must be valid and depend only on observations (B, T, ...) up to `step`."""
    argument = observations.copy()
    sources: Any = problem.sources(argument, step)
    require(alike(argument, observations), f"sources() changes its argument `history` at step {step}: work on a copy")
    if sources is None:
        return None
    shape = (len(observations), step + 1)
    found = f"{sources.dtype} of {sources.shape}" if isinstance(sources, np.ndarray) else type(sources).__name__
    require(
        found == f"bool of {shape}",
        f"sources() must return None or bool of shape (B, step+1) = {shape} at step {step}, got {found}",
    )
    stated: Array = sources.copy()
    again: Any = problem.sources(observations[:, : step + 1].copy(), step)
    require(
        np.array_equal(stated, again),
        f"sources() returns other sources at step {step} when the history ends there: it must depend only on the "
        "observations up to this step",
    )
    return stated


def _check_exchanges(claim: _Claim) -> None:
    """Observations at other steps, exchanged for those of an episode with the same sources, change no answer."""
    others, donors = ~claim.sources, _with_same_sources(claim.sources)
    if not claim.wrong(claim.answers_with(donors, others)).any():
        return
    effects = []
    for other in range(claim.step + 1):
        alone = others & (np.arange(claim.step + 1) == other)
        effects.append(np.count_nonzero(claim.wrong(claim.answers_with(donors, alone))))
    named = f"of step {int(np.argmax(effects))}" if any(effects) else "of several steps, exchanged together"
    raise ContractError(
        f"sources() leaves out a source: the answer at step {claim.step} changes with the observation {named}"
    )


def _with_same_sources(sources: Array) -> Array:
    """(B,): for each episode the next one with the same sources (B, T); itself if there is no other."""
    groups: dict[bytes, list[int]] = {}
    for episode, row in enumerate(sources):
        groups.setdefault(row.tobytes(), []).append(episode)
    donors = np.empty(len(sources), np.int64)
    for group in groups.values():
        donors[group] = np.roll(group, -1)
    return donors


def _check_pairs(claim: _Claim) -> None:
    """Episodes with the same observations at the sources of one of them have the same answer."""
    for episode in range(min(_COMPARED, len(claim.history))):
        sources = np.flatnonzero(claim.sources[episode])
        same = (claim.history[:, sources] == claim.history[episode, sources]).reshape(len(claim.history), -1)
        alike_there = np.flatnonzero(same.all(axis=1))
        wrong = claim.wrong(claim.answers[[episode]].repeat(len(alike_there), axis=0), alike_there)
        require(
            not wrong.any(),
            f"sources() leaves out a source: two episodes have the same observations at {_named(sources)}, the sources "
            f"of the answer at step {claim.step}, but different answers",
        )


def _named(steps: Array) -> str:
    return f"steps {steps.tolist()}" if len(steps) else "no step"


def _check_each_source(claim: _Claim) -> None:
    """The observation at each source changes the answer to some mixture of two episodes.

    A source without effect is a mistake only if the answers of episodes differ often, since a source may matter rarely.
    """
    sources = np.flatnonzero(claim.sources.any(axis=0))
    enough = _ENOUGH * int(claim.sources.sum(axis=1).max())
    if len(sources) == 0 or len(_SHIFTS) * len(claim.history) < enough:
        return
    for place in np.unique(np.linspace(0, len(sources) - 1, _MOST_SOURCES).astype(int)):
        source = int(sources[place])
        require(
            _tries_without_effect(claim, source) < enough,
            f"sources() has a step too many: the answer at step {claim.step} does not change with the observation of "
            f"step {source}",
        )


def _tries_without_effect(claim: _Claim, source: int) -> int:
    """How many exchanges between episodes with different answers had no effect; 0 if any exchange had one."""
    is_source = np.arange(claim.step + 1) == source
    rng = np.random.default_rng(claim.step)
    tries = 0
    for shift in _SHIFTS:
        donors = np.roll(np.arange(len(claim.history)), -shift)
        # Other sources are exchanged too, at random: one of several copies of a value may not matter alone.
        others = claim.sources & ~is_source & (rng.random(claim.sources.shape) < 0.5)
        both = others | (claim.sources & is_source)
        if _differ(claim.answers_with(donors, others), claim.answers_with(donors, both)).any():
            return 0
        tries += int(np.count_nonzero(_differ(claim.answers, claim.answers[donors]) & claim.sources[:, source]))
    return tries


def _differ(answers: Array, others: Array) -> Array:
    """Whether answers (B, ...) differ at all: (B,) bool."""
    different: Array = (answers != others).reshape(len(answers), -1).any(axis=1)
    return different
