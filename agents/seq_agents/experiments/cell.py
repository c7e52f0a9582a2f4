"""One cell of a benchmark: an agent learns a problem with one seed, and is examined on the way and at the end."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gymnasium import spaces

import seq_envs
from seq_agents.experiments.entry import Cell, Entry
from seq_agents.experiments.files import without_nan
from seq_agents.experiments.provenance import hardware, versions
from seq_agents.learners.learner import Learner, Moment, Watch, unwatched

CHECK_EPISODES = 500
"""Fresh ones, of each evaluation on the way."""
_CHECK_SEED = 1
"""Evaluations on the way play other episodes than the final one, whose seed is 0."""
_FIRST_CHECK, _CHECK_FACTOR, _CHECK_STEP = 0.005, 1.1, 0.04
"""Evaluations on the way begin after this share of the training, and come after each tenth more, or each 4% of it: so
that the steps to solve a problem are known to a tenth whether it is solved early or late."""


CURVE_COLUMNS = ("steps", "seconds", "accuracy", "exact_match")


def run_cell(cell: Cell, watch: Watch = unwatched) -> dict[str, Any]:
    """Train and examine; the result as JSON has it.

    Raises:
        Exception: whatever the agent raises, or `seq_envs.evaluate` of its answers.
    """
    entry = cell.entry
    problem = entry.problem()
    learner = cell.config().learner()
    curve: list[list[float]] = []
    latest = Moment(0.0, 0, math.nan)
    examined = 0.0  # Seconds spent on it.
    due = _FIRST_CHECK

    def see(moment: Moment) -> None:
        nonlocal latest, examined, due
        latest = moment = _checked(moment)
        watch(moment)
        if not due <= moment.done < 1.0 or (curve and moment.steps <= curve[-1][0]):
            return
        began = time.perf_counter()
        got = seq_envs.evaluate(learner.policy(), problem, CHECK_EPISODES, _CHECK_SEED)
        curve.append([moment.steps, round(began - start - examined, 3), got.accuracy, got.exact_match])
        due = min(moment.done * _CHECK_FACTOR, moment.done + _CHECK_STEP)
        examined += time.perf_counter() - began

    start = time.perf_counter()
    learner.learn(see)
    seconds = round(time.perf_counter() - start - examined, 3)
    got = seq_envs.evaluate(learner.policy(), problem, entry.episodes)
    curve = [point for point in curve if point[0] < latest.steps]  # The final evaluation is the better one.
    curve.append([latest.steps, seconds, got.accuracy, got.exact_match])
    result = {
        "entry": entry.as_json(),
        "seed": cell.seed,
        "problem": str(problem),
        "answers": answers_of(problem),
        "evaluation": dataclasses.asdict(got),
        "elsewhere": [_elsewhere(learner, entry, changes) for changes in entry.elsewhere],
        "curve": curve,
        "steps": latest.steps,
        "seconds": seconds,
        "date": datetime.now(UTC).date().isoformat(),
        "versions": versions(),
        "hardware": hardware(),
    }
    read: dict[str, Any] = without_nan(result)
    return read


def _checked(moment: Any) -> Moment:
    """What somebody's agent says of itself, as numbers."""
    try:
        done, steps, accuracy = moment
        checked = Moment(float(done), int(steps), float(accuracy))
    except (TypeError, ValueError, OverflowError):
        checked = Moment(math.nan, 0, math.nan)
    if not (0.0 <= checked.done <= 1.0 and checked.steps >= 0):
        raise ValueError(f"watch takes Moment(done in [0, 1], steps, accuracy), got {moment!r}")
    return checked


def _elsewhere(learner: Learner, entry: Entry, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The evaluation on a changed problem; None for an agent whose network is made for one size, as with a clock."""
    problem = seq_envs.make_problem(entry.id, **{**entry.parameters, **changes})
    try:
        policy = learner.policy_on(problem)
    except ValueError as wrong:
        return {"changes": dict(changes), "evaluation": None, "why": str(wrong)}
    got = seq_envs.evaluate(policy, problem, entry.episodes)
    return {"changes": dict(changes), "evaluation": dataclasses.asdict(got)}


def answers_of(problem: seq_envs.Problem) -> int | None:
    """From how many answers a scored step asks for one; None where it asks for a number, or for several answers."""
    space = problem.action_space
    return int(space.n) if isinstance(space, spaces.Discrete) else None
