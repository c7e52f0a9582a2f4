"""What a simple memory may hold: kinds of policies, the best of which shows that memory is worth at least so much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from seq_envs.audit.best_actions import Kind
from seq_envs.audit.keys import earlier, joined
from seq_envs.audit.lookups import lookups
from seq_envs.audit.samples import Samples
from seq_envs.encodings import Array

_MOST_EARLIER = 512
"""The most lags, and the most time steps, that are tried as the one that is remembered."""
_MOST_PLACES = 4
"""The most places of an observation that are counted against each other."""
_MOST_LABELS = 64
"""The most different observations that are tallied."""
_LONGEST_WINDOW = 4


def memories(samples: Samples) -> Iterator[Kind]:
    """All kinds of memories that are tried."""
    steps = samples.labels.shape[1]
    for lag in range(1, min(steps, _MOST_EARLIER)):
        yield Kind(f"the observation of {lag} step{'' if lag == 1 else 's'} ago", partial(_with_earlier, lag=lag))
    for step in range(min(steps, _MOST_EARLIER)):
        yield Kind(f"the observation of step {step}", partial(_with_earlier, at=step))
    for mirror in range(1, 2 * steps - 1 if steps <= _MOST_EARLIER else 0):
        yield Kind(f"the observation of step {mirror} minus the time step", partial(_with_earlier, mirror=mirror))
    for window in range(1, min(steps, _LONGEST_WINDOW)):
        yield Kind(f"the latest {window + 1} observations", partial(_window, latest=window))
    yield Kind("the latest observation that differs from the current one", _latest_other)
    yield Kind("all observations so far", _history)
    yield Kind("how often the current observation occurred", lambda few: _counted(few, few.labels, few.labels))
    places = range(samples.places.shape[2] if 1 < samples.places.shape[2] <= _MOST_PLACES else 0)
    for counted in places:
        for asked in places:
            yield Kind(
                f"how often place {counted} of the observation was what place {asked} is now",
                partial(_count_of_place, counted=counted, asked=asked),
            )
    yield from lookups(samples)
    if samples.labels.max() < _MOST_LABELS and samples.labels.max() > 0:
        yield Kind("a tally of the observations so far", values=_tally)


NOTHING = Kind("nothing")
OBSERVATION = Kind("the current observation", lambda samples: [samples.label])
_WIDTHS = (64, 16, 4, 1)
"""Time steps that are grouped, so that few episodes tell how the best action changes with time."""


def _time_within(samples: Samples, within: Array) -> list[Array]:
    return [within, *(joined(within, samples.step // width) for width in _WIDTHS)]


def _by_time(samples: Samples) -> list[Array]:
    times = _time_within(samples, np.zeros_like(samples.step))
    return [*times, joined(samples.step, samples.label)]


WITH_TIME = Kind("the current observation and the time step", lambda samples: _time_within(samples, samples.label))
BY_TIME = Kind("the time step and the current observation", _by_time)
WITHOUT_MEMORY = (NOTHING, OBSERVATION, WITH_TIME, BY_TIME)
"""The kinds of memoryless policies."""


def _with_earlier(
    samples: Samples, lag: int | None = None, at: int | None = None, mirror: int | None = None
) -> Sequence[Array]:
    """With the observation `lag` steps ago, of step `at`, or of step `mirror` minus the current one; -1: not yet."""
    return [samples.label, joined(samples.label, earlier(samples, samples.labels, lag, at, mirror))]


def _window(samples: Samples, latest: int) -> Sequence[Array]:
    keys = [samples.label]
    for lag in range(1, latest + 1):
        keys.append(joined(keys[-1], _with_earlier(samples, lag=lag)[1]))
    return keys


def _latest_other(samples: Samples) -> Sequence[Array]:
    other: Array = np.full(samples.labels.shape, -1)
    for step in range(1, samples.labels.shape[1]):
        changed = samples.labels[:, step] != samples.labels[:, step - 1]
        other[:, step] = np.where(changed, samples.labels[:, step - 1], other[:, step - 1])
    return [samples.label, joined(samples.label, other[samples.playing])]


def _history(samples: Samples) -> Sequence[Array]:
    history = samples.labels.copy()
    for step in range(1, history.shape[1]):
        _, before = np.unique(history[:, step - 1], return_inverse=True)
        history[:, step] = joined(before.reshape(-1), samples.labels[:, step])
    return [samples.label, joined(samples.label, samples.step), joined(samples.step, history[samples.playing])]


def _count_of_place(samples: Samples, counted: int, asked: int) -> Sequence[Array]:
    return _counted(samples, samples.places[..., counted], samples.places[..., asked])


def _counted(samples: Samples, counted: Array, asked: Array) -> Sequence[Array]:
    """With how often the label `asked` (N, T) of the current step has occurred in `counted` (N, T) so far."""
    counts = np.zeros(asked.shape, np.int64)
    for value in np.unique(asked):
        here = asked == value
        counts[here] = ((counted == value) & samples.playing).cumsum(axis=1)[here]
    count = counts[samples.playing]
    return [count, joined(count, samples.label), joined(count, samples.label, samples.step)]


def _tally(samples: Samples, learned: Array) -> Array:
    """(M, A): the rewards as linear functions of how often each observation occurred, one for each observation.

    The counts are divided by the steps left too, since a share of what is left is what a card counter needs.
    """
    size = int(samples.labels.max()) + 1
    seen = np.zeros((*samples.labels.shape, size), np.float32)
    np.put_along_axis(seen, samples.labels[..., None], 1.0, axis=2)
    counts = seen.cumsum(axis=1)[samples.playing].astype(np.float64)
    left = (samples.playing.sum(axis=1)[samples.episode] - samples.step)[:, None]
    inputs = np.concatenate([np.ones_like(left), 1 / left, counts, counts / left], axis=1)
    values = np.zeros(samples.rewards.shape)
    for label in range(size):
        here = samples.label == label
        known = here & learned
        if known.any():
            x, y = inputs[known], samples.rewards[known]
            weights = np.linalg.solve(x.T @ x + np.eye(x.shape[1]) * 1e-1, x.T @ y)
            values[here] = inputs[here] @ weights
    return values
