"""Linear probes: how well the input of k steps ago can be read from the state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

import seq_envs
from seq_agents.inspection.observed import Observe
from seq_agents.inspection.reading_limits import numbers_of
from seq_agents.networks.view import NetworkView, Observations
from seq_envs.dataset import encoded, raw_episodes
from seq_envs.encodings import Array
from seq_envs.notebook import table
from seq_envs.seeds import inspection_stream

_FIT, _JUDGED = 0, 1
"""The numbers of the streams of episodes that a probe is fitted on and judged by."""
_RIDGE = 1.0
"""The ridge penalty, for states of unit variance and a sum over rows."""
_MOST_LAGS, _MOST_STEPS, _MOST_STEPS_OF_LARGE, _MOST_CLASSES = 32, 12, 8, 256
_MOST_FEATURES = 1024
_MOST_NUMBERS = 1 << 21
"""The most numbers in the states of one time step of the episodes to fit, of which there are 256 at least."""
_MOST_OBSERVED = 1 << 26
"""The most numbers in the observations of the episodes to fit, of which there are 100 at least."""
_ROUNDING = 1e-6
"""The spread of a unit, as a share of its greatest absolute value, that rounding explains."""
_FEWEST_ROWS = 50
"""A lag is left out if fewer rows than this judge it."""


@dataclass(frozen=True, eq=False)
class Probe:
    """How well the input of k steps ago can be read from the state, for K lags k."""

    measure: str
    """"accuracy" for symbols: the share that is read right; "R2" for real inputs: the share of the variance at a time
    step that is explained."""
    lags: Array
    """(K,) int64."""
    trained: Array
    """(K,): of the network."""
    untrained: Array | None
    """(K,): of the same network before its training."""
    chance: Array
    """(K,): of the most frequent symbol, or the mean, at the same time step."""
    episodes: tuple[int, int]
    """The episodes that the probe is fitted on, and those that it is judged by."""

    def __repr__(self) -> str:
        ends = ", ".join(f"{self.trained[place]:.2f} at lag {self.lags[place]}" for place in (0, -1))
        return f"<Probe: {self.measure} {ends}>"

    def _repr_html_(self) -> str:
        before = np.full(len(self.lags), np.nan) if self.untrained is None else self.untrained
        columns = (self.trained, before, self.chance)
        rows = [(int(lag), *(f"{column[place]:.2f}" for column in columns)) for place, lag in enumerate(self.lags)]
        return table(f"{self.measure} of a linear probe", ("lag", "trained", "untrained", "chance"), rows)


class Rows(NamedTuple):
    """States of B episodes at some time steps, and what the episodes showed."""

    states: Array
    """(B, S, D)."""
    steps: Array
    """(S,): the time steps of the states, increasing."""
    inputs: Array
    """(B, T) symbols, or (B, T, n) real numbers."""
    lengths: Array
    """(B,): the steps of each episode; states after the end are left out."""


def probe(
    problem: seq_envs.Problem,
    view: NetworkView,
    untrained: NetworkView | None = None,
    seed: int = 0,
    observe: Observe | None = None,
) -> Probe | None:
    """Probe the state of a network, as Alain and Bengio (2016, "Understanding intermediate layers using linear
    classifier probes", section 3) probe layers, with the past input in place of the class.

    The probe is a ridge regression from the parts of the state to the one-hot vector of the symbol, or to the real
    input, in closed form; the symbol with the highest output is its answer. It is fitted on episodes of one stream and
    judged by those of another. Random networks hold the past too, so the network before its training is the control.

    A state of more than 1,024 numbers is projected onto the span of 1,024 states first. In episodes of more than 12
    steps, states of 12 time steps are used (of 8, if the state is that large), the last one among them; of more than
    32 lags, 32.

    Args:
        problem: makes the episodes.
        view: of the network.
        untrained: of the same network before its training; None: there is no control. It reads the same observations.
        seed: of the episodes: 0 ... 2**32 - 1.
        observe: gives the observations of episodes; None: those of an agent without feedback.

    Returns:
        None if the network keeps no state.
    """
    observe = observe or partial(encoded, problem)
    first = observe(raw_episodes(problem, 1, 0))
    one = view.states(view.features(first), [0])
    if one is None:
        return None
    units = sum(part.shape[2] for part in one.state.values())
    count = int(
        min(np.clip(_MOST_NUMBERS // units, 256, 768), max(_MOST_OBSERVED // numbers_of(first), 2 * _FEWEST_ROWS))
    )
    most = _MOST_STEPS if units <= _MOST_FEATURES else _MOST_STEPS_OF_LARGE
    steps = np.unique(np.linspace(0, problem.steps - 1, min(problem.steps, most)).round().astype(np.int64))
    sizes = {_FIT: count, _JUDGED: count // 2}
    streams = {number: inspection_stream(seed, number) for number in sizes}
    raw = {number: raw_episodes(problem, size, streams[number]) for number, size in sizes.items()}
    observations = {number: observe(episodes) for number, episodes in raw.items()}
    inputs = _inputs(raw[_FIT].observations, raw[_JUDGED].observations)

    def read(of: NetworkView) -> tuple[Array, Array, Array]:
        fit, judged = (
            Rows(_states(of, observations[number], steps), steps, inputs[number], raw[number].lengths)
            for number in sizes
        )
        return probed(fit, judged, lags_up_to(problem.steps - 1))

    lags, found, chance = read(view)
    before = None if untrained is None else read(untrained)[1]
    symbols = np.issubdtype(inputs[_FIT].dtype, np.integer)
    return Probe("accuracy" if symbols else "R2", lags, found, before, chance, (sizes[_FIT], sizes[_JUDGED]))


def _states(view: NetworkView, observations: Observations, steps: Array) -> Array:
    """(B, S, D) float32: the parts of the state side by side."""
    activity = view.states(view.features(observations), steps.tolist())
    assert activity is not None, "both networks are of one kind"
    return np.concatenate([np.asarray(part.float().cpu()) for part in activity.state.values()], axis=2)


def _inputs(fit: Array, judged: Array) -> tuple[Array, Array]:
    """Raw observations as symbols 0 ... n-1, or as real numbers if they are no symbols or too many."""
    if np.issubdtype(fit.dtype, np.integer) and fit.ndim == 2:
        symbols = np.unique(np.concatenate([fit, judged]))
        if len(symbols) <= _MOST_CLASSES:
            return np.searchsorted(symbols, fit), np.searchsorted(symbols, judged)
    flat = [inputs.reshape(*inputs.shape[:2], -1).astype(np.float64) for inputs in (fit, judged)]
    return flat[0], flat[1]


def lags_up_to(longest: int) -> Array:
    """Lags 0 ... longest, or 32 of them that are dense at the start and end with the longest."""
    if longest < _MOST_LAGS:
        return np.arange(longest + 1)
    half = _MOST_LAGS // 2
    return np.unique(np.concatenate([np.arange(half), np.geomspace(half, longest, half).round().astype(np.int64)]))


def probed(fit: Rows, judged: Rows, lags: Sequence[int] | Array) -> tuple[Array, Array, Array]:
    """Fit a probe for each lag, and judge it.

    Returns:
        The lags (K,) that at least 50 rows judge, the measure (K,) of the probes, and that of chance (K,).
    """
    from scipy.linalg import solve

    fit, judged = _standardised(fit, judged)
    symbols = np.issubdtype(fit.inputs.dtype, np.integer)
    fit_targets, judged_targets = _one_hot(fit, judged) if symbols else (fit.inputs, judged.inputs)
    features, outputs = fit.states.shape[2], fit_targets.shape[2]
    gram, included, found = _RIDGE * np.eye(features), len(fit.steps), []
    for lag in sorted(map(int, lags), reverse=True):
        first = int(np.searchsorted(fit.steps, lag))
        for place in range(first, included):  # Longer lags have used the later steps already.
            states = _at(fit, place)[0]
            gram += states.T @ states
        included = min(included, first)
        sums = np.zeros((features, outputs))
        for place in range(first, len(fit.steps)):
            states, targets = _at(fit, place, fit_targets, lag)
            sums += states.T @ targets
        found.append((lag, *_judge(fit, judged, (fit_targets, judged_targets), lag, solve(gram, sums, assume_a="pos"))))
    kept = [(lag, measure, chance) for lag, measure, chance, rows in reversed(found) if rows >= _FEWEST_ROWS]
    columns = np.array(kept, float).reshape(-1, 3).T
    return columns[0].astype(np.int64), columns[1], columns[2]


def _judge(fit: Rows, judged: Rows, targets: tuple[Array, Array], lag: int, weights: Array) -> tuple[float, float, int]:
    """The measure of a probe and of chance, and the number of rows that judge them."""
    symbols = np.issubdtype(fit.inputs.dtype, np.integer)
    of_probe = of_chance = total = 0.0
    rows = 0
    for place in range(int(np.searchsorted(fit.steps, lag)), len(fit.steps)):
        states, truth = _at(judged, place, targets[1], lag)
        seen = _at(fit, place, targets[0], lag)[1]
        if not (len(truth) and len(seen)):
            continue
        guess = seen.mean(axis=0)
        rows += len(truth)
        if symbols:
            right = truth.argmax(axis=1)
            of_probe += np.count_nonzero((states @ weights).argmax(axis=1) == right)
            of_chance += np.count_nonzero(guess.argmax() == right)
            total += len(right)
        else:
            of_probe += ((truth - states @ weights) ** 2).sum()
            total += ((truth - guess) ** 2).sum()
    if not total:
        return np.nan, np.nan, rows
    return (of_probe / total, of_chance / total, rows) if symbols else (1 - of_probe / total, 0.0, rows)


def _at(rows: Rows, place: int, targets: Array | None = None, lag: int = 0) -> tuple[Array, Array]:
    """The states (n, D) at one of the time steps, and the targets (n, ...) of `lag` steps before."""
    step = int(rows.steps[place])
    played = rows.lengths > step
    now = rows.states[played, place]
    return now, now if targets is None else np.asarray(targets[played, step - lag], np.float64)


def _one_hot(fit: Rows, judged: Rows) -> tuple[Array, Array]:
    """The symbols of both as (B, T, n) bool."""
    classes = np.arange(1 + max(int(rows.inputs.max(initial=0)) for rows in (fit, judged)))
    return fit.inputs[..., None] == classes, judged.inputs[..., None] == classes


def _standardised(fit: Rows, judged: Rows) -> tuple[Rows, Rows]:
    """The states with mean 0 and variance 1 in the rows to fit, and a feature that is 1."""
    played = fit.lengths[:, None] > fit.steps
    seen = fit.states[played]
    mean, spread = seen.mean(axis=0, dtype=np.float64), seen.std(axis=0, dtype=np.float64)
    # A unit that is constant but for the rounding of float32. The scales of other units do not matter.
    spread[spread <= _ROUNDING * np.abs(seen).max(axis=0, initial=0.0)] = np.inf
    mean, scale = mean.astype(seen.dtype), (1 / spread).astype(seen.dtype)
    basis = _basis((seen - mean) * scale)

    def changed(rows: Rows) -> Rows:
        states = (rows.states - mean) * scale
        states = (states if basis is None else states @ basis).astype(np.float64)
        return rows._replace(states=np.concatenate([states, np.ones((*states.shape[:2], 1))], axis=2))

    return changed(fit), changed(judged)


def _basis(rows: Array) -> Array | None:
    """(D, 1024): orthonormal directions that span 1,024 of the rows (N, D); None if D is smaller."""
    if rows.shape[1] <= _MOST_FEATURES:
        return None
    some = np.random.default_rng(0).permutation(len(rows))[:_MOST_FEATURES]
    basis: Array = np.linalg.qr(rows[some].T)[0]
    return basis
