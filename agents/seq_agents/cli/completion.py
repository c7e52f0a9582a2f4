"""Completion of commands, options, ids and agents by a shell, with argcomplete if it is installed.

eval "$(register-python-argcomplete seq-envs)"
"""

from __future__ import annotations

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
    """The values of options and arguments by their metavar, and files for the others."""

    def __call__(self, prefix: str, action: Any, **others: Any) -> Iterable[str]:
        from argcomplete.completers import FilesCompleter

        values: Iterable[str] = self._by_metavar().get(action.metavar) or FilesCompleter()(prefix, **others)
        return values

    def _by_metavar(self) -> Mapping[str, Iterable[str]]:
        import seq_envs

        ids = {"ID": seq_envs.ids()}
        try:
            from seq_agents.agents import AGENTS
            from seq_agents.cores import CORES
        except ImportError:  # The agents are not installed.
            return ids
        return {**ids, "AGENT": list(AGENTS), "CORE": list(CORES)}  # The values of these menus import torch.
