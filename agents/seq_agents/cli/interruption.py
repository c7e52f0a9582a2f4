"""Ctrl-C and SIGTERM: both end a command in the same way, at any time and without a traceback.

This module imports little, since `main` installs the handlers before it imports anything else.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from seq_agents.stop_signals import STOP_SIGNALS


class Terminated(KeyboardInterrupt):
    """SIGTERM, for example from the scheduler of a cluster. Code that handles Ctrl-C handles it too."""


class Interrupted(KeyboardInterrupt):
    """An interruption with a message from the command that it ended.

    Args:
        number: of the signal.
        message: what is done and how to continue.
    """

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.number = number
        self.message = message


def exit_code(number: int) -> int:
    """The exit code of a process that a signal ends: 130 for Ctrl-C, 143 for SIGTERM."""
    return 128 + number


def number_of(error: KeyboardInterrupt) -> int:
    """The number of the signal that caused an interruption."""
    if isinstance(error, Interrupted):
        return error.number
    return signal.SIGTERM if isinstance(error, Terminated) else signal.SIGINT


@contextmanager
def interruptible(*, until_exit: bool) -> Iterator[list[int]]:
    """Raise KeyboardInterrupt for Ctrl-C and `Terminated` for SIGTERM.

    A signal that the process ignores, as under nohup, stays ignored.

    Args:
        until_exit: the process ends after this block. Signals then end it at once instead of raising an exception
            while Python shuts down. Otherwise, the block ends by restoring the previous handlers and hooks.

    Yields:
        The signals that arrived, in order. Some libraries turn an interruption of their import into an exception of
        another type: where this list is not empty, an exception means the interruption.
    """
    arrived: list[int] = []

    def interrupt(number: int, _: Any) -> None:
        arrived.append(number)
        raise Terminated if number == signal.SIGTERM else KeyboardInterrupt

    old_hook = sys.unraisablehook

    def interrupt_again(unraisable: Any) -> None:
        """Python drops an exception from a destructor. An interruption that is dropped is sent again."""
        if not issubclass(unraisable.exc_type, KeyboardInterrupt):
            old_hook(unraisable)
            return
        from threading import Timer

        Timer(0.02, os.kill, (os.getpid(), arrived[-1] if arrived else signal.SIGINT)).start()

    try:
        old = {number: signal.signal(number, interrupt) for number in STOP_SIGNALS if _is_heard(number)}
    except ValueError:  # Only the main thread may set handlers.
        yield arrived
        return
    sys.unraisablehook = interrupt_again
    try:
        yield arrived
    finally:
        for number, handler in old.items():
            signal.signal(number, signal.SIG_DFL if until_exit else handler)
        sys.unraisablehook = old_hook


def _is_heard(number: int) -> bool:
    return signal.getsignal(number) not in (signal.SIG_IGN, None)
