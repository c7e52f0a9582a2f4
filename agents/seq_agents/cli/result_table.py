"""Results as a table for the terminal, with what a score means beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rich import box
from rich.table import Table

import seq_envs


class Result(NamedTuple):
    """What a learner got."""

    evaluation: seq_envs.Evaluation
    seconds: float
    """Of training."""


def table_of(problem: seq_envs.Problem, results: Mapping[str, Result], explanation: str = "") -> Table:
    """The results by player with the levels beside them, at most 80 characters wide."""
    levels = seq_envs.levels(problem)
    zero = "chance (a control task: no memory is needed)" if levels.control else "the best player without memory"
    table = Table(
        title=f"{problem}",
        caption=f"normalised: 0 is {zero}, 1 is optimal.\nexact: episodes without a mistake.\n{explanation}".rstrip(),
        title_justify="left",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
    )
    table.add_column("player", no_wrap=True)
    for heading in ("accuracy", "95% interval", "exact", "normalised", "seconds"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, (got, seconds) in results.items():
        low, high = got.accuracy_interval
        table.add_row(
            name,
            f"{got.accuracy:.4f}",
            f"{low:.4f}-{high:.4f}",
            f"{got.exact_match:.4f}",
            f"{got.normalized_score:.4f}",
            f"{seconds:.1f}" if seconds else "",
        )
    table.add_section()
    for name in ("chance", "memoryless", "optimal"):
        level = getattr(levels, name)
        error = f"± {1.96 * level.accuracy_error:.4f}" if level.accuracy_error else "exact"
        normalized = levels.normalize(level.accuracy)
        table.add_row(name, f"{level.accuracy:.4f}", error, f"{level.exact_match:.4g}", f"{normalized:.4f}", "")
    return table
