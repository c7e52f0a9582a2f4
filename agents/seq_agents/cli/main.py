"""The command `seq-envs`: its parser, and the message and exit code for each exception.

At the top, this module imports only what handles signals and streams: Ctrl-C during other imports then ends the
command without a traceback.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from seq_agents.cli.interruption import Interrupted, exit_code, interruptible, number_of
from seq_agents.cli.streams import discard_stdout, prepare_streams

if TYPE_CHECKING:
    import argparse

    from seq_agents.cli.options import Parser
    from seq_agents.errors import Arguments

_PURPOSE = "Sequence problems as Gymnasium environments: look at one, play it, train agents on it, compare agents."
_WRONG_INPUT = 2


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command.

    Args:
        arguments: of the command line; None: those of this process, which then ends with this call.

    Raises:
        SystemExit: with code 2 after wrong input, 130 after Ctrl-C, 143 after SIGTERM, 1 after a ladder that is not
            climbed, and 0 after --help and --version. A command that succeeds returns.
    """
    prepare_streams()
    with interruptible(until_exit=arguments is None) as arrived:
        try:
            code, message = _run(list(sys.argv[1:] if arguments is None else arguments))
            _flush(strict=not code)
        except SystemExit:  # --help and --version.
            _flush()
            raise
        except KeyboardInterrupt as interruption:
            code, message = exit_code(number_of(interruption)), _interrupted(interruption)
        except BrokenPipeError:  # The reader of stdout, such as `head`, has read enough.
            code, message = 0, ""
            discard_stdout()
        except OSError as wrong:  # stdout cannot be written; `_run` handles every other file.
            code, message = _WRONG_INPUT, str(wrong)
            discard_stdout()
        except Exception as wrong:
            if arrived:
                code, message = exit_code(arrived[-1]), "interrupted"  # An import failed because a signal broke it off.
            elif isinstance(wrong, ImportError) and wrong.name == "gymnasium":  # It is missing or too old.
                code, message = _WRONG_INPUT, str(wrong)
            else:
                raise
        if message:
            print(f"seq-envs: {message}", file=sys.stderr)
        if code:
            raise SystemExit(code)


def parser() -> Parser:
    """The parser of the whole command line. It needs gymnasium and numpy only."""
    import seq_envs
    from seq_agents.cli import (
        audit,
        bench_options,
        catalogue,
        compare,
        inspect,
        ladder,
        options,
        play,
        plot,
        train,
        watch,
    )

    whole = options.Parser(prog="seq-envs", description=_PURPOSE)
    whole.add_argument("--version", action="version", version=f"seq-envs {seq_envs.__version__}")
    menu = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run: options.RunCommand, about: str) -> argparse.ArgumentParser:
        added = menu.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.", allow_abbrev=False)
        added.set_defaults(run=run)
        whole.commands[name] = added
        return added

    for family in (catalogue, play, train, watch, inspect, plot, ladder, audit, bench_options, compare):
        family.add_commands(command)
    return whole


def _run(typed: Arguments) -> tuple[int, str]:
    """Run a command; returns its exit code and a message for stderr."""
    import gymnasium

    from seq_agents.cli.completion import complete
    from seq_agents.cli.hints import as_typed, instead_of
    from seq_agents.cli.install import how_to_install
    from seq_agents.cli.options import WrongOptions
    from seq_agents.errors import Refused

    if "_ARGCOMPLETE" in os.environ:
        complete()
    try:
        chosen = _chosen(typed or ["--help"])
        return chosen.run(chosen) or 0, ""
    except WrongOptions as wrong:
        wrong.parser.print_usage(sys.stderr)
        message, instead = str(wrong), instead_of(str(wrong), typed)
    except Refused as wrong:
        message, instead = str(wrong), wrong.instead and wrong.instead(typed)
    except ImportError as missing:
        message, instead = how_to_install(missing), None
    except MemoryError as full:
        message, instead = f"the problem is too large for this machine's memory: {full}", None
    except (UnicodeEncodeError, BrokenPipeError):  # A fault of this package, and a closed pipe: neither is wrong input.
        raise
    except (ValueError, TypeError, OSError, gymnasium.error.Error) as wrong:
        message, instead = str(wrong), None
    return _WRONG_INPUT, message + (f"\nTry: {as_typed(instead)}" if instead else "")


def _chosen(typed: Arguments) -> argparse.Namespace:
    """The options as they were typed.

    Raises:
        seq_agents.cli.options.WrongOptions, seq_agents.errors.Refused: they are wrong.
    """
    from functools import partial
    from pathlib import Path

    from seq_agents.cli.hints import nearest, refuse_commas, refuse_unknown, replaced
    from seq_agents.cli.user_modules import import_from
    from seq_agents.errors import Refused

    import_from(Path.cwd())  # The user's own agents and problems are named by module.
    whole = parser()
    name = typed[0] if typed else ""
    near = nearest(name, whole.commands)
    if name in whole.commands:
        refuse_unknown(whole.commands[name], typed)
    elif near and not name.startswith("-"):
        raise Refused(f"there is no command {name!r}; the nearest is {near}", partial(replaced, name, near))
    chosen = whole.parse_args(typed)
    chosen.typed = typed
    for agent in getattr(chosen, "agents", None) or []:
        refuse_commas("--agents", agent)
    return chosen


def _flush(*, strict: bool = False) -> None:
    """Flush stdout. Unless strict, drop what cannot be written, so that Python does not try again at exit."""
    try:
        sys.stdout.flush()
    except OSError:
        if strict:
            raise
        discard_stdout()


def _interrupted(interruption: KeyboardInterrupt) -> str:
    if isinstance(interruption, Interrupted):
        return interruption.message
    return "interrupted"
