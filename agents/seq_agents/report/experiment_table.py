"""The table of single experiments, with what their sources report."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import numpy as np

from seq_agents.report.outcome import Outcome, names_of, of
from seq_agents.report.statistics import middle
from seq_agents.report.table import Column, Table, count, score
from seq_agents.report.tables import ZERO


def experiment_table(done: Sequence[Outcome]) -> Table:
    """A row for each single experiment: the lowest and the median seed, and what was reported."""
    experiments = [outcome for outcome in done if outcome.entry.is_experiment]
    rows = []
    for name in names_of(experiments):
        outcomes = of(experiments, name=name)
        normalized = [outcome.final.normalized for outcome in outcomes]
        exact = [outcome.final.exact_match for outcome in outcomes]
        stops_early = outcomes[0].entry.until is not None
        solved = sum(outcome.solved_after is not None for outcome in outcomes)
        rows.append((
            name, len(outcomes), float(np.min(normalized)), statistics.median(normalized), min(exact),
            statistics.median(exact),
            middle([outcome.solved_after if stops_early else outcome.episodes for outcome in outcomes]),
            f"{solved} of {len(outcomes)}" if stops_early else None, _further(outcomes),
            outcomes[0].entry.reported,
        ))  # fmt: skip
    return Table(
        "Experiments and what was reported",
        (
            Column("experiment"), Column("seeds"), Column("normalised: lowest", score),
            Column("normalised: median", score), Column("exact: lowest", score), Column("exact: median", score),
            Column("episodes learned from", count), Column("solved"), Column("right up to"), Column("reported"),
        ),
        tuple(rows),
        f"Lowest and median over seeds. {ZERO} Exact: the share of episodes without a mistake. Episodes learned from: "
        "the median over seeds. Where the column `solved` is filled, a training stops at the first check in which the "
        "agent makes no more mistakes than its source allows; a seed without such a check counts as more episodes than "
        "any. Right up to: the last value of a growing parameter before the first mistake; lowest, median and highest "
        "over seeds.",
    )  # fmt: skip


def _further(outcomes: Sequence[Outcome]) -> str | None:
    """How far the agents of an experiment are right without a gap; None where that was not looked for."""
    reached = sorted(outcome.further for outcome in outcomes if outcome.further is not None)
    further = outcomes[0].entry.further
    if not reached or further is None:
        return None
    return f"{further.parameter} {reached[0]}, {statistics.median_low(reached)}, {reached[-1]}"
