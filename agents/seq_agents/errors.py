"""Errors whose message is for the user, and a one-line text for any exception."""

from __future__ import annotations

from collections.abc import Callable

Arguments = list[str]
"""The words of a command line after `seq-envs`."""


class RunError(ValueError):
    """A run folder that cannot be used; the message says why."""


class Refused(Exception):
    """Wrong input; the message is for the user.

    Args:
        message: what is wrong.
        instead: takes the arguments that the user typed and returns those of a command that works. The command line
            prints that command below the message.
    """

    def __init__(self, message: str, instead: Callable[[Arguments], Arguments] | None = None) -> None:
        super().__init__(message)
        self.instead = instead


_LONGEST_REASON = 300
"""The most characters of a message in a reason; the traceback has the whole message."""


def reason(error: BaseException) -> str:
    """The type and message of an exception in one line of at most about 300 characters."""
    try:
        message = " ".join(str(error).split())
    except Exception:  # The exception may come from a user's module, and its __str__ may raise.
        message = ""
    message = message if len(message) <= _LONGEST_REASON else f"{message[:_LONGEST_REASON]}..."
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
