"""A seed determines the episodes, and episodes are independent of one another."""

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
"""How many standard errors a figure may be above chance: one false alarm in some millions."""
_FURTHER = range(3, 11)
"""How many episodes apart two episodes are compared, besides the latest two."""
_FURTHER_EPISODES = 1000
_EARLIER = ("the previous episode", "the episode before the previous one")


def _last(episodes: Episodes) -> Array:
    """(B, T, ...): the last observation of each episode, repeated at every step."""
    last = episodes.observations[np.arange(len(episodes.lengths)), episodes.lengths - 1]
    return np.repeat(last[:, None], episodes.scored.shape[1], axis=1)


_PREDICTORS: dict[str, Callable[[Episodes], Array]] = {
    "observations": lambda episodes: episodes.observations,
    "answers": lambda episodes: episodes.targets,
    "last observation": _last,
}
"""The parts of an episode, (B, T, ...), that must not predict the answers of a later one."""


def check_draws(problem: Problem) -> None:
    """A seed repeats, another one differs, no global random state changes, and episodes are independent."""
    with no_global_draws("sample()"):
        first, again, other = (sample(problem, 50, seed=seed) for seed in (7, 7, 8))
    require(
        _same(first, again),
        "the same seed gives different episodes: draw with the generator that sample() receives",
    )
    constant = bool((first.observations == first.observations[:1]).all())
    require(
        not _same(first, other) or (constant and _has_one_episode(problem)),
        "two seeds give the same episodes: sample() must draw with the generator that it receives",
    )
    _check_independence(problem)


def _same(data: Dataset, other: Dataset) -> bool:
    """Whether two data sets are equal except for arbitrary targets."""
    same_steps = np.array_equal(data.scored, other.scored) and np.array_equal(data.lengths, other.lengths)
    return (
        same_steps
        and alike(data.observations, other.observations)
        and alike(data.targets[data.scored], other.targets[other.scored])
    )


def _has_one_episode(problem: Problem) -> bool:
    """Whether the problem has a single episode, which every seed gives."""
    drawn = [raw_episodes(problem, 1, seed).observations for seed in range(20)]
    return all(np.array_equal(drawn[0], episode) for episode in drawn)


def _check_independence(problem: Problem) -> None:
    """An episode must predict a later one no better than an episode of another stream does."""
    count = max(100, min(_EPISODES, affordable(problem, 400_000, 8_000_000)))
    episodes, of_other_stream = (raw_episodes(problem, count, seed) for seed in (11, 12))
    _check_repeats(episodes, of_other_stream)
    for distance, which in enumerate(_EARLIER, start=1):
        earlier, unrelated = (part(batch, slice(None, -distance)) for batch in (episodes, of_other_stream))
        _check_prediction(problem, earlier, unrelated, part(episodes, slice(distance, None)), which)
    _check_further(problem, episodes, of_other_stream)


def _check_further(problem: Problem, episodes: Episodes, of_other_stream: Episodes) -> None:
    """The answers and observations of episodes further apart, which must tell nothing of each other either."""
    few = part(episodes, slice(_FURTHER_EPISODES))
    for name in ("observations", "answers"):
        predictor = _PREDICTORS[name]
        unrelated = predictor(part(of_other_stream, slice(len(few.lengths))))
        by_chance = _predicted(problem, unrelated, few)
        for distance in _FURTHER:
            later = part(few, slice(distance, None))
            found = _predicted(problem, predictor(part(few, slice(None, -distance))), later)
            error = float(np.hypot(found.accuracy_error, by_chance.accuracy_error))
            require(
                found.accuracy <= by_chance.accuracy + (_STANDARD_ERRORS + 1) * error,
                f"an episode predicts a later one: answers learned from the {name} of {distance} episodes before have "
                f"accuracy {found.accuracy:.4f}, from an unrelated episode {by_chance.accuracy:.4f}; episodes must be "
                "drawn independently",
            )


def _check_repeats(episodes: Episodes, of_other_stream: Episodes) -> None:
    """Two episodes of a stream must not be equal more often than episodes of two streams are."""
    count = len(episodes.lengths)
    observations = np.concatenate([episodes.observations, of_other_stream.observations]).reshape(2 * count, -1)
    _, label = np.unique(observations, axis=0, return_inverse=True)  # Equal episodes have the same label.
    here, there = (np.bincount(labels, minlength=2 * count) for labels in label.reshape(2, count))
    found = (here * (here - 1)).sum() / 2 + (there * (there - 1)).sum() / 2
    expected = (here * there).sum() * (count - 1) / count
    # The variance of both counts: of rare pairs, and of episodes that are more frequent in one stream by chance. An
    # episode counts as frequent only if both streams have it. 4 stands for pairs that are likely but were not seen.
    in_both = float((here * there * (here + there - 2)).sum()) / (2 * count**3)
    common = max(in_both - (float((here * there).sum()) / count**2) ** 2, 0.0)
    error = np.sqrt(2 * expected + 4 + 4 * count**3 * common)
    require(
        found <= expected + _STANDARD_ERRORS * error,
        f"{found:.0f} pairs of {count} episodes are equal, in two streams, but only {expected:.0f} should be by "
        "chance: episodes must be drawn independently",
    )


def _check_prediction(problem: Problem, earlier: Episodes, unrelated: Episodes, later: Episodes, which: str) -> None:
    """Earlier episodes of the stream must predict later ones no better than unrelated episodes do."""
    for name, predictor in _PREDICTORS.items():
        found, by_chance = (_predicted(problem, predictor(batch), later) for batch in (earlier, unrelated))
        error = float(np.hypot(found.accuracy_error, by_chance.accuracy_error))
        require(
            found.accuracy <= by_chance.accuracy + _STANDARD_ERRORS * error,
            f"an episode predicts a later one: answers learned from the {name} of {which} have accuracy "
            f"{found.accuracy:.4f}, from an unrelated episode {by_chance.accuracy:.4f}; episodes must be drawn "
            "independently",
        )


def _predicted(problem: Problem, predictors: Array, later: Episodes) -> Level:
    """The level of answers to `later` that are learned from predictors (B, T, ...) at the same steps."""
    episodes = later._replace(observations=predictors)
    middle = len(later.lengths) // 2
    table = LearnedTable(problem, part(episodes, slice(None, middle)))
    held_out = part(episodes, slice(middle, None))
    return judge(problem, table.guesses(held_out.observations), held_out)
