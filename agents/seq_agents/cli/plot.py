"""`seq-envs plot`: the learning curves of runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from seq_agents.cli.hints import next_commands, on_runs
from seq_agents.cli.options import Command
from seq_agents.cli.terminal import terminal_width
from seq_agents.cli.trained import refuse_others
from seq_agents.cli.waiting import loading, working

_WIDTH = 78
"""The characters of a line if the width of the terminal is unlimited."""


def add_commands(command: Command) -> None:
    """Add the command."""
    plot = command("plot", _plot, "draw the learning curves of one or several runs")
    plot.add_argument("paths", metavar="RUN", type=Path, nargs="+", help="folders that `train` wrote")
    plot.add_argument(
        "--out", type=Path, metavar="FILE", help="write a figure: .svg, .pdf or .png (default: draw here)"
    )
    plot.add_argument("--trust", action="store_true", help="import the modules that RUN names: they can run any code")


def _plot(chosen: argparse.Namespace) -> None:
    """Draw the curves."""
    with loading():
        from seq_agents.experiments.run_folder import Run
        from seq_agents.report.run_curves import run_curves, save, text

    for path in chosen.paths:
        refuse_others("plot", path)
    runs = [Run.open(path, trust=chosen.trust) for path in chosen.paths]
    curves = run_curves(runs)
    if chosen.out is None:
        print(text(curves, terminal_width() or _WIDTH))
        print(f"\n{next_commands(on_runs('plot', *runs, given=['--out', 'curves.svg']))}")
    else:
        with working("drawing the curves"):
            save(curves, chosen.out)
        print(f"{chosen.out}: the learning curves of {', '.join(curve.name for curve in curves)}.\n")
        print(next_commands(on_runs("watch", runs[0])))
