"""The learning curves of run folders, as a figure or in characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import seq_envs
from seq_agents.errors import RunError
from seq_agents.experiments.run_folder import Run
from seq_agents.report.curves import smoothed
from seq_agents.report.figure_formats import figure_bytes, form_of
from seq_envs.encodings import Array

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ROWS, _AXIS = 12, 6
"""The lines of a drawing in characters, and the characters in front of each."""
# Colours of the Okabe-Ito palette, which colour-blind people can distinguish.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
_DASHES = ("-", "--", "-.", ":")


@dataclass(frozen=True, eq=False)
class RunCurve:
    """The learning curve of a run."""

    name: str
    """The agent, its problem and its seed, and the folder where two runs would have the same name."""
    problem: seq_envs.Problem
    steps: Array
    """(N,): the time steps learned from."""
    accuracy: Array
    """(N,): right answers per scored step while learning, averaged over neighbours."""


def run_curves(runs: Sequence[Run]) -> list[RunCurve]:
    """The curves of some runs.

    Raises:
        RunError: a run has no learning curve: it has no checkpoint yet, or its agent does not learn.
    """
    names = [f"{run.config.agent} on {run.config.id}, seed {run.config.seed}" for run in runs]
    curves = []
    for run, name in zip(runs, names, strict=True):
        rows = np.array(run.curve(), float).reshape(-1, 3)
        rows = rows[np.isfinite(rows[:, 2])]
        if not len(rows):
            raise RunError(f"{run.path} has no learning curve")
        whole = name if names.count(name) == 1 else f"{name}, {run.path}"
        curves.append(RunCurve(whole, run.config.problem(), rows[:, 1], smoothed(rows[:, 2])))
    return curves


def figure(curves: Sequence[RunCurve]) -> Figure:
    """The curves, at least one, and the levels if all runs learn the same problem."""
    drawn = Figure(figsize=(7, 4.2), layout="constrained")
    axes = drawn.subplots()
    for place, curve in enumerate(curves):
        colour, dash = _COLOURS[place % len(_COLOURS)], _DASHES[place // len(_COLOURS) % len(_DASHES)]
        axes.plot(curve.steps, curve.accuracy, color=colour, linestyle=dash, label=curve.name)
    for name, height in _levels(curves).items():
        axes.axhline(height, color="0.6", linewidth=0.8, zorder=0)
        axes.annotate(
            name, (1, height), xycoords=("axes fraction", "data"), color="0.4", fontsize=8, ha="right", va="bottom"
        )
    axes.set(xlabel="time steps learned from", ylabel="accuracy while learning", xscale="log")
    axes.spines[["top", "right"]].set_visible(False)
    axes.xaxis.set_major_formatter(lambda steps, _: f"{steps:,.0f}")
    axes.legend(frameon=False, fontsize=9)
    return drawn


def _levels(curves: Sequence[RunCurve]) -> dict[str, float]:
    """The levels that curves of one problem are compared with; none for curves of several problems."""
    if len({curve.problem for curve in curves}) > 1:
        return {}
    levels = seq_envs.levels(curves[0].problem)
    return {"memoryless": levels.memoryless.accuracy, "optimal": levels.optimal.accuracy}


def text(curves: Sequence[RunCurve], width: int) -> str:
    """The curves in characters, a letter for each run.

    Args:
        curves: at least one.
        width: of a line in characters.
    """
    columns = max(10, width - _AXIS - 1)
    first, last = min(curve.steps[0] for curve in curves), max(curve.steps[-1] for curve in curves)
    low = min(float(curve.accuracy.min()) for curve in curves)
    high = max(1.0, *(float(curve.accuracy.max()) for curve in curves))
    at = np.geomspace(first, max(last, first + 1), columns)
    found: list[list[list[str]]] = [[[] for _ in range(columns)] for _ in range(_ROWS)]
    for place, curve in enumerate(curves):
        shares = (high - np.interp(at, curve.steps, curve.accuracy)) / (high - low or 1)
        for column in np.flatnonzero((at >= curve.steps[0] * 0.999) & (at <= curve.steps[-1] * 1.001)):
            found[round(shares[column] * (_ROWS - 1))][column].append(_LETTERS[place % len(_LETTERS)])
    lines = []
    for row, cells in enumerate(found):
        # Where curves meet, their letters alternate.
        drawn = "".join(letters[column % len(letters)] if letters else " " for column, letters in enumerate(cells))
        lines.append(f"{high - row / (_ROWS - 1) * (high - low):{_AXIS - 1}.2f} |{drawn.rstrip()}")
    ends = f"{first:,.0f}", f"{last:,.0f}"
    lines.append(" " * (_AXIS + 1) + ends[0] + " " * max(1, columns - len(ends[0]) - len(ends[1])) + ends[1])
    legend = [
        f"{_LETTERS[place % len(_LETTERS)]}  {curve.name}: {curve.accuracy[-1]:.4f} at the end"
        for place, curve in enumerate(curves)
    ]
    return "\n".join([*lines, "", "Accuracy while learning, over time steps learned from (logarithmic).", *legend])


def save(curves: Sequence[RunCurve], path: Path) -> None:
    """Write a figure, whole or not at all, in the format that the name of the file ends with.

    Raises:
        ValueError: there is no such format.
        OSError: the file cannot be written.
    """
    from seq_agents.experiments.files import write_whole

    write_whole(path, figure_bytes(lambda: figure(curves), form_of(path)))
