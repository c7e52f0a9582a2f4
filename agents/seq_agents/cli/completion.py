"""Completion of commands, options, ids, agents and parameters by a shell, with argcomplete if it is installed.

eval "$(register-python-argcomplete seq-envs)"
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterable, Mapping
from typing import Any


def complete() -> None:
    """Print what can follow the line that the user typed in a shell, and end the process.

    Without argcomplete it only ends the process, since the shell must not run the command that is being typed.
    """
    try:
        import argcomplete
    except ImportError:
        raise SystemExit from None
    from seq_agents.cli.main import parser

    values: Any = _Values()  # argcomplete calls it, but types it as one of its own classes.
    argcomplete.autocomplete(parser(), exit_method=sys.exit, print_suppressed=True, default_completer=values)


class _Values:
    """The values of options and arguments by their metavar or their parameter, and files for the others."""

    def __call__(self, prefix: str, action: Any, **others: Any) -> Iterable[str]:
        from argcomplete.completers import FilesCompleter

        by_metavar = self._by_metavar()
        values = [*self._of_parameter(action.dest), *by_metavar.get(action.metavar, ())]
        if (action.dest, action.metavar) == ("name", "ID"):  # `show` takes a problem or an agent.
            values += by_metavar.get("AGENT", ())
        files: Iterable[str] = FilesCompleter()(prefix, **others)
        return values or files

    def _of_parameter(self, dest: str) -> Iterable[str]:
        """The values that a parameter of some problem takes by name; empty if it takes numbers, or is no parameter."""
        import seq_envs

        problems = [seq_envs.make_problem(id) for id in seq_envs.ids()]
        if dest == "parameter split":
            return sorted({split for problem in problems for split in problem.splits})
        fields = [field for problem in problems for field in dataclasses.fields(problem)]
        domains = [field.metadata["domain"] for field in fields if f"parameter {field.name}" == dest]
        return sorted({name for domain in domains for name in getattr(domain, "options", ())})

    def _by_metavar(self) -> Mapping[str, Iterable[str]]:
        import seq_envs

        ids: dict[str, Iterable[str]] = {"ID": seq_envs.ids(), "ON": seq_envs.ids()}
        try:
            from seq_agents.agents import AGENTS
            from seq_agents.cores import CORES
        except ImportError:  # The agents are not installed.
            return ids
        return {**ids, "AGENT": list(AGENTS), "CORE": list(CORES)}  # The values of these menus import torch.
