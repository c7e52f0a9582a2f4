"""The options of `seq-envs bench`, `horizon` and `report`. What is heavy is imported when they run."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Adder = Callable[[str, Callable[[argparse.Namespace], None], str], argparse.ArgumentParser]
"""Adds a command: its name, what it runs, and what it is about."""


def add_commands(command: Adder, count: Any, settings: Callable[[Sequence[str]], Mapping[str, str]]) -> None:
    """Add the commands.

    Args:
        command: adds one.
        count: the type of an option that is an integer from 1 on.
        settings: reads SETTING=VALUE texts.
    """
    bench = command("bench", _bench, "run a grid of agents, problems and seeds, and report what they remember")
    which = bench.add_mutually_exclusive_group()
    which.add_argument("grid", metavar="GRID", type=Path, nargs="?", help="a YAML file")
    which.add_argument("--preset", metavar="NAME", help="a grid of this package: quick (the default) or full")
    bench.add_argument("--agents", nargs="+", metavar="AGENT", help="in place of the grid's")
    bench.add_argument("--ids", nargs="+", metavar="ID", help="or patterns, in place of the grid's")
    bench.add_argument("--seeds", type=count, help="of each agent on each problem")
    bench.add_argument("--episodes", type=count, help="of each final evaluation (default: 10000)")
    bench.add_argument(
        "--out", type=Path, help="folder of the results (default: bench-GRID); cells done are not run again"
    )

    horizon = command("horizon", _horizon, "how far an agent remembers: growing lags and lengths")
    horizon.set_defaults(settings_of=settings)
    horizon.add_argument("agent", metavar="AGENT", help="see `seq-envs list`; or module:factory")
    horizon.add_argument("--ids", nargs="+", metavar="ID", default=["SeqEcho-v0"], help="(default: SeqEcho-v0)")
    horizon.add_argument(
        "--values", nargs="+", type=count, metavar="N", help="lags or lengths, in place of the usual ones"
    )
    horizon.add_argument("--seeds", type=count, default=3, help="of each training (default: 3)")
    horizon.add_argument("--episodes", type=count, default=10_000, help="of each evaluation (default: 10000)")
    horizon.add_argument("--set", action="append", default=[], metavar="SETTING=VALUE", help="a setting of the agent")
    horizon.add_argument("--out", type=Path, help="folder of the results (default: horizon-AGENT)")

    for one in (bench, horizon):
        where = one.add_mutually_exclusive_group()
        where.add_argument("--jobs", type=count, help="processes at once (default: as many as there are cores)")
        where.add_argument(
            "--ray",
            nargs="?",
            const="",
            metavar="ADDRESS",
            help="run on a Ray cluster (default: a new local one)",
        )

    report = command("report", _report, "show a folder of results as a page")
    report.add_argument("path", metavar="RESULTS", type=Path, help="the folder that `bench` or `horizon` wrote")
    form = report.add_mutually_exclusive_group()
    form.add_argument("--out", type=Path, help="the page (default: RESULTS/report.html)")
    for name in ("markdown", "csv"):
        form.add_argument(f"--{name}", dest="form", action="store_const", const=name, help=f"print {name} instead")


def _bench(chosen: argparse.Namespace) -> None:
    from seq_agents.cli import bench_commands as commands

    changes = {name: getattr(chosen, name) for name in ("agents", "ids", "seeds", "episodes")}
    commands.bench(chosen.grid, chosen.preset, chosen.out, _engine(chosen), **changes)


def _horizon(chosen: argparse.Namespace) -> None:
    from seq_agents.agents import agent_type
    from seq_agents.cli import bench_commands as commands

    settings = agent_type(chosen.agent).settings_type.parsed(chosen.settings_of(chosen.set))
    commands.horizon(
        chosen.agent, chosen.ids, chosen.values, settings, chosen.seeds, chosen.episodes, chosen.out, _engine(chosen)
    )


def _report(chosen: argparse.Namespace) -> None:
    from seq_agents.cli import bench_commands as commands

    commands.report(chosen.path, chosen.out, chosen.form)


def _engine(chosen: argparse.Namespace) -> Any:
    from seq_agents.cli import bench_commands as commands

    return commands.local(chosen.jobs) if chosen.ray is None else commands.on_ray(chosen.ray)
