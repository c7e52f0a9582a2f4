"""Tables of a search over settings: the score of each trial, how many settings solve, and what the search cost."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from pathlib import Path

from seq_agents.experiments.search import rank, trials_folder
from seq_agents.experiments.solved import SOLVED_EXACT_MATCH, solves
from seq_agents.report.outcome import Outcome, labels_of, names_of, of, outcomes
from seq_agents.report.table import Column, Table, count, duration, percent, score
from seq_agents.report.tables import ZERO


def trial_outcomes(path: Path) -> list[Outcome]:
    """The outcomes of the trials within a folder of results; empty if there was no search."""
    folder = trials_folder(path)
    return [] if folder is None else outcomes(folder)


def search_cost(done: Sequence[Outcome]) -> Table:
    """A row for each agent and problem: how many of the settings solve, the best ones, and what the search cost."""
    rows = []
    for label in labels_of(done):
        for name in names_of(of(done, label=label)):
            trials = _by_trial(of(done, name=name, label=label))
            means = {trial: _mean(runs) for trial, runs in trials.items()}
            best = max(means, key=lambda trial: _rank(trials[trial]))
            every = [run for runs in trials.values() for run in runs]
            solved = sum(
                _complete(runs)
                and all(solves(run.final.accuracy, run.final.exact_match, run.final.levels) for run in runs)
                for runs in trials.values()
            )
            rows.append((
                label, name, len(trials), solved / len(trials), best, means[best], sum(run.steps for run in every),
                sum(run.seconds for run in every),
            ))  # fmt: skip
    return Table(
        "Search over settings",
        (
            Column("problem"), Column("agent"), Column("trials"), Column("solve", percent), Column("best settings"),
            Column("their score", score), Column("steps of all trials", count),
            Column("seconds of all trials", duration),
        ),
        tuple(rows),
        "Each agent tries the same settings on each problem, with seeds and episodes that no other table uses. The "
        "runs of the other tables have the best settings. Solve: the share of settings with at least "
        f"{SOLVED_EXACT_MATCH:.0%} of the episodes without a mistake in every seed. {ZERO}",
    )  # fmt: skip


def trials_over_problems(done: Sequence[Outcome]) -> Table:
    """A row for each agent and each of its settings: how it does on all problems that the search has for it."""
    rows = []
    for name in names_of(done):
        mine = of(done, name=name)
        problems = labels_of(mine)
        for trial, runs in _by_trial(mine).items():
            by_problem = [of(runs, label=label) for label in problems]
            means = [_mean(those) for those in by_problem if those and _complete(those)]
            if len(means) == len(problems) > 1 and not any(map(math.isnan, means)):
                rows.append((name, trial, len(means), statistics.fmean(means), min(means)))
    return Table(
        "Settings over all problems of the search",
        (
            Column("agent"), Column("settings"), Column("problems"), Column("normalised, mean", score),
            Column("lowest of a problem", score),
        ),
        tuple(rows),
        f"For choosing one setting for all problems. A setting that failed on one of them has no row. {ZERO}",
    )  # fmt: skip


def trial_scores(done: Sequence[Outcome]) -> Table:
    """A row for each trial: its mean score and the mean share of episodes without a mistake."""
    rows = []
    for label in labels_of(done):
        for name in names_of(of(done, label=label)):
            for trial, runs in _by_trial(of(done, name=name, label=label)).items():
                exact = statistics.fmean(run.final.exact_match for run in runs)
                rows.append((label, name, trial, len(runs), _mean(runs), exact))
    return Table(
        "Trials of the search",
        (
            Column("problem"), Column("agent"), Column("settings"), Column("seeds"), Column("normalised, mean", score),
            Column("exact, mean", score),
        ),
        tuple(rows),
        ZERO,
    )  # fmt: skip


def _by_trial(done: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    return {
        trial: [outcome for outcome in done if outcome.entry.trial == trial]
        for trial in dict.fromkeys(outcome.entry.trial for outcome in done)
    }


def _mean(runs: Sequence[Outcome]) -> float:
    return statistics.fmean(run.final.normalized for run in runs)


def _complete(runs: Sequence[Outcome]) -> bool:
    """Whether a trial has a result of every seed: those that failed have none."""
    return len(runs) == runs[0].entry.seeds


def _rank(runs: Sequence[Outcome]) -> float:
    """What a trial is chosen by."""
    return rank([(run.final.normalized, run.final.accuracy) for run in runs], runs[0].entry.seeds)
