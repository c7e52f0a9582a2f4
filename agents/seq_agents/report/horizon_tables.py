"""How far an agent remembers: problems over growing lags or lengths, and what was learned on short episodes on longer
ones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from seq_agents.experiments.entry import Entry
from seq_agents.experiments.sweeps import LONGER
from seq_agents.report.outcome import Outcome, labels_of, names_of, of
from seq_agents.report.statistics import Estimate, interquartile
from seq_agents.report.table import Column, Table, interval, score
from seq_agents.report.tables import ZERO

REMEMBERS = 0.95
"""The normalised score from which on an agent is said to remember."""


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
