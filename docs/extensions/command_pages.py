"""The page of the command line, from its argument parser."""

from __future__ import annotations

import argparse
import os
from unittest.mock import patch

from seq_agents.cli import main
from site_text import code, table


def pages() -> dict[str, str]:
    """The text of each page by its file name."""
    make_parser = getattr(main, "parser", None) or main._parser
    return {"command-line.md": page(make_parser())}


def page(parser: argparse.ArgumentParser) -> str:
    """Every command with its usage and options."""
    [menu] = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    about = {choice.dest: choice.help or "" for choice in menu._choices_actions}
    parts = [
        "# Command line\n",
        f"{parser.description}\n",
        table(("command", "what it does"), [(f"[`{name}`](#{name})", about.get(name, "")) for name in menu.choices]),
    ]
    for name, command in menu.choices.items():
        parts += [f"## {name}\n", f"{_capital(command.description or about.get(name, ''))}\n", code(_usage(command))]
        rows = [(f"`{_names(action)}`", _help(command, action)) for action in command._actions if _is_public(action)]
        if rows:
            parts.append(table(("argument", "meaning"), rows))
        if command.epilog:
            parts.append(f"{command.epilog}\n")
    return "\n".join(parts)


def _usage(command: argparse.ArgumentParser) -> str:
    with patch.dict(os.environ, {"COLUMNS": "80", "NO_COLOR": "1"}):
        return command.format_usage()


def _is_public(action: argparse.Action) -> bool:
    return action.help != argparse.SUPPRESS and not isinstance(action, argparse._HelpAction)


def _names(action: argparse.Action) -> str:
    """The names of an option with its value, or of a positional argument."""
    value = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    if not action.option_strings:
        return value
    takes_value = action.nargs != 0
    return ", ".join(action.option_strings) + (f" {value}" if takes_value else "")


def _help(command: argparse.ArgumentParser, action: argparse.Action) -> str:
    return command._get_formatter()._expand_help(action) if action.help else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
