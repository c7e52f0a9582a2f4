"""The options of the commands that run grids or report on them: `bench`, `horizon`, `reproduce`, `report`.

The modules that train and draw are imported when a command runs, because their imports take seconds.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from types import ModuleType
from typing import Any

from seq_agents.cli.env_options import add_env_options, env_options
from seq_agents.cli.hints import as_typed
from seq_agents.cli.options import Command, add_standard, agent_name, count, id_or_group, settings
from seq_agents.cli.waiting import loading
from seq_envs.evaluation import EPISODES
from seq_envs.problems import GROUPS


def add_commands(command: Command) -> None:
    """Add the commands."""
    for parser in (_add_bench(command), _add_horizon(command), _add_reproduce(command)):
        add_engine(parser)
    _add_report(command)


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Add the options that `engine` reads."""
    engine = parser.add_mutually_exclusive_group()
    engine.add_argument("--jobs", type=count, help="processes at once (default: as many as there are cores)")
    engine.add_argument(
        "--ray", nargs="?", const="", metavar="ADDRESS", help="run on a Ray cluster (default: a new local one)"
    )


def _add_bench(command: Command) -> argparse.ArgumentParser:
    bench = command("bench", _bench, "run a grid of agents, problems and seeds, and report the scores")
    grid = bench.add_mutually_exclusive_group()
    grid.add_argument("grid", metavar="GRID", type=Path, nargs="?", help="a YAML file of a grid")
    grid.add_argument("--preset", metavar="NAME", help="a grid of this package, such as quick (the default) or full")
    bench.add_argument("--agents", nargs="+", metavar="AGENT", help="replace the agents of the grid")
    bench.add_argument(
        "--ids", nargs="+", metavar="ID", type=id_or_group,
        help=f"ids, patterns or groups ({', '.join(GROUPS)}); replace the ids of the grid",
    )  # fmt: skip
    add_standard(bench)
    bench.add_argument("--seeds", type=count, help="seeds of each agent on each problem")
    bench.add_argument("--episodes", type=count, help=f"episodes of each final evaluation (default: {EPISODES})")
    bench.add_argument(
        "--out", type=Path, help="folder of the results (default: bench-GRID); finished cells are not run again"
    )
    add_env_options(bench)
    return bench


def _add_horizon(command: Command) -> argparse.ArgumentParser:
    horizon = command("horizon", _horizon, "measure how far an agent remembers, over growing lags or lengths")
    horizon.add_argument("agent", metavar="AGENT", type=agent_name, help="see `seq-envs list`; or module:factory")
    horizon.add_argument("--ids", nargs="+", metavar="ID", default=["SeqEcho-v0"], help="(default: SeqEcho-v0)")
    horizon.add_argument("--values", nargs="+", type=count, metavar="N", help="lags or lengths; replace the usual ones")
    horizon.add_argument("--seeds", type=count, default=3, help="seeds of each training (default: 3)")
    horizon.add_argument(
        "--episodes", type=count, default=EPISODES, help=f"episodes of each evaluation (default: {EPISODES})"
    )
    add_standard(horizon)
    horizon.add_argument("--set", action="append", default=[], metavar="SETTING=VALUE", help="a setting of the agent")
    horizon.add_argument(
        "--name", help="name of the agent in the results, to keep several settings apart (default: AGENT)"
    )
    horizon.add_argument("--out", type=Path, help="folder of the results (default: horizon-NAME)")
    add_env_options(horizon)
    return horizon


def _add_reproduce(command: Command) -> argparse.ArgumentParser:
    reproduce = command("reproduce", _reproduce, "run experiments from the literature by name, or list their names")
    reproduce.add_argument("names", metavar="NAME", nargs="*", help="a name or a pattern; without names: list them")
    reproduce.add_argument(
        "--out", type=Path, default=Path("bench-reproduce"),
        help="folder of the results (default: bench-reproduce); finished cells are not run again",
    )  # fmt: skip
    reproduce.add_argument("--seeds", type=count, help="seeds of each experiment (default: those of the experiment)")
    reproduce.add_argument(
        "--episodes", type=count, default=EPISODES, help=f"episodes of each final evaluation (default: {EPISODES})"
    )
    return reproduce


def _add_report(command: Command) -> None:
    report = command("report", _report, "write a page about a folder of results")
    report.add_argument("path", metavar="RESULTS", type=Path, help="a folder that `bench` or `horizon` wrote")
    form = report.add_mutually_exclusive_group()
    form.add_argument("--out", type=Path, help="the page (default: RESULTS/report.html)")
    form.add_argument(
        "--figures", type=Path, metavar="DIR", help="write each chart as .svg and .pdf into this folder instead"
    )
    for name in ("markdown", "csv"):
        form.add_argument(f"--{name}", dest="form", action="store_const", const=name, help=f"print {name} instead")


def _bench(chosen: argparse.Namespace) -> None:
    commands = _loaded()

    changes = {name: getattr(chosen, name) for name in ("agents", "ids", "seeds", "episodes", "standard")}
    changes["options"] = env_options(chosen).chosen()
    commands.bench(chosen.grid, chosen.preset, chosen.out, engine(chosen), as_typed(chosen.typed), **changes)


def _horizon(chosen: argparse.Namespace) -> None:
    commands = _loaded()
    from seq_agents.agents import agent_type

    given = agent_type(chosen.agent).settings_type.parsed(settings(chosen.set))
    commands.horizon(
        commands.Sweeps(
            chosen.agent, chosen.name or chosen.agent, chosen.ids, chosen.values, given, chosen.seeds,
            chosen.episodes, bool(chosen.standard), env_options(chosen),
        ),
        chosen.out, engine(chosen), as_typed(chosen.typed),
    )  # fmt: skip


def _reproduce(chosen: argparse.Namespace) -> None:
    commands = _loaded()

    if not chosen.names:
        commands.list_experiments()
        return
    commands.reproduce(
        chosen.names, chosen.seeds, chosen.episodes, chosen.out, engine(chosen),
        as_typed(chosen.typed),
    )  # fmt: skip


def _report(chosen: argparse.Namespace) -> None:
    commands = _loaded()

    commands.report(chosen.path, chosen.out, chosen.form, chosen.figures)


def _loaded() -> ModuleType:
    """The module of the commands. Its import takes seconds."""
    with loading():
        from seq_agents.cli import bench_commands
    return bench_commands


def engine(chosen: argparse.Namespace) -> Any:
    """What runs the cells, as the options say."""
    commands = _loaded()

    return commands.local(chosen.jobs) if chosen.ray is None else commands.on_ray(chosen.ray)
