"""One cell of a benchmark: an agent learns a problem with one seed, and is examined on the way and at the end."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import os
import platform
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from gymnasium import spaces

import seq_envs
from seq_agents.learner import Learner, Moment, Watch, unwatched
from seq_agents.runs import Config, versions, without_nan

EPISODES = 10_000
"""Fresh ones, of the final evaluation."""
CHECK_EPISODES = 500
"""Fresh ones, of each evaluation on the way."""
_CHECK_SEED = 1
"""Evaluations on the way play other episodes than the final one, whose seed is 0."""
_FIRST_CHECK, _CHECK_FACTOR, _CHECK_STEP = 0.005, 1.1, 0.04
"""Evaluations on the way begin after this share of the training, and come after each tenth more, or each 4% of it: so
that the steps to solve a problem are known to a tenth whether it is solved early or late."""

_PLAIN = re.compile(r"[a-z0-9_]+(-[a-z0-9_]+)*")
_PLAIN_PARAMETER = re.compile(r"[a-z_]+=([a-z0-9_.+-]+|True|False|None)")
_LONGEST_KEY = 150
"""Characters of a file's name without digest and seed: file systems take 255 bytes."""

CURVE_COLUMNS = ("steps", "seconds", "accuracy", "exact_match")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An agent on a problem, for several seeds."""

    name: str
    """Of the agent in the results: two entries may train one agent with different settings."""
    agent: str
    id: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Of the problem, those in place of the id's."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of the agent, all of them."""
    seeds: int = 5
    episodes: int = EPISODES
    elsewhere: tuple[Mapping[str, Any], ...] = ()
    """Changes of parameters: the trained agent is examined on the problem so changed, too."""
    swept: str = ""
    """The parameter that is varied over entries, if one is: the result belongs to a curve over it, see `horizon`."""

    def problem(self) -> seq_envs.Problem:
        """What is learned."""
        return seq_envs.make_problem(self.id, **self.parameters)

    @property
    def label(self) -> str:
        """The problem in words: its id, and the parameters in place of the id's."""
        return " ".join([self.id, *(f"{name}={value}" for name, value in self.parameters.items())])

    def as_json(self) -> dict[str, Any]:
        """As read back from a file."""
        read: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(self)))
        return read

    @classmethod
    def of_json(cls, raw: Mapping[str, Any]) -> Entry:
        """An entry as it was written.

        Raises:
            Exception: it is none.
        """
        entry = cls(**{**raw, "elsewhere": tuple(raw["elsewhere"])})
        if not (
            all(isinstance(text, str) for text in (entry.name, entry.agent, entry.id, entry.swept))
            and all(type(number) is int and number >= 1 for number in (entry.seeds, entry.episodes))
            and all(isinstance(one, dict) for one in (entry.parameters, entry.settings, *entry.elsewhere))
        ):
            raise ValueError(f"{entry!r} is no entry")
        return entry


class Cell(NamedTuple):
    """One seed of an entry."""

    entry: Entry
    seed: int

    @property
    def key(self) -> str:
        """A name for files: no two cells have the same, not even where small and capital letters are one."""
        entry = self.entry
        id, *parameters = entry.label.split(" ")
        text = "--".join([entry.name, id, *parameters, *([f"over-{entry.swept}"] if entry.swept else [])])
        plain = (
            all(_PLAIN.fullmatch(name) for name in (entry.name, entry.swept or "none"))
            and id in seq_envs.MENU
            and all(_PLAIN_PARAMETER.fullmatch(one) and "--" not in one for one in parameters)
            and len(text) <= _LONGEST_KEY
        )
        if not plain:
            told_apart = json.dumps([entry.name, entry.label, entry.swept])
            digest = hashlib.sha256(told_apart.encode()).hexdigest()[:16]
            text = f"{re.sub('[^A-Za-z0-9_=.+-]', '_', text)[:_LONGEST_KEY]}--{digest}"
        return f"{text}--{self.seed}"

    def config(self) -> Config:
        """What is trained."""
        one = self.entry
        return Config(agent=one.agent, id=one.id, parameters=one.parameters, settings=one.settings, seed=self.seed)


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


def hardware() -> dict[str, Any]:
    """What a result was made on."""
    return {"cpu": next(_cpu_names(), platform.processor() or platform.machine()), "cores": os.cpu_count()}


def _cpu_names() -> Iterator[str]:
    """As Linux tells them."""
    path = Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                yield line.partition(":")[2].strip()
