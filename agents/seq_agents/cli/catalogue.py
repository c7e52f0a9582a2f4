"""`seq-envs list` and `show`: the problems and the agents. Problems need gymnasium and numpy only."""

from __future__ import annotations

import argparse
import dataclasses
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import gymnasium

import seq_envs
from seq_agents.cli.hints import nearest, next_commands, replaced
from seq_agents.cli.install import to_install
from seq_agents.cli.options import Command, add_parameters, as_options, option, parameters, problem_id
from seq_agents.cli.result_table import level_table
from seq_agents.cli.terminal import drawing_width, print_table, terminal_width
from seq_agents.cli.waiting import loading, working
from seq_agents.errors import Refused
from seq_envs.dataset import raw_episodes
from seq_envs.problems import ABOUT_GROUPS, GROUPS
from seq_envs.sizes import Sizes, as_text
from seq_envs.transcript import Transcript, draw_solution

if TYPE_CHECKING:
    from seq_agents.agents import Agent

_WIDTH = 78
"""The most characters in a line of the short list."""

_ABOUT = {
    "problems": "each problem with its ids",
    "agents": "each agent in a line",
    "cores": "each memory core in a line",
}
"""What `list` takes besides groups of problems, and what it prints then."""


def add_commands(command: Command) -> None:
    """Add the commands."""
    listing = command("list", _list, "list the problems, the agents and the memory cores")
    listing.add_argument(
        "what", metavar="WHAT", nargs="?", type=_listed,
        help="; ".join(f"{name}: {about}" for name, about in _ABOUT.items())
        + f"; a group, such as {next(iter(GROUPS))}: its problems (default: all in short)",
    )  # fmt: skip
    show = command("show", _show, "show a problem's episode, levels and parameters, or an agent's settings")
    show.add_argument("name", metavar="ID", type=str, help="such as SeqEcho-v0; or the name of an agent, such as lstm")
    show.add_argument(
        "on", metavar="ON", nargs="?", help="after an agent: an ID, to show the agent's settings on this problem"
    )
    add_parameters(show)


def _listed(text: str) -> str:
    """What to list.

    Raises:
        Refused: it cannot be listed.
    """
    if text not in (*_ABOUT, *GROUPS):
        near = nearest(text, [*_ABOUT, *GROUPS])
        message = f"list takes {', '.join([*_ABOUT, *GROUPS])} or nothing, got {text!r}"
        raise Refused(message, lambda _: ["list"] if near is None else ["list", near])
    return text


def _list(chosen: argparse.Namespace) -> None:
    """Print the problems with their ids, and the agents and cores if they are installed."""
    if chosen.what == "problems" or chosen.what in GROUPS:
        groups = _grouped()
        _list_problems(groups if chosen.what == "problems" else {chosen.what: groups[chosen.what]})
        return
    if chosen.what is None:
        _list_base_ids()
    try:
        from seq_agents.agents import AGENTS
        from seq_agents.cores import CORES
    except ImportError:
        print(f"\nThe agents that learn these problems are not installed; {to_install('agents')}")
        return
    of_core = ["train", "supervised", "SeqEcho-v0", "--core", "gru"]
    for menu, what, after in ((AGENTS, "agents", ["show", "lstm"]), (CORES, "cores", of_core)):
        if chosen.what == what:
            for name in menu:
                print(f"{name:20} {menu.about(name)}")
            print(f"\n{next_commands(after)}")
    if chosen.what is None:
        _list_in_short(AGENTS, CORES)


def _list_problems(groups: Mapping[str, Mapping[type[seq_envs.Problem], Sequence[str]]]) -> None:
    """Print the problems of these groups with all their ids, and commands to try next."""
    for group, problems in groups.items():
        print(f"{group}: {ABOUT_GROUPS.get(group, 'registered by them')}\n")
        width = max(len(id) for ids in problems.values() for id in ids)
        for problem, ids in problems.items():
            print(f"{'  '.join(f'{id:{width}}' for id in ids).rstrip()}\n    {problem.title}")
        print()
    *_, problems = groups.values()
    print(next_commands(["show", next(iter(problems.values()))[0]]))


def _list_base_ids() -> None:
    print("Problems, such as SeqEcho-v0; `seq-envs list problems` has a line about each:")
    for group, problems in _grouped().items():
        print(_wrapped(group, (ids[0].rpartition("-v")[0] for ids in problems.values())))


def _grouped() -> dict[str, dict[type[seq_envs.Problem], list[str]]]:
    """Every problem with its ids, the base id first, by the name of its group."""
    groups = {id: group for group, ids in GROUPS.items() for id in ids}
    found: dict[str, dict[type[seq_envs.Problem], list[str]]] = {}
    for id in seq_envs.ids():
        group = found.setdefault(groups.get(id, "of other modules"), {})
        group.setdefault(type(seq_envs.make_problem(id)), []).append(id)
    return found


def _wrapped(words: str, names: Iterable[str]) -> str:
    """A line of names after what they are, wrapped."""
    text = f"{words}: {', '.join(names)}"
    return textwrap.fill(text, _WIDTH, subsequent_indent="    ", break_on_hyphens=False)


def _list_in_short(agents: Mapping[str, Agent], cores: Iterable[str]) -> None:
    """Print the names of the agents, by what they learn from, and of the cores."""
    from seq_agents.learners import RULES

    learning = {"rewards": "Agents that learn from rewards", "examples": "Agents that learn from right answers"}
    names: dict[str, list[str]] = {words: [] for words in (*learning.values(), "Agents that do not learn")}
    for name in agents:
        names[learning.get(agents[name].learns_from, "Agents that do not learn")].append(name)
    takers = [name for name, rule in RULES.items() if rule.takes_any_core]
    names[f"Memory cores, for --core with {', '.join(takers)}"] = list(cores)
    print()
    for words, found in names.items():
        print(_wrapped(words, found))
    print(f"\n{next_commands(['show', 'SeqEcho-v0'], ['list', 'agents'])}")


def _show(chosen: argparse.Namespace) -> None:
    agents = _agents()
    if chosen.name in agents:
        _show_agent(chosen.name, None if chosen.on is None else problem_id(chosen.on))
        return
    if chosen.on is not None:
        raise _no_agent(chosen.name, chosen.on, agents)
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
    changed = parameters(id, chosen)
    _show_problem(id, seq_envs.make_problem(id, **changed), as_options(changed))


def _no_agent(name: str, on: str, agents: Mapping[str, Any]) -> Refused:
    """The error for two names of which the first is no agent."""
    if not agents:
        return Refused(f"agents are not installed; {to_install('agents')}")
    message = f"two names are an agent and the problem that it has settings for, and {name!r} is no agent"
    if on in agents:
        return Refused(message, lambda _: ["show", on, name])
    near = nearest(name, agents)
    is_id = name.partition("-v")[0] in {id.partition("-v")[0] for id in seq_envs.ids()}
    if is_id:
        return Refused(message, lambda _: ["show", "lstm", name])
    return Refused(message, lambda _: ["list", "agents"] if near is None else ["show", near, on])


def _agents() -> Mapping[str, Any]:
    """The agents by name; none if they are not installed."""
    try:
        from seq_agents.agents import AGENTS
    except ImportError:
        return {}
    return AGENTS


def _show_problem(id: str, problem: seq_envs.Problem, given: Sequence[str]) -> None:
    """Print a problem: an episode, the levels, the parameters, and what they and the spaces allow.

    Args:
        id: of the problem.
        problem: the problem.
        given: the options that set its parameters.
    """
    print(f"{id}: {problem.title}\n")
    episode = draw_solution(
        Transcript.of_solution(problem, raw_episodes(problem, 1, 0), 0), drawing_width(terminal_width())
    )
    print(f"The first episode of seed 0; a dot where no answer counts:\n\n{episode}\n")
    with working("estimating the levels"):
        levels = level_table(problem)
    print_table(levels)
    if problem.leaks:
        seen = " or ".join(f"its previous {what}" for what in problem.leaks)
        print(f"An agent that observes {seen} needs less memory: see seq_envs.levels(..., feedback=True).\n")
    fields = dataclasses.fields(problem)
    print("Parameters:")
    for field in fields:
        value = getattr(problem, field.name)
        used = "not used" if value is None else as_text(value)
        print(f"  {option(field.name):16} {used:14} {field.metadata['meaning']}")
    if any(isinstance(field.metadata["domain"], Sizes) for field in fields):
        print("A range, from which each episode draws its own number, is typed as low-high, such as 5-20.")
    print("\nAllowed:")
    for field in fields:
        print(f"  {option(field.name):16} {field.metadata['domain']}")
    print(f"  {'observation':16} {problem.observation_space}\n  {'action':16} {problem.action_space}\n")
    _show_literature(id, problem)
    print(next_commands(["play", id, *given], ["train", "lstm", id, *given], ["show", "lstm", id]))


def _show_literature(id: str, problem: seq_envs.Problem) -> None:
    """Print the splits of a problem and its published results, if it has any."""
    if problem.splits:
        fixed = gymnasium.spec(id.rpartition(":")[2]).kwargs.get("fixed")
        print("Splits of the base id:" if fixed else f"Splits, such as --split {next(iter(problem.splits))}:")
        for split, chosen in problem.splits.items():
            print(f"  {split:16} {' '.join(as_options(chosen))}")
        print()
    if problem.published:
        print("Published results:")
        for result in problem.published:
            print(textwrap.fill(str(result), _WIDTH, initial_indent="  ", subsequent_indent="    "))
        print()


def _show_agent(name: str, on: str | None) -> None:
    """Print the settings of an agent, for `train --set`: its defaults, or those on a problem."""
    from seq_agents.agents import AGENTS, agent_type, settings_of

    with loading():
        chosen = settings_of(name, on or "").as_dict()
        fields = dataclasses.fields(agent_type(name).settings_type)
    print(f"{name}: {AGENTS.about(name)}\n")
    if not chosen:
        print("It has no settings.")
        return
    if on is not None:
        print(f"Its settings on {on}; * marks those that differ from the standard ones.\n")
    for field in fields:
        value = chosen[field.name]
        used = str(value) if value == field.default else f"{value} * (standard: {field.default})"
        print(f"  {field.name:18} {used:24} {field.metadata['meaning']}: {field.metadata['domain']}")
    if on is None:
        print("\nThese are the standard settings; an id may have tuned ones.")
    id = _taken_by(name, on)
    settings = [] if on == id else [["show", name, id]]
    print(f"\n{next_commands(*settings, ['train', name, id, '--set', f'{fields[0].name}={chosen[fields[0].name]}'])}")


def _taken_by(agent: str, wanted: str | None) -> str:
    """The id of a problem that an agent can learn: the wanted one if possible, otherwise the first of the menu."""
    from seq_agents.agents import make_learner

    for id in [*([] if wanted is None else [wanted]), "SeqEcho-v0", *seq_envs.ids()]:
        with suppress(ValueError):
            make_learner(agent, id)
            return id
    return "SeqEcho-v0"
