"""What a seed means, and that one draw tells nothing of another."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from seq_envs.dataset import Dataset, raw_episodes, sample
from seq_envs.encodings import Array
from seq_envs.estimation.judging import affordable, judge, part
from seq_envs.estimation.learned_table import LearnedTable
from seq_envs.level import Level
from seq_envs.problem import Episodes, Problem
from seq_envs.testing.contract import alike, no_global_draws, require

_EPISODES = 4000
_STANDARD_ERRORS = 5
"""How far above luck is too far: one false alarm in some millions."""
_LATER = ("the one", "the one but one")
"""Before a later episode, by how many episodes it is apart."""


def _last(episodes: Episodes) -> Array:
    """(B, T, ...): at every step the last observation."""
    last = episodes.observations[np.arange(len(episodes.lengths)), episodes.lengths - 1]
    return np.repeat(last[:, None], episodes.scored.shape[1], axis=1)


_SHOWN: dict[str, Callable[[Episodes], Array]] = {
    "observations": lambda episodes: episodes.observations,
    "answers": lambda episodes: episodes.targets,
    "last observation": _last,
}
"""What an episode may tell of a later one: (B, T, ...)."""


def check_draws(problem: Problem) -> None:
    """A seed repeats, another one differs, no global random state is touched, and episodes are independent."""
    with no_global_draws("sample()"):
        first, again, other = (sample(problem, 50, seed=seed) for seed in (7, 7, 8))
    require(
        _same(first, again),
        "the same seed drew other episodes: draw with the generator that sample() is given",
    )
    constant = bool((first.observations == first.observations[:1]).all())
    require(
        not _same(first, other) or (constant and _constant(problem)),
        "two seeds drew the same episodes: the generator is not used",
    )
    _check_independence(problem)


def _same(one: Dataset, other: Dataset) -> bool:
    """Whether two data sets are the same in all that is not arbitrary."""
    shown = (data.observations for data in (one, other))
    fixed = np.array_equal(one.scored, other.scored) and np.array_equal(one.lengths, other.lengths)
    return fixed and alike(*shown) and alike(one.targets[one.scored], other.targets[other.scored])


def _constant(problem: Problem) -> bool:
    """Whether there is but one episode, whatever the seed."""
    drawn = [raw_episodes(problem, 1, seed).observations for seed in range(20)]
    return all(np.array_equal(drawn[0], episode) for episode in drawn)


def _check_independence(problem: Problem) -> None:
    """What an episode shows must tell no more of a later one than an episode of another stream does."""
    count = max(100, min(_EPISODES, affordable(problem, 400_000, 8_000_000)))
    here, there = (raw_episodes(problem, count, seed) for seed in (11, 12))
    _check_repeats(here, there)
    for apart, which in enumerate(_LATER, start=1):
        after = part(here, slice(apart, None))
        _check_told(problem, part(here, slice(None, -apart)), part(there, slice(None, -apart)), after, which)


def _check_repeats(here: Episodes, there: Episodes) -> None:
    """Two episodes of a stream must be alike no more often than one of each of two streams."""
    count = len(here.lengths)
    shown = np.concatenate([here.observations, there.observations]).reshape(2 * count, -1)
    _, kind = np.unique(shown, axis=0, return_inverse=True)
    mine, theirs = (np.bincount(half, minlength=2 * count) for half in kind.reshape(2, count))
    found, by_luck = (mine * (mine - 1)).sum() / 2, (mine * theirs).sum() * (count - 1) / (2 * count)
    # The variances of both counts: of pairs that are rare, and of kinds that come more or less often than they should.
    shares = (mine + theirs) / (2 * count)
    common = max(float((shares**3).sum() - (shares**2).sum() ** 2), 0.0)
    error = np.sqrt(found + by_luck + 1 + 1.5 * count**3 * common)
    require(
        found <= by_luck + _STANDARD_ERRORS * error,
        f"of {count} episodes {found:.0f} pairs are the same, and by luck {by_luck:.0f} would be: they must be drawn "
        "independently",
    )


def _check_told(problem: Problem, before: Episodes, elsewhere: Episodes, after: Episodes, which: str) -> None:
    """Episodes tell no more of those after them than episodes of another stream do."""
    for name, shown in _SHOWN.items():
        told, otherwise = (_told(problem, shown(one), after) for one in (before, elsewhere))
        error = float(np.hypot(told.accuracy_error, otherwise.accuracy_error))
        require(
            told.accuracy <= otherwise.accuracy + _STANDARD_ERRORS * error,
            f"an episode tells of a later one: from the {name} of {which} before, {told.accuracy:.4f} of the answers "
            f"are guessed, from those of any other episode {otherwise.accuracy:.4f}; they must be drawn independently",
        )


def _told(problem: Problem, shown: Array, asked: Episodes) -> Level:
    """What answers get to `asked` learned from what other episodes show (B, T, ...) at the same steps."""
    both = asked._replace(observations=shown)
    middle = len(asked.lengths) // 2
    table = LearnedTable(problem, part(both, slice(None, middle)))
    held_out = part(both, slice(middle, None))
    return judge(problem, table.guesses(held_out.observations), held_out)
