"""Shared by the commands: how to add one, the types of options, problem ids and parameters."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any, NoReturn, Protocol

import gymnasium

import seq_envs
from seq_agents.cli.hints import nearest, refuse_commas, replaced
from seq_agents.errors import Arguments, Refused
from seq_envs.parameters import Domain, Flag, Integer
from seq_envs.problems import GROUPS
from seq_envs.sizes import as_text

_PARAMETERS = "Parameters of the problem are options too, such as --lag 4. `seq-envs show ID` lists them."


RunCommand = Callable[[argparse.Namespace], int | None]
"""Runs a command with its options, and returns the exit code; None is 0."""


class WrongOptions(Exception):
    """Arguments that a parser refuses."""

    def __init__(self, parser: argparse.ArgumentParser, message: str) -> None:
        super().__init__(message)
        self.parser = parser


class Parser(argparse.ArgumentParser):
    """A parser that raises `WrongOptions` and reads every argument with the metavar ID as a problem's id."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands: dict[str, argparse.ArgumentParser] = {}
        """The parsers of the commands by name."""

    def error(self, message: str) -> NoReturn:
        raise WrongOptions(self, message)

    def add_argument(self, *names: Any, **options: Any) -> argparse.Action:
        if options.get("metavar") == "ID":
            options.setdefault(
                "type", partial(_one_of_several, names[0]) if options.get("nargs") == "+" else problem_id
            )
        return super().add_argument(*names, **options)


class Command(Protocol):
    """Adds a command to the command line."""

    def __call__(self, name: str, run: RunCommand, about: str) -> argparse.ArgumentParser:
        """The parser of the new command, for its options.

        Args:
            name: of the command.
            run: runs it with its options.
            about: one line about it, without a full stop.
        """


def number(kind: Integer) -> Callable[[str], int]:
    """The type of an option that is an integer within bounds."""

    def read(text: str) -> int:
        try:
            checked: int = kind.check("it", kind.parse(text))
        except ValueError as wrong:
            raise argparse.ArgumentTypeError(str(wrong)) from None
        return checked

    return read


count = number(Integer(1))
"""The type of an option that is an integer of at least 1."""
seed = number(Integer(0, 2**32 - 1))
"""The type of a seed."""


def settings(texts: Sequence[str]) -> Mapping[str, str]:
    """The settings given as SETTING=VALUE texts, by name.

    Raises:
        Refused: a text has no `=`.
    """
    for text in texts:
        if "=" not in text:
            raise Refused(f"--set takes SETTING=VALUE, got {text!r}")
    return {name.replace("-", "_"): value for name, _, value in (text.partition("=") for text in texts)}


def agent_name(name: str) -> str:
    """The agent as typed.

    Raises:
        Refused: it is the id of a problem.
    """
    if name in seq_envs.ids() or f"{name}-v0" in seq_envs.ids():
        raise Refused(f"the agent comes first, got the problem {name!r}", _agent_first)
    return name


def _agent_first(typed: Arguments) -> Arguments:
    """The arguments with an agent in place of the problem, and the problem where the command takes one."""
    from seq_agents.agents import AGENTS

    problem = next(word for word in typed[1:] if word in seq_envs.ids() or f"{word}-v0" in seq_envs.ids())
    agent = next((word for word in typed[1:] if word in AGENTS), "lstm")
    others = [word for word in typed[1:] if word not in (problem, agent)]
    where = {"train": [problem], "horizon": ["--ids", problem]}.get(typed[0], [])
    return [typed[0], agent, *where, *others]


def add_standard(parser: argparse.ArgumentParser) -> None:
    """Add the two options that say where settings come from; `standard` is None if neither is given."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--standard", action="store_const", const=True, help="standard settings: the same for all problems"
    )
    which.add_argument(
        "--tuned",
        action="store_const",
        const=False,
        dest="standard",
        help="settings tuned for the id (the default)",
    )


def option(name: str) -> str:
    """A parameter's name as an option: n_values is --n-values."""
    return f"--{name.replace('_', '-')}"


@cache
def parameter_domains() -> Mapping[str, Domain]:
    """Every parameter of every problem, and the values it may have."""
    return {
        field.name: field.metadata["domain"]
        for id in seq_envs.ids()
        for field in dataclasses.fields(seq_envs.make_problem(id))
    }


def add_parameters(parser: argparse.ArgumentParser) -> None:
    """Add every parameter of every problem as an option. Its value stays text, since the problem has to parse it."""
    parser.epilog = _PARAMETERS
    for name, domain in {**parameter_domains(), "split": None}.items():
        # --reverse alone means --reverse true.
        alone: dict[str, Any] = {"nargs": "?", "const": "true"} if isinstance(domain, Flag) else {}
        parser.add_argument(
            option(name), dest=f"parameter {name}", default=argparse.SUPPRESS, help=argparse.SUPPRESS, **alone
        )


def parameters(id: str, chosen: argparse.Namespace) -> dict[str, Any]:
    """The parameters given as options, with the values that the problem of this id parses from their texts.

    The values are not checked: `seq_envs.make_problem` does that.
    """
    given = {name.split()[1]: text for name, text in vars(chosen).items() if name.startswith("parameter ")}
    domains = {field.name: field.metadata["domain"] for field in dataclasses.fields(seq_envs.make_problem(id))}
    return {name: domains[name].parse(text) if name in domains else text for name, text in given.items()}


def as_options(given: Mapping[str, Any]) -> list[str]:
    """Parameters as the options that set them."""
    return [f"{option(name)}={as_text(value)}" for name, value in given.items()]


_PATTERN = frozenset("*?[")


def problem_id(text: str) -> str:
    """The full id: SeqEcho-v0 for SeqEcho. A pattern such as SeqEcho* stays as it is.

    Raises:
        Refused: there is no such id; the message says which is nearest.
    """
    module, _, name = text.rpartition(":")
    if module:
        importlib.import_module(module)  # It registers the id.
    ids = seq_envs.ids()
    if name in ids or _PATTERN & set(name):
        return text
    latest = {id.rpartition("-v")[0]: id for id in ids}  # Later versions are registered later.
    if name in latest:
        return f"{module}:{latest[name]}" if module else latest[name]
    if name in gymnasium.registry:
        raise Refused(f"{name} is an environment of another package, not a problem of this one", lambda _: ["list"])
    near = nearest(name, [*ids, *latest])
    if near is None:
        raise Refused(f"there is no problem {text!r}", lambda _: ["list"])
    wanted = f"{module}:{latest.get(near, near)}" if module else latest.get(near, near)
    raise Refused(f"there is no problem {text!r}; the nearest is {wanted}", partial(replaced, text, wanted))


def id_or_group(text: str) -> str:
    """The id that a user means by one value of `--ids`; the name of a group of problems stays as it is."""
    return text if text in GROUPS else _one_of_several("--ids", text)


def _one_of_several(option: str, text: str) -> str:
    """The id that a user means by one value of an option that takes several."""
    refuse_commas(option, text)
    return problem_id(text)
