"""The command `seq-envs`: its options, and what wrong ones lead to."""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import gymnasium

import seq_envs
from seq_agents.cli import commands
from seq_agents.cli.bench_options import add_commands
from seq_agents.errors import Refused
from seq_envs.parameters import Flag, Integer

_PURPOSE = "Sequence problems as Gymnasium environments: look at one, play it, train agents on it, compare them."
_PARAMETERS = "Parameters of the problem are options too, such as --lag 4: see `seq-envs show ID`."
_EXTRAS = {
    **dict.fromkeys(
        ("torch", "stable_baselines3", "sb3_contrib", "rich", "yaml", "safetensors", "filelock", "scipy", "matplotlib",
         "jinja2"), "agents",
    ),
    "ray": "ray",
}  # fmt: skip
"""Modules by the extra that installs them."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; wrong input ends it with a message and exit code 2."""
    parser = _parser()
    typed = sys.argv[1:] if arguments is None else list(arguments)
    chosen = parser.parse_args(typed, argparse.Namespace(typed=typed))
    commands.import_from(Path.cwd())  # Agents of one's own are named by module.
    try:
        chosen.run(chosen)
        sys.stdout.flush()
    except ImportError as missing:
        extra = _EXTRAS.get((missing.name or "").partition(".")[0])
        how = f'{missing.name} is not installed: pip install "seq-envs[{extra}]"' if extra else str(missing)
        parser.exit(2, f"seq-envs: {how}\n")
    except seq_envs.ActionError as wrong:
        parser.exit(2, f"seq-envs: {wrong}\n")
    except gymnasium.error.Error as wrong:
        parser.exit(2, f"seq-envs: {wrong} The ids are {', '.join(seq_envs.ids())}.\n")
    except (Refused, ValueError, TypeError) as wrong:
        parser.exit(2, f"seq-envs: {wrong}\n")
    except MemoryError as full:
        parser.exit(2, f"seq-envs: the problem is too large for this machine's memory: {full}\n")
    except BrokenPipeError:  # The reader, `head` perhaps, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as wrong:
        parser.exit(2, f"seq-envs: {wrong}\n")
    except KeyboardInterrupt:
        parser.exit(130, "seq-envs: interrupted\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="seq-envs", description=_PURPOSE)
    parser.add_argument("--version", action="version", version=f"seq-envs {seq_envs.__version__}")
    menu = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], None], about: str) -> argparse.ArgumentParser:
        added = plain(name, run, about)
        added.epilog = _PARAMETERS
        return added

    def plain(name: str, run: Callable[[argparse.Namespace], None], about: str) -> argparse.ArgumentParser:
        added = menu.add_parser(name, help=about, description=f"{about}.", allow_abbrev=False)
        added.set_defaults(run=run)
        return added

    plain("list", lambda _: commands.list_everything(), "the menu of problems and agents")
    show = command("show", _show, "one problem: parameters, spaces, levels, an episode; or the settings of an agent")
    play = command("play", _play, "answer a problem by keyboard")
    train = command("train", _train, "train an agent on a problem, in a folder of its own")
    evaluate = command("evaluate", _evaluate, "evaluate what was trained, on its problem or with parameters changed")

    ladder = plain("ladder", _ladder, "climb tiny tasks with a recurrent agent, and say where it breaks and why")
    ladder.add_argument("agent", metavar="AGENT", help="see `seq-envs list`; or module:function, a training function")
    ladder.add_argument(
        "--rollout", type=_number(Integer(22, 512)), default=32,
        help="time steps of each lane that the agent reads between two updates (default: 32)",
    )  # fmt: skip
    ladder.add_argument("--seed", type=_number(Integer(0, 2**32 - 1)), default=0, help="of the climb (default: 0)")
    ladder.add_argument("--set", action="append", default=[], metavar="SETTING=VALUE", help="a setting of the agent")
    ladder.add_argument("--all", action="store_true", help="go on after a failure")

    takes_parameters = add_commands(plain, _number(Integer(1)), _settings, _parameters)
    train.add_argument("agent", metavar="AGENT", help="see `seq-envs list`")
    for one in (show, play, train):
        one.add_argument("id", metavar="ID", help="such as SeqEcho-v0")
    evaluate.add_argument("path", metavar="RUN", type=Path, help="the folder that `train` wrote")
    seed = _number(Integer(0, 2**32 - 1))
    for one, what in ((train, "of the training"), (evaluate, "of the episodes")):
        one.add_argument("--seed", type=seed, default=0, help=f"{what} (default: 0)")
        one.add_argument("--episodes", type=_number(Integer(1)), default=10_000, help="to evaluate on (default: 10000)")
    play.add_argument("--seed", type=seed, default=None, help="which episodes (default: any)")
    play.add_argument("--episodes", type=_number(Integer(1)), default=1, help="how many (default: 1)")
    train.add_argument("--out", type=Path, help="folder of the run (default: runs/AGENT-ID-SEED)")
    train.add_argument("--resume", action="store_true", help="go on from the checkpoint in the folder, if there is one")
    train.add_argument("--set", action="append", default=[], metavar="SETTING=VALUE", help="a setting of the agent")
    evaluate.add_argument("--json", action="store_true", help="print the evaluation as JSON")
    _add_parameters(show, play, train, evaluate, *takes_parameters)
    return parser


def _add_parameters(*parsers: argparse.ArgumentParser) -> None:
    """Every parameter of every problem as an option, read as text: what it means depends on the problem."""
    kinds = {
        field.name: field.metadata["kind"]
        for id in seq_envs.ids()
        for field in dataclasses.fields(seq_envs.make_problem(id))
    }
    for name, kind in kinds.items():
        # --reverse alone means --reverse true.
        alone: dict[str, Any] = {"nargs": "?", "const": "true"} if isinstance(kind, Flag) else {}
        for parser in parsers:
            parser.epilog = _PARAMETERS
            parser.add_argument(
                commands.option(name), dest=f"parameter {name}", default=argparse.SUPPRESS, help=argparse.SUPPRESS,
                **alone,
            )  # fmt: skip


def _number(kind: Integer) -> Any:
    def read(text: str) -> Any:
        try:
            return kind.check("it", kind.parse(text))
        except ValueError as wrong:
            raise argparse.ArgumentTypeError(str(wrong)) from None

    return read


def _parameters(id: str, chosen: argparse.Namespace) -> dict[str, Any]:
    """The parameters given as options, as the problem of this id reads them."""
    given = {name.split()[1]: text for name, text in vars(chosen).items() if name.startswith("parameter ")}
    kinds = {field.name: field.metadata["kind"] for field in dataclasses.fields(seq_envs.make_problem(id))}
    read = {name: kinds[name].parse(text) if name in kinds else text for name, text in given.items()}
    seq_envs.make_problem(id, **read)  # Refuses what is wrong.
    return read


def _settings(texts: Sequence[str]) -> Mapping[str, str]:
    """SETTING=VALUE, each."""
    for text in texts:
        if "=" not in text:
            raise Refused(f"--set takes SETTING=VALUE, got {text!r}")
    return {name.replace("-", "_"): value for name, _, value in (text.partition("=") for text in texts)}


def _show(chosen: argparse.Namespace) -> None:
    if commands.is_agent(chosen.id):
        commands.show_agent(chosen.id)
        return
    commands.show(chosen.id, seq_envs.make_problem(chosen.id, **_parameters(chosen.id, chosen)))


def _play(chosen: argparse.Namespace) -> None:
    from seq_agents.cli.play import play

    play(seq_envs.make_problem(chosen.id, **_parameters(chosen.id, chosen)), chosen.seed, chosen.episodes)


def _train(chosen: argparse.Namespace) -> None:
    commands.train(
        chosen.agent, chosen.id, _parameters(chosen.id, chosen), _settings(chosen.set), chosen.seed, chosen.episodes,
        chosen.out, chosen.resume,
    )  # fmt: skip


def _ladder(chosen: argparse.Namespace) -> None:
    if not commands.ladder(chosen.agent, chosen.rollout, chosen.seed, _settings(chosen.set), chosen.all):
        sys.stdout.flush()
        raise SystemExit(1)


def _evaluate(chosen: argparse.Namespace) -> None:
    from seq_agents.experiments.run_folder import Run

    parameters = _parameters(Run.open(chosen.path).config.id, chosen)
    commands.evaluate(chosen.path, parameters, chosen.seed, chosen.episodes, chosen.json)
