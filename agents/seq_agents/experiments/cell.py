"""One cell of a grid: an agent learns a problem with one seed, and is evaluated during and after its training."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gymnasium import spaces

import seq_envs
from seq_agents.errors import reason
from seq_agents.experiments.config import observed
from seq_agents.experiments.entry import Cell, Entry
from seq_agents.experiments.files import without_nan
from seq_agents.experiments.provenance import hardware, versions
from seq_agents.experiments.solved import solved_from, solves
from seq_agents.learners.learner import Learner, Moment, Watch, unwatched
from seq_envs.env_options import EnvOptions
from seq_envs.seeds import TRIAL_SEEDS

CURVE_EPISODES = 500
"""Episodes of each evaluation for the learning curve."""
_FIRST_SHARE, _FACTOR, _STEP = 0.005, 1.1, 0.04
"""The first evaluation is after this share of the training; the next one is after a tenth more steps, or after another
4% of the training if that is earlier. So the steps to solve a problem are known to about a tenth, early and late."""

CURVE_COLUMNS = ("steps", "seconds", "accuracy", "exact_match")


def run_cell(cell: Cell, watch: Watch = unwatched) -> dict[str, Any]:
    """Train and evaluate one cell.

    Args:
        cell: the entry and the seed.
        watch: called after every update.

    Returns:
        The result as a JSON object. For an entry with `until` it has `solved_after_episodes`: the episodes learned
        from at the first check in which the agent was good enough, or None if there was no such check. With `further`
        it has the last value that is reached.

    Raises:
        Exception: the agent raises it, or `seq_envs.evaluate` raises it for the agent's answers.
    """
    entry = cell.entry
    problem = entry.problem()
    learner = cell.config().learner()
    # Seed 0 belongs to the final evaluation; each evaluation before it has a seed and so episodes of its own.
    first = TRIAL_SEEDS if entry.trial else 0
    training = _Training(learner, problem, entry, watch, first)
    stopped = False
    try:
        learner.learn(training.see)
    except _Solved:
        stopped = True
    seconds = round(training.seconds(), 3)
    final = seq_envs.evaluate(learner.policy(), problem, entry.episodes, first, **observed(entry.options))
    steps = training.latest.steps
    # The final evaluation replaces an earlier one after the same number of steps.
    curve = [point for point in training.curve if point[0] < steps]
    curve.append([steps, seconds, final.accuracy, final.exact_match])
    result = {
        "entry": entry.as_json(),
        "seed": cell.seed,
        "problem": str(problem),
        "answers": answers_of(problem),
        "evaluation": dataclasses.asdict(final),
        "elsewhere": [_elsewhere(learner, entry, changes) for changes in entry.elsewhere],
        "curve": curve,
        "steps": steps,
        "seconds": seconds,
        "date": datetime.now(UTC).date().isoformat(),
        "versions": versions(),
        "hardware": hardware(),
    }
    weights = learner.weights()
    if weights is not None:
        result["weights"] = weights._asdict()
    if entry.until is not None:
        result["solved_after_episodes"] = training.solved_after
    if entry.further is not None:
        result["further"] = entry.further.reached(learner.policy_on, problem, EnvOptions(**entry.options))
    if entry.stop_when_solved and stopped:
        result["done"] = round(training.latest.done, 6)
    read: dict[str, Any] = without_nan(result)
    return read


class _Solved(Exception):
    """Raised to stop the training when the problem is solved."""


class _Training:
    """Follows a training: takes its time, evaluates it for the curve, and checks whether it is solved."""

    def __init__(
        self, learner: Learner, problem: seq_envs.Problem, entry: Entry, watch: Watch, final_seed: int
    ) -> None:
        self.latest = Moment(0.0, 0, math.nan)
        self.curve: list[list[float]] = []
        """Evaluations during the training, as `CURVE_COLUMNS`."""
        self.solved_after: int | None = None
        """Episodes learned from at the first check that was good enough."""
        self._learner, self._problem, self._watch = learner, problem, watch
        self._until, self._stop_when_solved = entry.until, entry.stop_when_solved
        self._observed, self._options = observed(entry.options), EnvOptions(**entry.options)
        self._due = _FIRST_SHARE
        self._checks = 0
        self._evaluations = 0
        self._final_seed = final_seed
        self._start = time.perf_counter()
        self._evaluating = 0.0

    def seconds(self) -> float:
        """Seconds of training so far, without evaluations."""
        return time.perf_counter() - self._start - self._evaluating

    def see(self, moment: Moment) -> None:
        """Record a moment of the training, and evaluate the agent if an evaluation is due.

        Raises:
            ValueError: the moment of a user-defined agent is no `Moment`.
            _Solved: the agent is good enough in a check, or the training stops when the problem is solved, and it is.
        """
        self.latest = moment = _checked(moment)
        self._watch(moment)
        seconds = self.seconds()
        began = time.perf_counter()
        try:
            self._evaluate(moment, seconds)
            self._check(moment)
        finally:
            self._evaluating += time.perf_counter() - began

    def _evaluate(self, moment: Moment, seconds: float) -> None:
        if not self._due <= moment.done < 1.0 or (self.curve and moment.steps <= self.curve[-1][0]):
            return
        self._evaluations += 1
        seed = self._final_seed + self._evaluations
        got = seq_envs.evaluate(self._learner.policy(), self._problem, CURVE_EPISODES, seed, **self._observed)
        self.curve.append([moment.steps, round(seconds, 3), got.accuracy, got.exact_match])
        self._due = min(moment.done * _FACTOR, moment.done + _STEP)
        solving = [solves(accuracy, exact_match, got.levels) for *_, accuracy, exact_match in self.curve]
        if self._stop_when_solved and solved_from(solving) is not None:
            raise _Solved

    def _check(self, moment: Moment) -> None:
        """Raise `_Solved` if a check of `until` is due and the agent is good enough in it."""
        if self._until is None:
            return
        episodes = moment.steps // self._problem.steps
        if episodes < (self._checks + 1) * self._until.every:
            return
        self._checks = episodes // self._until.every
        seed = self._final_seed + self._checks
        if self._until.reached(self._learner.policy(), self._problem, seed, self._options):
            self.solved_after = episodes
            raise _Solved


def _checked(moment: Any) -> Moment:
    """A moment of any agent as numbers within their ranges."""
    try:
        done, steps, accuracy = moment
        checked = Moment(float(done), int(steps), float(accuracy))
    except (TypeError, ValueError, OverflowError):
        checked = Moment(math.nan, 0, math.nan)
    if not (0.0 <= checked.done <= 1.0 and checked.steps >= 0):
        raise ValueError(f"watch takes Moment(done in [0, 1], steps, accuracy), got {moment!r}")
    return checked


def _elsewhere(learner: Learner, entry: Entry, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The evaluation on a changed problem; None, with the reason, if the agent cannot answer that problem.

    An exception costs only this evaluation, since the agent is trained already. A network of one fixed size (with a
    clock as input, for example) raises `ValueError`; a user-defined agent may raise anything.
    """
    problem = entry.problem_with(changes)
    try:
        got = seq_envs.evaluate(learner.policy_on(problem), problem, entry.episodes, **observed(entry.options))
    except Exception as error:
        return {"changes": dict(changes), "evaluation": None, "why": reason(error)}
    return {"changes": dict(changes), "evaluation": dataclasses.asdict(got)}


def answers_of(problem: seq_envs.Problem) -> int | None:
    """The number of possible answers at a scored step; None if the answer is a real number or has several parts."""
    space = problem.action_space
    return int(space.n) if isinstance(space, spaces.Discrete) else None
