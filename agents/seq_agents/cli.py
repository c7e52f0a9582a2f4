"""The command `seq-envs`."""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
from collections.abc import Sequence
from typing import Any

import gymnasium

import seq_envs
from seq_envs.parameters import Flag, Integer

_PURPOSE = "Sequence problems as Gymnasium environments: see the menu, look at one, compare learners on it."
_PARAMETERS = "Parameters of the problem are options too, such as --lag 4: see `seq-envs show ID`."


class _Refused(Exception):
    """Wrong input; the message is for the user."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; wrong input ends it with a message and exit code 2."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "list":
            _list()
        elif chosen.command == "show":
            _show(chosen.id, _problem(chosen))
        else:
            _compare(_problem(chosen), chosen.seed, chosen.episodes)
        sys.stdout.flush()
    except _Refused as refused:
        parser.exit(2, f"seq-envs: {refused}\n")
    except MemoryError as full:
        parser.exit(2, f"seq-envs: the problem is too large for this machine's memory: {full}\n")
    except KeyboardInterrupt:
        parser.exit(130, "seq-envs: interrupted\n")
    except BrokenPipeError:  # The reader, `head` perhaps, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="seq-envs", description=_PURPOSE)
    parser.add_argument("--version", action="version", version=f"seq-envs {seq_envs.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("list", help="the menu of problems")
    show = commands.add_parser(
        "show", help="one problem: parameters, spaces, levels, an episode", epilog=_PARAMETERS, allow_abbrev=False
    )
    show.add_argument("id", help="such as SeqEcho-v0")
    compare = commands.add_parser(
        "compare",
        help="train RecurrentPPO, a supervised LSTM and a control without memory: one table",
        epilog=_PARAMETERS,
        allow_abbrev=False,
    )
    compare.add_argument("id", nargs="?", default="SeqEcho-v0", help="(default: SeqEcho-v0)")
    compare.add_argument("--seed", type=_number(Integer(0, 2**32 - 1)), default=0, help="of the training (default: 0)")
    compare.add_argument("--episodes", type=_number(Integer(1)), default=10_000, help="to evaluate on (default: 10000)")
    kinds = {
        field.name: field.metadata["kind"]
        for id in seq_envs.ids()
        for field in dataclasses.fields(seq_envs.make_problem(id))
    }
    for name, kind in kinds.items():
        # Read as text: what it means depends on the problem. --reverse alone means --reverse true.
        alone: dict[str, Any] = {"nargs": "?", "const": "true"} if isinstance(kind, Flag) else {}
        for command in (show, compare):
            command.add_argument(
                _option(name), dest=f"parameter {name}", default=argparse.SUPPRESS, help=argparse.SUPPRESS, **alone
            )
    return parser


def _number(kind: Integer) -> Any:
    def read(text: str) -> Any:
        try:
            return kind.check("it", kind.parse(text))
        except ValueError as wrong:
            raise argparse.ArgumentTypeError(str(wrong)) from None

    return read


def _problem(chosen: argparse.Namespace) -> seq_envs.Problem:
    """The problem of the chosen id, with the parameters given as options."""
    given = {name.split()[1]: text for name, text in vars(chosen).items() if name.startswith("parameter ")}
    try:
        fields = dataclasses.fields(seq_envs.make_problem(chosen.id))
        kinds = {field.name: field.metadata["kind"] for field in fields}
        return seq_envs.make_problem(
            chosen.id, **{name: kinds[name].parse(text) if name in kinds else text for name, text in given.items()}
        )
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
    print(f"{'':12} {'accuracy':>18} {'exact match':>18}")
    for name in ("chance", "memoryless", "optimal"):
        level = getattr(levels, name)
        accuracy = _estimate(f"{level.accuracy:.4f}", level.accuracy_error)
        print(f"{name:12} {accuracy:>18} {_estimate(f'{level.exact_match:.4g}', level.exact_match_error):>18}")
    if levels.control:
        print("A control task: it needs no memory, and a score is normalised by chance.")
    print(f"\nThe first episode of seed 0:\n\n{seq_envs.draw(problem)}")


def _estimate(figure: str, error: float) -> str:
    """A figure with the half width of its 95% interval, if it is not exact."""
    return f"{figure} ± {1.96 * error:.4f}" if error else figure


def _compare(problem: seq_envs.Problem, seed: int, episodes: int) -> None:
    try:
        import torch
        from rich.console import Console

        from seq_agents.compare import compare, table_of
    except ImportError as missing:
        raise _Refused(f'{missing.name} is not installed: pip install "seq-envs[agents]"') from None
    torch.set_num_threads(1)  # These networks are too small to share.
    results = compare(problem, seed, episodes)
    console = Console()
    console.print(table_of(problem, results), width=max(80, console.width))


if __name__ == "__main__":
    main()
