"""The figures of a benchmark as tables: plain data, which a terminal, Markdown, CSV and HTML show each in its way."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from seq_agents.experiments.results_folder import Folder
from seq_agents.report.outcome import Outcome, labels_of, names_of, needs_memory, of
from seq_agents.report.statistics import IN_A_ROW, interquartile, middle
from seq_agents.report.table import Column, Table, count, duration, interval, percent, ratio, score

ZERO = "Normalised: 0 is the best player without memory (chance for a control task), 1 is optimal."
SOLVED = (
    "Solved: the first of three evaluations in a row with 99% of episodes without a mistake, of 500 fresh ones each."
)
_BY_REWARD = ("recurrent-ppo", "recurrent-ppo-stock", "reinforce")
_BY_EXAMPLE = "lstm"
LEVELS = ("chance", "memoryless", "optimal")


def leaderboard(done: Sequence[Outcome]) -> Table:
    """A row for each agent, over all problems that need memory."""
    done = [one for one in done if needs_memory(one) and not math.isnan(one.final.normalized)]
    rows = []
    for name in names_of(done):
        mine = of(done, name=name)
        strata = [of(mine, label=label) for label in labels_of(mine)]
        normalized = interquartile([[one.final.normalized for one in stratum] for stratum in strata])
        exact = interquartile([[one.final.exact_match for one in stratum] for stratum in strata])
        rows.append((
            name, len(strata), len(mine), normalized.value, normalized,
            statistics.fmean(one.final.normalized for one in mine), exact.value, *_solving(mine),
            interquartile([[one.area for one in stratum] for stratum in strata]).value,
        ))  # fmt: skip
    rows.sort(key=lambda row: (-row[1], -row[3]))  # A mean over fewer problems is not to be compared.
    return Table(
        "Leaderboard",
        (
            Column("agent"), Column("problems"), Column("runs"), Column("normalised, IQM", score),
            Column("95% interval", interval), Column("normalised, mean", score), Column("exact, IQM", score),
            Column("solved", percent), Column("steps to solve", count), Column("seconds to solve", duration),
            Column("area, IQM", score),
        ),
        tuple(rows),
        "Over the problems that need memory; agents on fewer of them, whose means are not comparable, come last. IQM: "
        "the interquartile mean over all runs, with a stratified bootstrap over seeds for its 95% interval; it leaves "
        f"out the easiest and the hardest quarter, which the mean has. {ZERO} {SOLVED} Steps and seconds to solve are "
        "medians over runs, where an unsolved run counts as longer than any; seconds depend on what else the machine "
        "did. Area: the mean normalised score over a training, which is as long as the agent's settings say.",
    )  # fmt: skip


def matrix(done: Sequence[Outcome]) -> Table:
    """A row for each problem, a column for each agent: the interquartile mean of the normalised score."""
    names = names_of(done)
    rows = []
    for label in labels_of(done):
        here = [of(done, name=name, label=label) for name in names]
        control = not all(needs_memory(one) for group in here for one in group)
        means = [interquartile([[one.final.normalized for one in group]]).value if group else None for group in here]
        rows.append((f"{label} (control)" if control else label, *means))
    return Table(
        "Normalised score by problem",
        (Column("problem"), *(Column(name, score) for name in names)),
        tuple(rows),
        f"Interquartile means over seeds; of fewer than four seeds, means. {ZERO}",
    )


def on_problem(done: Sequence[Outcome], label: str) -> Table:
    """A row for each agent on one problem, then what chance, memoryless and optimal are."""
    here = of(done, label=label)
    rows: list[tuple[Any, ...]] = []
    for name in names_of(here):
        mine = of(here, name=name)
        normalized = interquartile([[one.final.normalized for one in mine]])
        rows.append((
            name, len(mine), normalized.value, normalized, min(one.final.normalized for one in mine),
            interquartile([[one.final.accuracy for one in mine]]).value,
            interquartile([[one.final.exact_match for one in mine]]).value,
            middle([one.steps for one in mine]), *_solving(mine), interquartile([[one.area for one in mine]]).value,
        ))  # fmt: skip
    rows.sort(key=lambda row: -row[2])
    levels = here[0].final.levels
    for name in LEVELS:
        level = getattr(levels, name)
        at = levels.normalize(level.accuracy)
        rows.append((name, None, at, None, None, level.accuracy, level.exact_match, *[None] * 5))
    return Table(
        label,
        (
            Column("agent"), Column("seeds"), Column("normalised, IQM", score), Column("95% interval", interval),
            Column("lowest", score), Column("accuracy, IQM", score), Column("exact, IQM", score),
            Column("steps learned from", count), Column("solved", percent), Column("steps to solve", count),
            Column("seconds to solve", duration), Column("area, IQM", score),
        ),
        tuple(rows),
        here[0].problem,
    )  # fmt: skip


def rewards_against_examples(done: Sequence[Outcome]) -> Table:
    """What learning from rewards costs in steps, beside learning the same from right answers."""
    rows = []
    for label in labels_of(done):
        here = of(done, label=label)
        shown = [one for one in of(here, name=_BY_EXAMPLE) if one.entry.agent == _BY_EXAMPLE]
        for name in names_of(one for one in here if one.entry.agent in _BY_REWARD):
            rewarded = of(here, name=name)
            if not shown:
                continue
            needed, by_example = (
                middle([None if one.solved is None else one.solved.steps for one in group])
                for group in (rewarded, shown)
            )
            answers = rewarded[0].answers
            times = needed / by_example if math.isfinite(by_example) else None
            rows.append((
                label, name, needed, by_example, times, answers,
                times / answers if times is not None and answers else None,
            ))  # fmt: skip
    return Table(
        "Learning from rewards against learning from right answers",
        (
            Column("problem"), Column("agent"), Column("its steps to solve", count), Column("lstm's steps", count),
            Column("ratio", ratio), Column("answers K", count), Column("ratio / K", ratio),
        ),
        tuple(rows),
        "Medians over seeds. Being told only whether one of K answers is right costs between K and K ln K times the "
        "examples at the start, so a ratio / K of 1 is what the lack of information alone would cost. The settings of "
        "the two are tuned apart, and for the final score: a ratio / K below 1 does not say that rewards tell more. "
        f"{SOLVED}",
    )  # fmt: skip


def _solving(mine: Sequence[Outcome]) -> tuple[float | None, float | None, float | None]:
    """The share of runs that solved their problem, the median steps and seconds; None where no curve can tell."""
    if all(len(one.curve) < IN_A_ROW for one in mine):
        return None, None, None
    solved = [one.solved for one in mine]
    return (
        sum(one is not None for one in solved) / len(mine),
        middle([None if one is None else one.steps for one in solved]),
        middle([None if one is None else one.seconds for one in solved]),
    )


def every_run(done: Sequence[Outcome]) -> Table:
    """A row for each run: what CSV has."""
    rows = tuple(
        (
            one.entry.name, one.entry.agent, one.entry.id,
            " ".join(f"{name}={value}" for name, value in one.entry.parameters.items()), one.seed,
            one.final.normalized, one.final.accuracy, one.final.exact_match, one.steps, one.seconds,
            None if one.solved is None else one.solved.steps, None if one.solved is None else one.solved.seconds,
            one.area, *(getattr(one.final.levels, level).accuracy for level in LEVELS),
        )
        for one in done
    )  # fmt: skip
    headings = (
        "name", "agent", "id", "parameters", "seed", "normalized_score", "accuracy", "exact_match", "steps", "seconds",
        "solved_steps", "solved_seconds", "area", *LEVELS,
    )  # fmt: skip
    return Table("Every run", tuple(Column(heading) for heading in headings), rows)


def missing(folder: Folder) -> Table:
    """The cells that are asked for and have no result, and why as far as it is known."""
    rows = []
    for cell in folder.cells():
        if folder.result(cell) is None:
            why = folder.why_failed(cell)
            if why is None:
                why = "its file is broken" if folder.broken(cell) else "not run yet"
            rows.append((cell.entry.name, cell.entry.label, cell.seed, why))
    columns = (Column("agent"), Column("problem"), Column("seed"), Column("why"))
    return Table("Missing", columns, tuple(rows), "The same command runs them, and only them.")


def settings_of(done: Sequence[Outcome]) -> Mapping[tuple[str, str], str]:
    """The settings of each agent on each problem, in words."""
    return {
        (one.entry.name, one.entry.label): ", ".join(f"{name}={value}" for name, value in one.entry.settings.items())
        for one in done
    }
