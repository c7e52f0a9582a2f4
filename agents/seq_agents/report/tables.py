"""The tables of a benchmark as plain data, for a terminal, Markdown, CSV and HTML."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from seq_agents.experiments.cell import CURVE_EPISODES
from seq_agents.experiments.results_folder import Folder
from seq_agents.experiments.solved import IN_A_ROW, SOLVED_EXACT_MATCH, SOLVED_SCORE
from seq_agents.report.compared_agents import learns_from_rewards, name_learning_from_examples
from seq_agents.report.outcome import Outcome, labels_of, names_of, needs_memory, of, settings_in_words
from seq_agents.report.statistics import FEWEST_SEEDS, interquartile, middle
from seq_agents.report.table import Column, Table, count, duration, interval, percent, ratio, score
from seq_envs.level import LEVELS

ZERO = "Normalised: 0 is the best memoryless policy (chance for a control task), 1 is the optimal policy."
SOLVED = (
    f"Solved: the first of three consecutive evaluations with at least {SOLVED_EXACT_MATCH:.0%} of the episodes "
    f"without a mistake, or with a normalised score of {SOLVED_SCORE} where not even the optimal policy is always "
    f"right; each has {CURVE_EPISODES} episodes that are not learned from."
)


def leaderboard(done: Sequence[Outcome]) -> Table:
    """A row for each agent, over all problems that need memory."""
    done = [outcome for outcome in done if needs_memory(outcome) and not math.isnan(outcome.final.normalized)]
    rows = []
    for name in names_of(done):
        mine = of(done, name=name)
        strata = [of(mine, label=label) for label in labels_of(mine)]
        normalized = interquartile([[outcome.final.normalized for outcome in stratum] for stratum in strata])
        exact = interquartile([[outcome.final.exact_match for outcome in stratum] for stratum in strata])
        rows.append((
            name, len(strata), len(mine), normalized.value, normalized,
            statistics.fmean(outcome.final.normalized for outcome in mine), exact.value, *_solving(mine),
            _area(strata), *_size_and_speed(mine),
        ))  # fmt: skip
    rows.sort(key=lambda row: (-row[1], -row[3]))  # Means over fewer problems are not comparable: they come last.
    return Table(
        "Leaderboard",
        (
            Column("agent"), Column("problems"), Column("runs"), Column("normalised, IQM", score),
            Column("95% interval", interval), Column("normalised, mean", score), Column("exact, IQM", score),
            Column("solved", percent), Column("steps to solve", count), Column("seconds to solve", duration),
            Column("area, IQM", score), Column("weights", count), Column("steps/s", count),
        ),
        tuple(rows),
        f"{settings_in_words(done)} "
        "Over the problems that need memory; agents on fewer of them come last, because their means are not "
        "comparable. IQM: the interquartile mean over all runs, which leaves out the easiest and the hardest quarter; "
        f"its 95% interval is a stratified bootstrap over seeds, from {FEWEST_SEEDS} seeds of each problem on. {ZERO} "
        f"{SOLVED} Steps and seconds to solve are medians over runs, where an unsolved run counts as longer than any; "
        "seconds depend on the load of the machine. Area: the mean normalised score over a training, whose length is "
        "a setting of the agent. Weights of the network and steps learned from in a second: medians over runs.",
    ).without_empty("weights")  # fmt: skip


def matrix(done: Sequence[Outcome]) -> Table:
    """A row for each problem, a column for each agent: the interquartile mean of the normalised score."""
    names = names_of(done)
    rows = []
    for label in labels_of(done):
        by_name = [of(done, name=name, label=label) for name in names]
        control = not all(needs_memory(outcome) for group in by_name for outcome in group)
        means = [
            interquartile([[outcome.final.normalized for outcome in group]]).value if group else None
            for group in by_name
        ]
        rows.append((f"{label} (control)" if control else label, *means))
    return Table(
        "Normalised score by problem",
        (Column("problem"), *(Column(name, score) for name in names)),
        tuple(rows),
        f"Interquartile means over seeds; means where there are fewer than four seeds. {ZERO} "
        f"{settings_in_words(done)}",
    )


def on_problem(done: Sequence[Outcome], label: str) -> Table:
    """A row for each agent on one problem, and below them the levels of the problem."""
    here = of(done, label=label)
    rows: list[tuple[Any, ...]] = []
    for name in names_of(here):
        mine = of(here, name=name)
        normalized = interquartile([[outcome.final.normalized for outcome in mine]])
        rows.append((
            name, len(mine), normalized.value, normalized, min(outcome.final.normalized for outcome in mine),
            interquartile([[outcome.final.accuracy for outcome in mine]]).value,
            interquartile([[outcome.final.exact_match for outcome in mine]]).value,
            middle([outcome.steps for outcome in mine]), *_solving(mine),
            _area([mine]), *_size_and_speed(mine),
        ))  # fmt: skip
    rows.sort(key=lambda row: -row[2])
    levels = here[0].final.levels
    for name in LEVELS:
        level = getattr(levels, name)
        normalized_level = levels.normalize(level.accuracy)
        rows.append((name, None, normalized_level, None, None, level.accuracy, level.exact_match, *[None] * 7))
    return Table(
        label,
        (
            Column("agent"), Column("seeds"), Column("normalised, IQM", score), Column("95% interval", interval),
            Column("lowest", score), Column("accuracy, IQM", score), Column("exact, IQM", score),
            Column("steps learned from", count), Column("solved", percent), Column("steps to solve", count),
            Column("seconds to solve", duration), Column("area, IQM", score), Column("weights", count),
            Column("steps/s", count),
        ),
        tuple(rows),
        f"{here[0].problem}.\n{settings_in_words(here)}",
    ).without_empty("weights")  # fmt: skip


def rewards_against_examples(done: Sequence[Outcome]) -> Table:
    """The steps to solve each problem, for agents that learn from rewards and for one that learns from examples."""
    examples = name_learning_from_examples(done)
    rows = []
    for label in labels_of(done) if examples is not None else ():
        here = of(done, label=label)
        by_example = of(here, name=examples)
        for name in names_of(outcome for outcome in here if learns_from_rewards(outcome.entry.agent)):
            by_reward = of(here, name=name)
            if not by_example:
                continue
            steps, steps_by_example = (
                middle([None if outcome.solved is None else outcome.solved.steps for outcome in group])
                for group in (by_reward, by_example)
            )
            answers = by_reward[0].answers
            finite = math.isfinite(steps_by_example) and steps_by_example > 0
            times = steps / steps_by_example if finite else None
            rows.append((
                label, name, steps, steps_by_example, times, answers,
                times / answers if times is not None and answers else None,
            ))  # fmt: skip
    return Table(
        "Learning from rewards against learning from right answers",
        (
            Column("problem"), Column("agent"), Column("its steps to solve", count),
            Column(f"{examples}'s steps", count), Column("ratio", ratio), Column("answers K", count),
            Column("ratio / K", ratio),
        ),
        tuple(rows),
        "Medians over seeds. A reward says only whether one of K answers is right, which costs between K and K ln K "
        "times the examples at the start; so the lack of information alone explains a ratio / K of about 1. The "
        "settings of the two are tuned separately, and for the final score: a ratio / K below 1 does not mean that "
        f"rewards carry more information. {SOLVED}",
    )  # fmt: skip


def _area(strata: Sequence[Sequence[Outcome]]) -> float | None:
    """The interquartile mean of the areas under learning curves, problem by problem; None if no run has a curve."""
    areas = [[outcome.area for outcome in stratum if outcome.area is not None] for stratum in strata]
    areas = [stratum for stratum in areas if stratum]
    return interquartile(areas).value if areas else None


def _size_and_speed(mine: Sequence[Outcome]) -> tuple[float | None, float | None]:
    """The medians of the number of weights and of the steps learned from in a second, where they are known."""
    return _median([outcome.weights for outcome in mine]), _median([outcome.speed for outcome in mine])


def _median(values: Sequence[float | None]) -> float | None:
    """The median of the known values; None if there are none."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def _solving(mine: Sequence[Outcome]) -> tuple[float | None, float | None, float | None]:
    """The share of solved runs, the median steps and seconds; None if every run has too few evaluations."""
    if all(len(outcome.curve) < IN_A_ROW and outcome.entry.until is None for outcome in mine):
        return None, None, None
    solved = [outcome.solved for outcome in mine]
    return (
        sum(point is not None for point in solved) / len(mine),
        middle([None if point is None else point.steps for point in solved]),
        middle([None if point is None else point.seconds for point in solved]),
    )


def every_run(done: Sequence[Outcome]) -> Table:
    """A row for each run, for CSV; its settings, versions and hardware are JSON."""
    rows = tuple(
        (
            outcome.entry.name, outcome.entry.agent, outcome.entry.id,
            " ".join(f"{name}={value}" for name, value in outcome.entry.parameters.items()), outcome.seed,
            outcome.final.normalized, outcome.final.accuracy, outcome.final.exact_match, outcome.steps,
            outcome.seconds, None if outcome.solved is None else outcome.solved.steps,
            None if outcome.solved is None else outcome.solved.seconds, outcome.area,
            *(getattr(outcome.final.levels, level).accuracy for level in LEVELS), outcome.weights,
            "standard" if outcome.entry.standard else "tuned", json.dumps(dict(outcome.entry.settings), sort_keys=True),
            outcome.date, json.dumps(dict(outcome.versions), sort_keys=True),
            json.dumps(dict(outcome.hardware), sort_keys=True),
        )
        for outcome in done
    )  # fmt: skip
    headings = (
        "name", "agent", "id", "parameters", "seed", "normalized_score", "accuracy", "exact_match", "steps", "seconds",
        "solved_steps", "solved_seconds", "area", *LEVELS, "weights", "settings",
        "agent_settings", "date", "versions", "hardware",
    )  # fmt: skip
    return Table("Every run", tuple(Column(heading) for heading in headings), rows)


def missing(folder: Folder) -> Table:
    """The cells without a result, and the reason if it is known."""
    rows = []
    for cell in folder.cells():
        if folder.result(cell) is None:
            why = folder.why_failed(cell)
            if why is None:
                why = "its file is broken" if folder.broken(cell) else "not run yet"
            rows.append((cell.entry.name, cell.entry.label, cell.seed, why))
    columns = (Column("agent"), Column("problem"), Column("seed"), Column("why"))
    return Table("Missing", columns, tuple(rows), "The command that made the folder runs them, and only them.")


def settings_of(done: Sequence[Outcome]) -> Mapping[tuple[str, str], str]:
    """The settings of each agent on each problem, in words."""
    return {
        (outcome.entry.name, outcome.entry.label): ", ".join(
            f"{name}={value}" for name, value in outcome.entry.settings.items()
        )
        for outcome in done
    }
