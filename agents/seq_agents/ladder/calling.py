"""Calls a user's code, which may do anything: raise, hang, exit, or return in a process that it forked."""

from __future__ import annotations

import os
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import seq_agents
import seq_envs
from seq_agents.errors import reason
from seq_agents.ladder.time_limit import TimeUp, time_limit
from seq_envs.distributions import how_to_install

Result = TypeVar("Result")

_INSTALLED = (
    *(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    *(str(Path(str(package.__file__)).parent) for package in (seq_agents, seq_envs)),
)
"""The folders of installed packages, and of this one."""


class Failed(Exception):
    """A call that ended without a result.

    Args:
        means: what that means.
        note: what was seen.
    """

    def __init__(self, means: str, note: str) -> None:
        super().__init__(note)
        self.means, self.note = means, note


def call(activity: str, function: Callable[[], Result], seconds: float | None) -> Result:
    """The result of a function.

    Args:
        activity: what the function does, such as "training".
        function: called without arguments.
        seconds: the time that it may take; None: any.

    Raises:
        Failed: it raised an exception, exited, or took longer.
    """
    try:
        with _in_this_process(activity), time_limit(seconds):
            return function()
    except Failed:
        raise
    except TimeUp as up:
        means = f"The {activity} was ended by the time limit, so nothing is known about its memory."
        raise Failed(means, f"The {activity} was ended by the time limit{place(up)}.") from None
    except (Exception, SystemExit) as exception:  # A user's code may raise anything.
        means = f"The {activity} raised an exception, so nothing is known about its memory."
        note = f"The {activity} raised an exception. {reason(exception)}{place(exception)}"
        if isinstance(exception, ModuleNotFoundError):
            note = f"{note}. {how_to_install(exception)}"
        raise Failed(means, note) from exception


@contextmanager
def _in_this_process(activity: str) -> Iterator[None]:
    """End a process that the block forked and that comes back from it: it would climb, too, and report twice."""
    process = os.getpid()
    try:
        yield
    finally:
        if os.getpid() != process:
            text = f"A process that the {activity} forked came back from it. It ends here."
            print(text, file=sys.stderr, flush=True)
            os._exit(1)


def place(error: BaseException) -> str:
    """Where in a user's code an error was raised, as " (file.py, line 3)"; empty if that is not known.

    It is the innermost line outside of this package and of installed packages.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not frame.filename.startswith(("<", *_INSTALLED))]
    return f" ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else ""
