"""`seq-envs audit`: plays any environment, and says what its seeds and actions do and what memory is worth in it."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import redirect_stdout
from typing import Any

from seq_agents.cli.hints import next_commands
from seq_agents.cli.options import Command, count, settings
from seq_agents.cli.waiting import working
from seq_agents.errors import Refused, reason
from seq_envs.audit import audit
from seq_envs.audit.made import NotInstalled


def add_commands(command: Command) -> None:
    """Add the command."""
    auditing = command("audit", _audit, "play any environment of Gymnasium, and say what memory is worth in it")
    auditing.add_argument(
        "env", metavar="ENV",
        help="an id; module:ID, to import the module that registers it first; or module:Class",
    )  # fmt: skip
    auditing.add_argument(
        "--steps", type=count, default=500_000,
        help="about how many time steps to play, at least 1000: the more, the smaller the errors (default: 500000)",
    )  # fmt: skip
    auditing.add_argument(
        "--most-steps", type=count, default=1000, help="episodes are cut after this many steps (default: 1000)"
    )
    auditing.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE",
        help="an argument of the environment, such as k=4; values are read as JSON where they are JSON",
    )  # fmt: skip
    auditing.add_argument("--json", action="store_true", help="print the audit as JSON")


def _audit(chosen: argparse.Namespace) -> None:
    """Audit an env and print the report."""
    given = {name: _value(text) for name, text in settings(chosen.set).items()}
    try:
        # What an env prints must not mix with the report.
        with working(f"auditing {chosen.env}") as progress, redirect_stdout(sys.stderr):
            found = audit(chosen.env, steps=chosen.steps, most_steps=chosen.most_steps, progress=progress, **given)
    except NotInstalled as missing:
        raise Refused(str(missing)) from missing
    except (ValueError, TypeError):
        raise
    except Exception as wrong:  # An env may raise anything when it is made or reset.
        raise Refused(f"{chosen.env} cannot be audited: {reason(wrong)}") from wrong
    if chosen.json:
        print(json.dumps(found.as_dict(), indent=2))
        return
    print(f"{found}\n\n{next_commands([*chosen.typed, '--json'])}")


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
