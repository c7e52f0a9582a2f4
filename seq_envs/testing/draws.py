"""What a seed means, and that one draw tells nothing of another."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from seq_envs.dataset import raw_episodes, sample
from seq_envs.encodings import Array
from seq_envs.learned import Table, judge, part
from seq_envs.level import Level
from seq_envs.problem import Episodes, Problem
from seq_envs.testing.contract import no_global_draws, require

_EPISODES = 4000


def check_draws(problem: Problem) -> None:
    """A seed repeats, another one differs, no global random state is touched, and episodes are independent."""
    with no_global_draws("sample()"):
        first, again, other = (sample(problem, 50, seed=seed) for seed in (7, 7, 8))
    require(
        all(np.array_equal(a, b) for a, b in zip(first, again, strict=True)),
        "the same seed drew other episodes: draw with the generator that sample() is given",
    )
    alike = all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))
    constant = bool((first.observations == first.observations[:1]).all())
    require(
        not alike or (constant and _constant(problem)),
        "two seeds drew the same episodes: the generator is not used",
    )
    _check_independence(problem)


def _constant(problem: Problem) -> bool:
    """Whether there is but one episode, whatever the seed."""
    drawn = [raw_episodes(problem, 1, seed).observations for seed in range(20)]
    return all(np.array_equal(drawn[0], episode) for episode in drawn)


def _check_independence(problem: Problem) -> None:
    """What an episode shows must tell no more of a later one than an episode of another stream does."""
    here, there = (raw_episodes(problem, max(100, min(_EPISODES, 400_000 // problem.steps)), seed) for seed in (11, 12))
    for apart, which in enumerate(_LATER, start=1):
        after = part(here, slice(apart, None))
        _check_told(problem, part(here, slice(None, -apart)), part(there, slice(None, -apart)), after, which)


def _check_told(problem: Problem, before: Episodes, elsewhere: Episodes, after: Episodes, which: str) -> None:
    """Episodes `before` tell no more of those `after` them than those that were drawn `elsewhere`."""
    repeats, by_luck = (_share_alike(after, one) for one in (before, elsewhere))
    count, share = len(after.lengths), (repeats + by_luck) / 2
    require(
        repeats <= by_luck + 5 * np.sqrt(2 * max(share * (1 - share), 1 / count) / count),
        f"{repeats:.1%} of the episodes are the same as {which} before: they must be drawn independently",
    )
    for name, shown in _SHOWN.items():
        told, otherwise = (_told(problem, shown(one), after) for one in (before, elsewhere))
        error = float(np.hypot(told.accuracy_error, otherwise.accuracy_error))
        require(
            told.accuracy <= otherwise.accuracy + 5 * error,
            f"an episode tells of a later one: from the {name} of {which} before, {told.accuracy:.4f} of the answers "
            f"are guessed, from those of any other episode {otherwise.accuracy:.4f}; they must be drawn independently",
        )


def _last(episodes: Episodes) -> Array:
    """(B, T, ...): at every step the last observation."""
    last = episodes.observations[np.arange(len(episodes.lengths)), episodes.lengths - 1]
    return np.repeat(last[:, None], episodes.scored.shape[1], axis=1)


_LATER = ("the one", "the one but one")
_SHOWN: dict[str, Callable[[Episodes], Array]] = {
    "observations": lambda episodes: episodes.observations,
    "answers": lambda episodes: episodes.targets,
    "last observation": _last,
}


def _share_alike(one: Episodes, other: Episodes) -> float:
    alike = (one.observations == other.observations).reshape(len(one.lengths), -1).all(axis=1)
    return float(alike.mean())


def _told(problem: Problem, shown: Array, asked: Episodes) -> Level:
    """What answers get to `asked` learned from what other episodes show (B, T, ...) at the same steps."""
    both = asked._replace(observations=shown)
    middle = len(asked.lengths) // 2
    table = Table(problem, part(both, slice(None, middle)))
    held_out = part(both, slice(middle, None))
    return judge(problem, table.guesses(held_out.observations), held_out)
