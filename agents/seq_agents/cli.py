"""The command `seq-envs`."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence

import gymnasium

import seq_envs
from seq_envs.parameters import Flag, Integer

_PURPOSE = "Sequence problems as Gymnasium environments: see the menu, look at one, compare learners on it."
_SEED, _EPISODES = Integer(0), Integer(1)


class _Refused(Exception):
    """Wrong input; the message is for the user."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; wrong input ends it with a message and exit code 2."""
    parser = argparse.ArgumentParser(prog="seq-envs", description=_PURPOSE)
    parser.add_argument("--version", action="version", version=f"seq-envs {seq_envs.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("list", help="the menu of problems")
    show = commands.add_parser("show", help="one problem: parameters, spaces, levels, an episode")
    show.add_argument("id", help="such as SeqEcho-v0")
    compare = commands.add_parser(
        "compare", help="train RecurrentPPO, a supervised LSTM and a control without memory: one table"
    )
    compare.add_argument("id", nargs="?", default="SeqEcho-v0", help="(default: SeqEcho-v0)")
    compare.add_argument("--seed", type=_SEED.parse, default=0, help="of the training (default: 0)")
    compare.add_argument("--episodes", type=_EPISODES.parse, default=10_000, help="to evaluate on (default: 10000)")
    for command in (show, compare):
        command.epilog = "Parameters of the problem are options too, such as --lag 4: see `seq-envs show ID`."
    chosen, rest = parser.parse_known_args(arguments)
    try:
        if chosen.command == "list":
            if rest:
                raise _Refused(f"unrecognized arguments: {' '.join(rest)}")
            _list()
        elif chosen.command == "show":
            _show(chosen.id, _problem(chosen.id, rest))
        else:
            _compare(_problem(chosen.id, rest), _checked(_SEED, chosen.seed), _checked(_EPISODES, chosen.episodes))
    except _Refused as refused:
        parser.exit(2, f"seq-envs: {refused}\n")
    except KeyboardInterrupt:
        parser.exit(130, "seq-envs: interrupted\n")


def _checked(kind: Integer, value: object) -> int:
    try:
        number: int = kind.check("--seed" if kind is _SEED else "--episodes", value)
    except ValueError as wrong:
        raise _Refused(wrong) from None
    return number


def _problem(id: str, rest: Sequence[str]) -> seq_envs.Problem:
    """The problem of an id, with the parameters given as options."""
    try:
        kind = type(seq_envs.make_problem(id))
        options = argparse.ArgumentParser(prog=f"seq-envs ... {id}", add_help=False, allow_abbrev=False)
        for field in dataclasses.fields(kind):
            values = field.metadata["kind"]
            option = options.add_argument(_option(field.name), dest=field.name, type=values.parse)
            option.default = argparse.SUPPRESS
            if isinstance(values, Flag):  # --reverse alone means --reverse true.
                option.nargs, option.const = "?", True
        return seq_envs.make_problem(id, **vars(options.parse_args(rest)))
    except gymnasium.error.Error as wrong:
        raise _Refused(f"{wrong} The ids are {', '.join(seq_envs.ids())}.") from None
    except (ValueError, TypeError, ImportError) as wrong:
        raise _Refused(wrong) from None


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _list() -> None:
    problems: dict[type[seq_envs.Problem], list[str]] = {}
    for id in seq_envs.ids():
        problems.setdefault(type(seq_envs.make_problem(id)), []).append(id)
    for kind, ids in problems.items():
        print(f"{'  '.join(f'{id:20}' for id in ids).rstrip()}\n    {kind.title}")
    print("\nseq-envs show ID tells more of one.")


def _show(id: str, problem: seq_envs.Problem) -> None:
    print(f"{id}: {problem.title}\n")
    for field in dataclasses.fields(problem):
        value = getattr(problem, field.name)
        used = "not used" if value is None else str(value)
        print(f"  {_option(field.name):16} {used:14} {field.metadata['meaning']}: {field.metadata['kind']}")
    print(f"\nobservation  {problem.observation_space}\naction       {problem.action_space}\n")
    levels = seq_envs.levels(problem)
    print(f"{'':12} {'accuracy':>10} {'exact match':>12}")
    for name in ("chance", "memoryless", "optimal"):
        level = getattr(levels, name)
        print(f"{name:12} {level.accuracy:10.4f} {level.exact_match:12.4g}")
    if levels.control:
        print("A control task: it needs no memory, and a score is normalised by chance.")
    print(f"\nThe first episode of seed 0:\n\n{seq_envs.draw(problem)}")


def _compare(problem: seq_envs.Problem, seed: int, episodes: int) -> None:
    try:
        from rich.console import Console

        from seq_agents.compare import compare, table_of
    except ImportError as missing:
        raise _Refused(f'{missing.name} is not installed: pip install "seq-envs[agents]"') from None
    Console().print(table_of(problem, compare(problem, seed, episodes)))


if __name__ == "__main__":
    main()
