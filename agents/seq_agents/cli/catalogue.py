"""`seq-envs list` and `show`: the problems and the agents. Problems need gymnasium and numpy only."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Mapping
from functools import partial
from typing import Any

import seq_envs
from seq_agents.cli.hints import nearest, replaced
from seq_agents.cli.install import to_install
from seq_agents.cli.options import Command, add_parameters, option, parameters, problem_id
from seq_agents.cli.result_table import level_table
from seq_agents.cli.terminal import print_table
from seq_agents.errors import Refused


def add_commands(command: Command) -> None:
    """Add the commands."""
    command("list", _list, "list the problems and the agents")
    show = command("show", _show, "show a problem's parameters, levels and an episode, or an agent's settings")
    show.add_argument("name", metavar="ID", type=str, help="such as SeqEcho-v0; or the name of an agent, such as lstm")
    add_parameters(show)


def _list(_: argparse.Namespace) -> None:
    """Print the problems with their ids, and the agents if they are installed."""
    by_type: dict[type[seq_envs.Problem], list[str]] = {}
    for id in seq_envs.ids():
        by_type.setdefault(type(seq_envs.make_problem(id)), []).append(id)
    for problem, ids in by_type.items():
        print(f"{'  '.join(f'{id:20}' for id in ids).rstrip()}\n    {problem.title}")
    print("\n`seq-envs show ID` shows one of them.")
    try:
        from seq_agents.agents import AGENTS
        from seq_agents.cores import CORES
        from seq_agents.learners import RULES
    except ImportError:
        print(f"The agents that learn these problems are not installed; {to_install('agents')}")
        return
    print("\nAgents, for `seq-envs train AGENT ID`:")
    for name in AGENTS:
        print(f"  {name:20} {AGENTS.about(name)}")
    print("\nCores, for `seq-envs train RULE ID --core CORE` and as agents that learn from the right answers:")
    for name in CORES:
        print(f"  {name:20} {CORES.about(name)}")
    takers = ", ".join(name for name, rule in RULES.items() if rule.takes_any_core)
    print(f"\nRules that take every core, and your own as module:Class: {takers}")


def _show(chosen: argparse.Namespace) -> None:
    agents = _agents()
    if chosen.name in agents:
        _show_agent(chosen.name)
        return
    try:
        id = problem_id(chosen.name)
    except Refused:
        near = nearest(chosen.name, [*seq_envs.ids(), *(id.rpartition("-v")[0] for id in seq_envs.ids()), *agents])
        if near is not None and near in agents:
            message = f"there is no problem and no agent {chosen.name!r}; the nearest is {near}"
            raise Refused(message, partial(replaced, chosen.name, near)) from None
        if near is None and not agents:  # It may be an agent: their names are unknown without the extra.
            message = f"there is no problem {chosen.name!r}. If it is an agent: agents are not installed"
            raise Refused(f"{message}; {to_install('agents')}") from None
        raise
    _show_problem(id, seq_envs.make_problem(id, **parameters(id, chosen)))


def _agents() -> Mapping[str, Any]:
    """The agents by name; none if they are not installed."""
    try:
        from seq_agents.agents import AGENTS
    except ImportError:
        return {}
    return AGENTS


def _show_problem(id: str, problem: seq_envs.Problem) -> None:
    """Print a problem: its parameters, spaces, levels, and an episode."""
    print(f"{id}: {problem.title}\n")
    for field in dataclasses.fields(problem):
        value = getattr(problem, field.name)
        used = "not used" if value is None else str(value)
        print(f"  {option(field.name):16} {used:14} {field.metadata['meaning']}: {field.metadata['domain']}")
    print(f"\nobservation  {problem.observation_space}\naction       {problem.action_space}\n")
    print_table(level_table(problem))
    if problem.leaks:
        seen = " or ".join(f"its previous {what}" for what in problem.leaks)
        print(f"An agent that observes {seen} needs less memory: see seq_envs.levels(..., feedback=True).\n")
    print(f"The first episode of seed 0:\n\n{seq_envs.draw(problem)}")


def _show_agent(name: str) -> None:
    """Print the settings of an agent, for `train --set`."""
    from seq_agents.agents import AGENTS, agent_type

    print(f"{name}: {AGENTS.about(name)}\n")
    for field in dataclasses.fields(agent_type(name).settings_type):
        print(f"  {field.name:18} {field.default!s:8} {field.metadata['meaning']}: {field.metadata['domain']}")
    print(f"\nThese are the defaults; an id may have tuned ones. seq-envs train {name} ID --set SETTING=VALUE")
