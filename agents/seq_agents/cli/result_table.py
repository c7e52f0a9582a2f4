"""Tables of the levels of a problem and of evaluations on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import seq_envs
from seq_agents.report.table import Column, Table
from seq_envs.level import LEVELS, share

_SQUARED = "squared error"
"""The heading of the mean squared error, which only real answers have."""
_MILLION = "errors per million"
"""The heading of what some problems are reported by."""


class Result(NamedTuple):
    """The evaluation of a trained agent."""

    evaluation: seq_envs.Evaluation
    seconds: float
    """Seconds of training; 0.0 if unknown."""


def result_table(problem: seq_envs.Problem, results: Mapping[str, Result], explanation: str = "") -> Table:
    """The results by agent, and the levels of the problem below them.

    Args:
        problem: the problem that was learned.
        results: by the name of the agent.
        explanation: more lines for the note.
    """
    levels = seq_envs.levels(problem)
    zero = "chance (a control task: no memory is needed)" if levels.control else "the best memoryless policy"
    rows = []
    for name, (evaluation, seconds) in results.items():
        low, high = evaluation.accuracy_interval
        squared = evaluation.mean_squared_error
        rows.append((
            name, f"{evaluation.accuracy:.4f}", f"{low:.4f}-{high:.4f}", f"{evaluation.exact_match:.4f}",
            f"{evaluation.normalized_score:z.4f}", None if squared is None else f"{squared:.2g}",
            _errors(problem, evaluation.accuracy),
            f"{seconds:.1f}" if seconds else "",
        ))  # fmt: skip
    for name in LEVELS:
        level = getattr(levels, name)
        error = f"± {1.96 * level.accuracy_error:.4f}" if level.accuracy_error else ""
        normalized = levels.normalize(level.accuracy)
        rows.append((name, f"{level.accuracy:.4f}", error, share(level.exact_match), f"{normalized:z.4f}", None,
                     _errors(problem, level.accuracy), ""))  # fmt: skip
    headings = ("policy", "accuracy", "95% interval", "exact match", "normalised", _SQUARED, _MILLION, "seconds")
    note = (
        f"Normalised: 0 is {zero}, 1 is the optimal policy.\nExact match: the share of episodes without a mistake.\n"
        "A level without an interval is computed, not estimated."
    )
    table = Table(str(problem), tuple(map(Column, headings)), tuple(rows), f"{note}\n{explanation}".rstrip())
    return table.without_empty(_SQUARED).without_empty(_MILLION)


def _errors(problem: seq_envs.Problem, accuracy: float) -> str | None:
    """The wrong answers per million, where the literature reports them."""
    return f"{(1 - accuracy) * 1e6:,.0f}" if problem.counts_errors else None


def level_table(problem: seq_envs.Problem) -> Table:
    """The levels of a problem: what chance, the best memoryless policy and the optimal policy score."""
    levels = seq_envs.levels(problem)
    rows = []
    for name in LEVELS:
        level = getattr(levels, name)
        accuracy = _estimate(f"{level.accuracy:.4f}", level.accuracy_error)
        rows.append((name, accuracy, _estimate(share(level.exact_match), level.exact_match_error)))
    note = "This is a control task: it needs no memory, and chance is the zero of a normalised score."
    headings = ("level", "accuracy", "exact match")
    return Table("", tuple(map(Column, headings)), tuple(rows), note if levels.control else "")


def _estimate(figure: str, error: float) -> str:
    """A figure, with half the width of its 95% interval if it is estimated."""
    return f"{figure} ± {1.96 * error:.4f}" if error else figure
