"""One problem, learned from rewards and from right answers, beside a control without memory: one table, one metric."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

import seq_envs
from seq_agents.reinforcement import train_memoryless_ppo, train_recurrent_ppo
from seq_agents.supervised import train_lstm
from seq_envs.policies import Policy

LEARNERS: dict[str, Callable[..., Policy]] = {
    "recurrent-ppo": train_recurrent_ppo,
    "lstm": train_lstm,
    "ppo": train_memoryless_ppo,
}
_WHO = """\
exact: episodes without a mistake.
recurrent-ppo learns from rewards, lstm from the right answers;
ppo learns from rewards without memory: it is the control."""


class Result(NamedTuple):
    """What a learner got."""

    evaluation: seq_envs.Evaluation
    seconds: float
    """Of training."""


def compare(problem: seq_envs.Problem, seed: int = 0, episodes: int = 10_000) -> dict[str, Result]:
    """Train each learner on a problem and evaluate it on fresh episodes; a progress bar goes to stderr."""
    results = {}
    bar = Progress(
        TextColumn("{task.description:14}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}% {task.fields[note]:>14}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    with bar:
        for name, train in LEARNERS.items():
            task = bar.add_task(name, total=1.0, note="")

            def show(done: float, note: str, task: TaskID = task) -> None:
                bar.update(task, completed=done, note=note)

            start = time.perf_counter()
            policy = train(problem, seed, progress=show)
            seconds = time.perf_counter() - start
            bar.update(task, completed=1.0)
            results[name] = Result(seq_envs.evaluate(policy, problem, episodes), seconds)
    return results


def table_of(problem: seq_envs.Problem, results: Mapping[str, Result]) -> Table:
    """The results with the levels beside them, at most 80 characters wide."""
    levels = seq_envs.levels(problem)
    zero = "chance (a control task: no memory is needed)" if levels.control else "the best player without memory"
    table = Table(
        title=f"{problem}",
        caption=f"normalised: 0 is {zero}, 1 is optimal.\n{_WHO}",
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
            f"{seconds:.1f}",
        )
    table.add_section()
    for name in ("chance", "memoryless", "optimal"):
        level = getattr(levels, name)
        error = f"± {1.96 * level.accuracy_error:.4f}" if level.accuracy_error else "exact"
        normalized = levels.normalize(level.accuracy)
        table.add_row(name, f"{level.accuracy:.4f}", error, f"{level.exact_match:.4g}", f"{normalized:.4f}", "")
    return table
