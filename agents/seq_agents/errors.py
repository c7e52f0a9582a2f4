"""Errors whose message is for the user, and any exception in one line."""

from __future__ import annotations


class RunError(ValueError):
    """A run folder that cannot be used; the message says why."""


class Refused(Exception):
    """Wrong input; the message is for the user."""


_LONGEST_REASON = 300
"""Characters; the traceback has the rest."""


def reason(error: BaseException) -> str:
    """An exception in one line."""
    try:
        said = " ".join(str(error).split())
    except Exception:  # Somebody's own exception.
        said = ""
    said = said if len(said) <= _LONGEST_REASON else f"{said[:_LONGEST_REASON]}..."
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
