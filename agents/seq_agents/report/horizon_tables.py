"""Tables of how far agents remember: over growing lags and lengths, and on episodes longer than in training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from seq_agents.experiments.entry import Entry
from seq_agents.experiments.sweeps import LONGER
from seq_agents.report.estimate import Estimate
from seq_agents.report.outcome import Outcome, labels_of, names_of, of, settings_in_words
from seq_agents.report.statistics import interquartile
from seq_agents.report.table import Column, Table, interval, score
from seq_agents.report.tables import ZERO

REMEMBERS = 0.95
"""An agent remembers where its normalised score is at least this."""


def horizon(points: Mapping[int, float]) -> int | None:
    """The largest value such that the score is at least `REMEMBERS` there and at all smaller ones; None if none is."""
    reached = None
    for value in sorted(points):
        if not points[value] >= REMEMBERS:
            break
        reached = value
    return reached


def horizon_table(done: Sequence[Outcome], asked: Sequence[Entry] = ()) -> Table:
    """A row for each agent, sweep and value: the interquartile mean there, and how far the agent remembers.

    Args:
        done: the outcomes.
        asked: the entries of the folder. If one of them lacks a seed, the horizon beyond its value is not known.
    """
    rows = []
    for name, id, swept, mine in _curves(done):
        points = {
            value: interquartile([[outcome.final.normalized for outcome in group]]) for value, group in mine.items()
        }
        missing = {
            value
            for entry in asked
            if (entry.name, entry.id, entry.swept) == (name, id, swept)
            and (value := _swept_value(entry)) is not None
            and len(mine.get(value, ())) < entry.seeds
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
        f"Horizon: the largest value such that the normalised score is at least {REMEMBERS} there and at all smaller "
        f"values. {ZERO} {settings_in_words(done)}",
    )  # fmt: skip


def _curves(done: Sequence[Outcome]) -> list[tuple[str, str, str, dict[int, list[Outcome]]]]:
    """Agent, id, swept parameter, and the outcomes at each value in order."""
    curves: dict[tuple[str, str, str], dict[int, list[Outcome]]] = {}
    for outcome in done:
        entry = outcome.entry
        value = _swept_value(entry)
        if value is not None:
            curve = curves.setdefault((entry.name, entry.id, entry.swept), {})
            curve.setdefault(value, []).append(outcome)
    return [(*key, dict(sorted(curve.items()))) for key, curve in curves.items()]


def _swept_value(entry: Entry) -> int | None:
    """The value of the swept parameter; None for an entry outside sweeps."""
    value = entry.parameters.get(entry.swept)
    return value if entry.swept != LONGER and type(value) is int else None


def longer_table(done: Sequence[Outcome]) -> Table:
    """A row for each agent, problem and size: trained at one length, evaluated at this and at other lengths."""
    rows = []
    learned = [outcome for outcome in done if outcome.elsewhere]
    for label in labels_of(learned):
        for name in names_of(of(learned, label=label)):
            mine = of(learned, name=name, label=label)
            rows.append((name, label, "as learned", *_means([outcome.final.normalized for outcome in mine])))
            for changes, _ in mine[0].elsewhere:
                words = ", ".join(f"{key}={value}" for key, value in changes.items())
                evaluations = [
                    there for outcome in mine for at, there in outcome.elsewhere if at == changes and there is not None
                ]
                rows.append((name, label, words, *_means([there.normalized for there in evaluations])))
    return Table(
        "Evaluated on other settings",
        (
            Column("agent"), Column("learned on"), Column("evaluated at"), Column("normalised, IQM", score),
            Column("95% interval", interval),
        ),
        tuple(rows),
        f"The agent does not learn on the other settings. It has no score where its network has one fixed size. {ZERO}",
    )  # fmt: skip


def _means(scores: Sequence[float]) -> tuple[float | None, Estimate | None]:
    if not scores:
        return None, None
    estimate = interquartile([scores])
    return estimate.value, estimate
