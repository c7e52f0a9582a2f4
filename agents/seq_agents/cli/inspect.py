"""`seq-envs inspect`: what a trained agent's state holds, and which past step an answer came from."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from seq_agents.cli.hints import next_commands, on_runs
from seq_agents.cli.options import Command, seed
from seq_agents.cli.output_files import refuse_files
from seq_agents.cli.terminal import print_table, takes_colours, terminal_width, wrapped
from seq_agents.cli.threads import use_one_thread
from seq_agents.cli.trained import add_run, given_options, trained
from seq_agents.cli.waiting import loading, working
from seq_agents.errors import Refused

if TYPE_CHECKING:
    from seq_agents.inspection.text import Colours

_WIDTH = 100
"""The characters of a line if the width of the terminal is unlimited."""
_ROWS = 12
"""The most rows of the table by lag."""


def add_commands(command: Command) -> None:
    """Add the command."""
    inspect = command("inspect", _inspect, "look at what a trained agent remembers, and which past step mattered")
    add_run(inspect)
    inspect.add_argument("--seed", type=seed, default=0, help="seed of the episodes (default: 0)")
    inspect.add_argument("--html", type=Path, metavar="FILE", help="write a page instead, with everything in it")
    inspect.add_argument("--out", type=Path, metavar="FILE", help="write a figure instead: .svg, .pdf or .png")


def _inspect(chosen: argparse.Namespace) -> None:
    """Inspect an agent, and print what was found or write it to files."""
    refuse_files({"html": chosen.html, "out": chosen.out})
    with loading():
        from seq_agents.inspection import inspect
        from seq_agents.report.figure_formats import form_of

        use_one_thread()
    files = [path for path in (chosen.html, chosen.out) if path is not None]
    if chosen.out is not None:
        form_of(chosen.out)
    agent = trained(chosen)
    given = given_options(chosen, agent.run)
    name = agent.config.agent
    if agent.learner.network_view() is None:
        raise Refused(f"{name} has no network to look at")
    with working("inspecting the network"):
        inspection = inspect(
            agent.learner, agent.problem, untrained=agent.config.learner(agent.problem), seed=chosen.seed, name=name
        )
        if chosen.html is not None:
            inspection.save_html(chosen.html)
        if chosen.out is not None:
            inspection.save_figure(chosen.out)
    for path in files:
        print(f"{path}: what {name} remembers on {agent.config.id}.")
    if files:
        print(f"\n{next_commands(on_runs('watch', agent.run, given=given))}")
        return
    from seq_agents.inspection.findings import by_lag, on_sources, sentences
    from seq_agents.inspection.text import state_text

    print(f"{agent.problem.title}\n{inspection.played.played_in}\n")
    width = terminal_width() or _WIDTH
    print(state_text(inspection, width, _colours()), end="\n\n")
    print_table(by_lag(inspection, _ROWS))
    if (shares := on_sources(inspection)).rows:
        print_table(shares)
    for sentence in sentences(inspection):
        print(wrapped(sentence))
    print(f"\n{next_commands(on_runs('inspect', agent.run, given=[*given, '--html', 'page.html']))}")


def _colours() -> Colours:
    """The colours that stdout can have."""
    from seq_agents.inspection.text import Colours

    if not takes_colours() or "utf" not in (sys.stdout.encoding or "").lower():
        return Colours.NONE
    return Colours.DIRECT if os.environ.get("COLORTERM") in ("truecolor", "24bit") else Colours.INDEXED
