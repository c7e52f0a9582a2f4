"""The tables and sentences of a comparison of two agents in folders of results."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from seq_agents.agents import AGENTS
from seq_agents.experiments.config import determining_settings
from seq_agents.report.comparison import Comparison, Pair, difference_of, improvement_of, p_value_of
from seq_agents.report.estimate import Estimate
from seq_agents.report.outcome import Outcome, labels_of, needs_memory
from seq_agents.report.statistics import (
    COMPARISON_RESAMPLES,
    FEWEST_SEEDS,
    RESAMPLING_SEED,
    beyond_chance,
    narrowness,
    narrowness_in_words,
)
from seq_agents.report.table import Column, Table, count, counted, interval, percent, score

DIFFERENT = "What differs"
_MOST_VALUES = 3
"""A cell of the table of settings names at most this many values."""


def verdict(comparison: Comparison) -> str:
    """What the scores show, in sentences: the difference, whether it is more than chance, and how often B is better."""
    problems = comparison.counted()
    pairs = [pair for group in problems for pair in group]
    if not pairs:
        return "The problems that both have give no normalised score."
    over = f"over {counted(len(pairs), 'pair of runs', 'pairs of runs')} on {counted(len(problems), 'problem')}"
    if all(pair.difference == 0.0 for pair in pairs):
        return f"A and B have the same score in every pair, {over}."
    difference, improved = difference_of(problems), improvement_of(problems)
    first, second = _names(comparison)
    if score(difference.value) == score(0.0):
        sentence = f"{first} and {second} have the same mean score to 4 decimals, {over}"
    else:
        higher = "higher" if difference.value > 0 else "lower"
        sentence = f"{second} scores {score(abs(difference.value))} {higher} than {first} on average, {over}"
    if not difference.has_interval:
        return f"{sentence}. {interval(difference)}, so this may be chance. {_improved(improved)}{_caveats(pairs)}"
    bounds = f"(95% interval of B - A: {interval(difference)})"
    return f"{sentence} {bounds}: {_shown(difference, problems)}. {_improved(improved)}{_caveats(pairs)}"


def _shown(difference: Estimate, problems: Sequence[Sequence[Pair]]) -> str:
    """Whether a difference with an interval is more than chance, in words."""
    if difference.low <= 0.0 <= difference.high:
        return "the interval includes 0, so these seeds show no difference"
    chance = p_value_of(problems)
    if beyond_chance(difference, chance):
        return f"more than chance between seeds explains (p = {chance:.2g})"
    return f"this may be chance between seeds (p = {chance:.2g})"


def _names(comparison: Comparison) -> tuple[str, str]:
    if comparison.first == comparison.second:
        return "A", "B"
    return f"{comparison.first} (A)", f"{comparison.second} (B)"


def _caveats(pairs: Sequence[Pair]) -> str:
    """What may explain a difference although it is no property of the agents."""
    caveats = ""
    if any(pair.first.entry.standard != pair.second.entry.standard for pair in pairs):
        caveats += " One has standard settings and the other tuned ones, which may explain the difference."
    versions = [{pair[side].versions.get("seq-envs") for pair in pairs} for side in (0, 1)]
    if versions[0] != versions[1]:
        caveats += " They were made with different versions of seq-envs, which may explain the difference."
    return caveats


def _improved(improved: Estimate) -> str:
    bounds = f" (95% interval: {percent(improved.low)} to {percent(improved.high)})" if improved.has_interval else ""
    return f"A run of B scores higher than a run of A with probability {percent(improved.value)}{bounds}."


def scores_table(comparison: Comparison) -> Table:
    """A row for each problem, and one for all that need memory: both scores, and their difference."""
    rows = [_row(_named(label, pairs), [pairs]) for label, pairs in comparison.by_problem().items()]
    problems = comparison.counted()
    if len(problems) > 1:
        memory = needs_memory(problems[0][0].first)
        rows.append(_row("all that need memory" if memory else "all", problems))
    return Table(
        f"A: {comparison.first}; B: {comparison.second}",
        (Column("problem"), *_SCORES),
        tuple(rows),
        _note([problems]),
    )  # fmt: skip


def summary_table(comparisons: Sequence[Comparison]) -> Table:
    """A row for each agent that two folders share, over all of its problems that count."""
    rows = [
        _row(comparison.first, problems) for comparison in comparisons if (problems := comparison.counted())
    ]  # fmt: skip
    return Table(
        "",
        (Column("agent"), *_SCORES),
        tuple(rows),
        _note([comparison.counted() for comparison in comparisons]),
    )  # fmt: skip


def _share(value: float) -> str:
    return "undefined" if math.isnan(value) else percent(value)


_SCORES = (
    Column("seeds"), Column("A", score), Column("B", score), Column("B - A", score), Column("95% interval", interval),
    Column("P(B > A)", _share),
)  # fmt: skip
"""The columns of `_row` after the name."""


def _row(name: str, problems: Sequence[Sequence[Pair]]) -> tuple[Any, ...]:
    difference = difference_of(problems)
    firsts, seconds = (
        statistics.fmean(statistics.fmean(pair[side].final.normalized for pair in pairs) for pairs in problems)
        for side in (0, 1)
    )
    return name, difference.seeds, firsts, seconds, difference.value, difference, improvement_of(problems).value


def _named(label: str, pairs: Sequence[Pair]) -> str:
    return label if needs_memory(pairs[0].first) else f"{label} (control)"


def _note(comparisons: Sequence[Sequence[Sequence[Pair]]]) -> str:
    """The note of a table of scores.

    Args:
        comparisons: the pairs of each problem, of each row over several problems.
    """
    sizes = [[len(pairs) for pairs in problems] for problems in comparisons]
    with_interval = [seeds for seeds in sizes if min(seeds, default=0) >= FEWEST_SEEDS]
    narrow = narrowness_in_words(max(with_interval, key=narrowness, default=[]))
    return (
        "Mean normalised scores over the seeds that both have; over several problems, each counts the same. Seeds: of "
        "the problem with the fewest. P(B > A): the probability that a run of B scores higher than a run of A, where "
        "equal scores count one half (Agarwal et al. 2021, section 4.3).\n"
        f"Intervals: bootstrap, {COMPARISON_RESAMPLES:,} draws with seed {RESAMPLING_SEED} within each problem; pairs "
        "of runs with the same seed are drawn for B - A, and the runs of A and B independently for P(B > A). "
        "p: of a sign-flip test, which needs at least 6 pairs to reach 5%. "
        f"{narrow}"
    ).rstrip()


def unmatched_table(comparisons: Sequence[Comparison]) -> Table:
    """The cells that only one side has: a row for each problem of each comparison."""
    rows = []
    for comparison in comparisons:
        sides = (comparison.only_first, comparison.only_second)
        for label in labels_of(outcome for side in sides for outcome in side):
            seeds = (_seeds(outcome.seed for outcome in side if outcome.entry.label == label) for side in sides)
            rows.append((comparison.first, label, *seeds))
    columns = (Column("agent"), Column("problem"), Column("seeds only in A"), Column("seeds only in B"))
    table = Table("Left out, since only one has them", columns, tuple(rows))
    return table if len(comparisons) > 1 else table.only([column.heading for column in columns[1:]], table.note)


def _seeds(seeds: Iterable[int]) -> str | None:
    numbers = sorted(seeds)
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]} to {numbers[-1]}"
    return ", ".join(map(str, numbers)) or None


def differences_table(comparisons: Sequence[Comparison]) -> Table:
    """What differs between the runs of A and those of B: a row for each fact that differs in a pair.

    The medians of what runs used come last, whether they differ or not.
    """
    pairs = [pair for comparison in comparisons for pair in comparison.pairs]
    facts = [(_facts(pair.first), _facts(pair.second)) for pair in pairs]
    names = dict.fromkeys(name for both in facts for side in both for name in side)
    rows = [
        (name, *(_values(side.get(name, "") for side in sides) for sides in zip(*facts, strict=True)))
        for name in names
        if any(first.get(name) != second.get(name) for first, second in facts)
    ]
    for name, measure in _MEASURED.items():
        middles = [_median(measure(pair[side]) for pair in pairs) for side in (0, 1)]
        if middles != [None, None]:
            rows.append((name, *middles))
    return Table(DIFFERENT, (Column("what"), Column("A"), Column("B")), tuple(rows))


def _facts(outcome: Outcome) -> Mapping[str, str]:
    entry = outcome.entry
    menu = AGENTS.get(entry.agent)
    versions = {f"version of {name}": value for name, value in outcome.versions.items() if name != "machine"}
    return {
        "agent": entry.agent,
        **({"rule": menu.rule, "core": menu.core or "none"} if menu else {}),
        "settings": "standard" if entry.standard else "tuned",
        **{name: str(value) for name, value in determining_settings(entry.agent, entry.settings).items()},
        "stops when solved": "yes" if entry.stop_when_solved else "no",
        "seeds": str(entry.seeds),
        "episodes of the evaluation": f"{entry.episodes:,}",
        **versions,
        "processor": " ".join(filter(None, [outcome.hardware.get("cpu", ""), outcome.versions.get("machine", "")])),
    }


_MEASURED: Mapping[str, Callable[[Outcome], float | None]] = {
    "time steps learned from, median": lambda outcome: outcome.steps,
    "weights, median": lambda outcome: outcome.weights,
    "seconds of training, median": lambda outcome: outcome.seconds,
}
"""What runs used, which is measured and no setting."""


def _median(values: Iterable[float | None]) -> str | None:
    known = [value for value in values if value is not None]
    return count(statistics.median(known)) if known else None


def _values(texts: Iterable[str]) -> str | None:
    distinct = list(dict.fromkeys(filter(None, texts)))
    if len(distinct) > _MOST_VALUES:
        return f"{len(distinct)} values, by problem"
    return " or ".join(distinct) or None
