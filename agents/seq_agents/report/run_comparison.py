"""Two runs compared: their settings, their final evaluations, and how soon each reached a score."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from seq_agents.agents import AGENTS
from seq_agents.errors import RunError
from seq_agents.experiments.run_folder import Run
from seq_agents.report.curves import smoothed
from seq_agents.report.table import Column, Table, count, duration, score
from seq_envs.encodings import Array
from seq_envs.level import Level, Levels

SCORES = (0.5, 0.9, 0.99)
"""The normalised scores whose times are compared."""


class Evaluated(NamedTuple):
    """The final evaluation of a run, as far as a comparison needs it."""

    accuracy: float
    interval: tuple[float, float]
    """Wilson's 95% interval of the accuracy."""
    exact_match: float
    normalized: float
    """NaN where the levels of the problem are equal."""
    levels: Levels
    episodes: int
    steps: int
    """Time steps learned from."""
    seconds: float
    """Seconds of training."""


@dataclass(frozen=True)
class RunComparison:
    """Two runs of one problem, "A" and "B" in tables and sentences."""

    runs: tuple[Run, Run]
    evaluated: tuple[Evaluated, Evaluated]
    versions: tuple[Mapping[str, str], Mapping[str, str]]


def compared_runs(first: Run, second: Run) -> RunComparison:
    """Read two runs.

    Raises:
        RunError: a run is not finished, a file is broken, or the runs learned different problems.
    """
    problems = first.config.problem(), second.config.problem()
    if problems[0] != problems[1]:
        raise RunError(
            f"the runs learned different problems, so their scores cannot be compared: {first.path} learned "
            f"{problems[0]}, and {second.path} learned {problems[1]}"
        )
    runs = first, second
    return RunComparison(runs, (_evaluated(first), _evaluated(second)), (first.versions(), second.versions()))


def _evaluated(run: Run) -> Evaluated:
    if not run.finished:
        raise RunError(f"{run.path} is not finished: it has no evaluation yet")
    try:
        read = run.evaluation()
        levels = Levels(**{name: level and Level(**level) for name, level in read["levels"].items()})
        low, high = map(float, read["accuracy_interval"])
        accuracy = float(read["accuracy"])
        return Evaluated(
            accuracy, (low, high), float(read["exact_match"]), levels.normalize(accuracy), levels,
            int(read["episodes"]), int(read["training_steps"]), float(read["training_seconds"]),
        )  # fmt: skip
    except Exception as wrong:  # A broken file may hold anything.
        raise RunError(f"{run.path / 'evaluation.json'} is broken: {wrong}") from None


def difference(first: Evaluated, second: Evaluated) -> tuple[float, float, float]:
    """How much more accurate the second run is, and the low and high end of the 95% interval.

    The interval of two independent shares from Wilson's interval of each: R. G. Newcombe (1998), "Interval estimation
    for the difference between independent proportions", Statistics in Medicine 17, method 10. Runs are evaluated on the
    same episodes, so their shares are not independent: the interval ignores this pairing, since an evaluation keeps no
    score of single episodes.
    """
    (low, high), (other_low, other_high) = first.interval, second.interval
    value = second.accuracy - first.accuracy
    below = math.hypot(second.accuracy - other_low, high - first.accuracy)
    above = math.hypot(other_high - second.accuracy, first.accuracy - low)
    return value, value - below, value + above


def verdict(comparison: RunComparison) -> str:
    """Whether the accuracies differ by more than the number of episodes explains, in sentences."""
    first, second = comparison.evaluated
    value, low, high = difference(first, second)
    episodes = " and ".join(f"{number:,}" for number in dict.fromkeys((first.episodes, second.episodes)))
    bounds = f"(95% interval of B - A: {low:z.4f} to {high:z.4f}, from {episodes} episodes)"
    if low <= 0.0 <= high:
        sentence = f"The accuracies differ by {abs(value):.4f} {bounds}: no more than chance between episodes explains."
    else:
        sentence = (
            f"B is {abs(value):.4f} {'more' if value > 0 else 'less'} accurate than A {bounds}: more than chance "
            "between episodes explains."
        )
    return (
        f"{sentence} The interval ignores that both were evaluated on the same episodes. This compares two trained "
        "networks. Another seed may give another result: to compare agents, train "
        "each with several seeds, as `seq-envs bench` does."
    )


def evaluation_table(comparison: RunComparison) -> Table:
    """A row for each run: its agent, seed and final evaluation."""
    rows = [
        (
            name, run.config.agent, run.config.seed, got.accuracy, f"{got.interval[0]:.4f} to {got.interval[1]:.4f}",
            got.exact_match, got.normalized, got.steps, got.seconds,
        )
        for name, run, got in zip("AB", comparison.runs, comparison.evaluated, strict=True)
    ]  # fmt: skip
    columns = (
        Column("run"), Column("agent"), Column("seed"), Column("accuracy", score), Column("95% interval"),
        Column("exact", score), Column("normalised", score), Column("steps learned from", count),
        Column("seconds", duration),
    )  # fmt: skip
    first, second = (run.path for run in comparison.runs)
    return Table(f"A: {first}; B: {second}", columns, tuple(rows), str(comparison.runs[0].config.problem()))


def differences_table(comparison: RunComparison) -> Table:
    """What differs between the configurations and versions of the runs."""
    facts = [_facts(run, versions) for run, versions in zip(comparison.runs, comparison.versions, strict=True)]
    names = dict.fromkeys(name for side in facts for name in side)
    rows = tuple(
        (name, *(side.get(name) for side in facts))
        for name in names
        if facts[0].get(name) != facts[1].get(name)
    )  # fmt: skip
    return Table("What differs", (Column("what"), Column("A"), Column("B")), rows)


def _facts(run: Run, versions: Mapping[str, str]) -> Mapping[str, str]:
    config = run.config
    menu = AGENTS.get(config.agent)
    return {
        "agent": config.agent,
        **({"rule": menu.rule, "core": menu.core or "none"} if menu else {}),
        "settings": "standard" if config.standard else "tuned",
        **{name: str(value) for name, value in config.settings.items()},
        **{name: str(value) for name, value in config.options.items()},
        "seed": str(config.seed),
        **{f"version of {name}": version for name, version in versions.items()},
    }


def times_table(comparison: RunComparison) -> Table:
    """When the accuracy while learning first reached each of `SCORES`; empty if neither run has a curve."""
    curves = [_learning(run, got.levels) for run, got in zip(comparison.runs, comparison.evaluated, strict=True)]
    rows = [
        (wanted, *(value for curve in curves for value in curve.first(wanted)))
        for wanted in SCORES
        if any(len(curve.steps) for curve in curves)
    ]
    columns = (
        Column("normalised score", "{:.2f}".format), Column("A: steps", _reached), Column("A: seconds", _reached),
        Column("B: steps", _reached), Column("B: seconds", _reached),
    )  # fmt: skip
    return Table(
        "When each first reached a score while learning",
        columns,
        tuple(rows),
        "Accuracy while learning, averaged over neighbouring updates. An agent that explores scores less while it "
        "learns than in its evaluation.",
    )


class _Learning(NamedTuple):
    """A run's learning curve; all arrays have shape (N,), with one value for each row of its file."""

    seconds: Array
    steps: Array
    scores: Array
    """Normalised accuracy while learning, averaged over neighbours."""

    def first(self, wanted: float) -> tuple[float, float]:
        """The time steps and seconds at the first score of at least `wanted`; infinite if there is none.

        NaN if scores are undefined, because all levels of the problem are equal.
        """
        if len(self.scores) and np.isnan(self.scores).all():
            return math.nan, math.nan
        places = np.flatnonzero(self.scores >= wanted)
        return (float(self.steps[places[0]]), float(self.seconds[places[0]])) if len(places) else (math.inf, math.inf)


def _learning(run: Run, levels: Levels) -> _Learning:
    rows = np.array([row for row in run.curve() if math.isfinite(row[2])], np.float64).reshape(-1, 3)
    scores = np.array([levels.normalize(float(accuracy)) for accuracy in smoothed(rows[:, 2])])
    return _Learning(rows[:, 0], rows[:, 1], scores)


def _reached(value: float) -> str:
    if math.isnan(value):
        return "undefined"
    return "not reached" if math.isinf(value) else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"
