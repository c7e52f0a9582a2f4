"""How far an agent remembers: problems over growing lags or lengths, and what was learned on short episodes on longer
ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import seq_envs
from seq_agents.bench.cell import EPISODES, Entry
from seq_agents.bench.outcome import Outcome, labels_of, names_of, of
from seq_agents.bench.statistics import Estimate, interquartile
from seq_agents.bench.tables import ZERO, Column, Table, interval, score
from seq_agents.runs import Config

REMEMBERS = 0.95
"""The normalised score from which on an agent is said to remember."""
LONGER = "longer"
"""`Entry.swept` of what is learned on short episodes and examined on longer ones."""
TIMES = (2, 5, 10)
"""How many times as long."""


@dataclass(frozen=True)
class Sweep:
    """A problem that asks for more and more memory."""

    id: str
    parameter: str
    """What is varied."""
    values: tuple[int, ...]
    parameters: Callable[[int], Mapping[str, Any]]
    """Of the problem, at a value."""
    tuned: str
    """The id whose settings are used: the hardest one of its kind."""


SWEEPS = {
    sweep.id: sweep
    for sweep in (
        # An episode goes on for as long again as it takes to the first answer: what is held is always being renewed.
        Sweep("SeqEcho-v0", "lag", (1, 2, 4, 8, 16, 32, 64), lambda lag: {"length": 2 * lag + 8}, "SeqEchoHard-v0"),
        Sweep(
            "SeqMemorize-v0",
            "length",
            (5, 10, 20, 50, 100, 200, 400),
            lambda _: {"framing": "many_to_one", "distractors": "random"},
            "SeqMemorizeHard-v0",
        ),
        Sweep("SeqCopy-v0", "length", (1, 2, 5, 10, 20, 40), lambda _: {}, "SeqCopyHard-v0"),
        Sweep("SeqClassify-v0", "length", (5, 10, 25, 50, 100, 200), lambda _: {}, "SeqClassifyHard-v0"),
    )
}
"""By id."""


def swept_entries(
    agent: str,
    id: str,
    values: Sequence[int] | None = None,
    seeds: int = 3,
    settings: Mapping[str, Any] | None = None,
    episodes: int = EPISODES,
) -> list[Entry]:
    """The entries of one agent on a sweep: a training for each value.

    An agent whose training is counted in time steps gets as many episodes at each value as it has on the id that its
    settings are tuned for.

    Args:
        agent: a name of `seq_agents.agents.AGENTS`, or "module:factory".
        id: of `SWEEPS`.
        values: in place of the sweep's own.
        seeds: of each training.
        settings: in place of the tuned ones.
        episodes: of each evaluation.

    Raises:
        ValueError: an unknown id, or a value or setting that the problem or the agent does not take.
    """
    sweep = _sweep(id)
    tuned = Config.of(agent, sweep.tuned, {}, 0, settings).settings
    entries = []
    for value in values or sweep.values:
        parameters = {**sweep.parameters(value), sweep.parameter: value}
        problem = seq_envs.make_problem(id, **parameters)
        chosen = dict(tuned)
        if "steps" in chosen and "steps" not in (settings or {}):
            chosen["steps"] = max(1, round(chosen["steps"] * problem.steps / seq_envs.make_problem(sweep.tuned).steps))
        entries.append(
            Entry(
                name=agent, agent=agent, id=id, parameters=parameters, settings=chosen, seeds=seeds, episodes=episodes,
                swept=sweep.parameter,
            )
        )  # fmt: skip
    return entries


def longer_entry(
    agent: str, id: str, seeds: int = 3, settings: Mapping[str, Any] | None = None, episodes: int = EPISODES
) -> Entry:
    """One agent on an id at its own length, to be examined on episodes 2, 5 and 10 times as long.

    Raises:
        ValueError: as for `swept_entries`.
    """
    _sweep(id)
    length = getattr(seq_envs.make_problem(id), "length")  # noqa: B009 - a parameter of the problems in SWEEPS.
    return Entry(
        name=agent, agent=agent, id=id, settings=Config.of(agent, id, {}, 0, settings).settings, seeds=seeds,
        episodes=episodes, elsewhere=tuple({"length": times * length} for times in TIMES), swept=LONGER,
    )  # fmt: skip


def _sweep(id: str) -> Sweep:
    if id not in SWEEPS:
        raise ValueError(f"id must be one of {', '.join(SWEEPS)}, whose memory can be made to grow, got {id!r}")
    return SWEEPS[id]


def horizon(points: Mapping[int, float]) -> int | None:
    """The largest value up to which the score is at least `REMEMBERS` all along; None: not even at the smallest."""
    reached = None
    for value in sorted(points):
        if not points[value] >= REMEMBERS:
            break
        reached = value
    return reached


def horizon_table(done: Sequence[Outcome], asked: Sequence[Entry] = ()) -> Table:
    """A row for each agent, sweep and value: the interquartile mean there, and how far the agent remembers.

    `asked`: the entries that were asked for; where a seed of one of them has no result, nothing is said beyond.
    """
    rows = []
    for name, id, swept, mine in _curves(done):
        points = {value: interquartile([[one.final.normalized for one in group]]) for value, group in mine.items()}
        missing = {
            int(entry.parameters[swept])
            for entry in asked
            if (entry.name, entry.id, entry.swept) == (name, id, swept)
            and len(mine.get(int(entry.parameters[swept]), ())) < entry.seeds
        }
        known = {value: estimate.value for value, estimate in points.items() if value < min(missing, default=math.inf)}
        reached = horizon(known)
        longest = "at least " if known and reached == max(known) else ""
        rows += [
            (
                name, id, swept, value, len(mine[value]), estimate.value, estimate,
                ("less" if known else "not known") if reached is None else f"{longest}{reached}",
            )
            for value, estimate in points.items()
        ]  # fmt: skip
    return Table(
        "Memory horizon",
        (
            Column("agent"), Column("problem"), Column("varied"), Column("value"), Column("seeds"),
            Column("normalised, IQM", score), Column("95% interval", interval), Column("horizon"),
        ),
        tuple(rows),
        f"Horizon: the largest value up to which the normalised score is at least {REMEMBERS} all along. {ZERO}",
    )  # fmt: skip


def _curves(done: Sequence[Outcome]) -> list[tuple[str, str, str, dict[int, list[Outcome]]]]:
    """Agent, id, what is varied, and the runs at each value in order."""
    curves = []
    swept = [one for one in done if one.entry.swept and one.entry.swept != LONGER]
    for key in dict.fromkeys((one.entry.name, one.entry.id, one.entry.swept) for one in swept):
        mine: dict[int, list[Outcome]] = {}
        for one in swept:
            if (one.entry.name, one.entry.id, one.entry.swept) == key:
                mine.setdefault(int(one.entry.parameters[one.entry.swept]), []).append(one)
        curves.append((*key, dict(sorted(mine.items()))))
    return curves


def longer_table(done: Sequence[Outcome]) -> Table:
    """A row for each agent and problem and size: learned at one length, examined at others."""
    rows = []
    learned = [one for one in done if one.elsewhere]
    for label in labels_of(learned):
        for name in names_of(of(learned, label=label)):
            mine = of(learned, name=name, label=label)
            rows.append((name, label, "as learned", *_means([one.final.normalized for one in mine])))
            for place, (changes, _) in enumerate(mine[0].elsewhere):
                words = ", ".join(f"{key}={value}" for key, value in changes.items())
                exams = [exam for one in mine if (exam := one.elsewhere[place][1]) is not None]
                rows.append((name, label, words, *_means([exam.normalized for exam in exams])))
    return Table(
        "Learned short, examined long",
        (
            Column("agent"), Column("learned on"), Column("examined at"), Column("normalised, IQM", score),
            Column("95% interval", interval),
        ),
        tuple(rows),
        f"Nothing is learned at the other sizes. No score: the agent's network is made for one size. {ZERO}",
    )  # fmt: skip


def _means(scores: Sequence[float]) -> tuple[float | None, Estimate | None]:
    if not scores:
        return None, None
    estimate = interquartile([scores])
    return estimate.value, estimate
