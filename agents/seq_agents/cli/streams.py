"""Standard streams that are open and take every character, on any console and with any redirection."""

from __future__ import annotations

import codecs
import io
import os
import sys
from typing import Any

_IN_ASCII = {"±": "+-", "✓": "v", "✗": "x", "·": ".", "…": "...", "─": "-", "×": "x"}
"""Replacements for characters of this package's output that a console lacks."""
_HANDLER = "seq_envs_console"
"""The name of the error handler below in Python's registry of codecs."""


def prepare_streams() -> None:
    """Open closed streams on the null device, and let no character or closed pipe end a command.

    A character that the console lacks is written in ASCII. Output to a closed stderr is dropped, so that a training
    continues when the reader of its progress ends. Output to a closed stdout raises BrokenPipeError, since it has the
    results that the command is for.
    """
    codecs.register_error(_HANDLER, _in_ascii)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, _null_stream(number))
        elif isinstance(getattr(sys, name), io.TextIOWrapper):
            getattr(sys, name).reconfigure(errors=_HANDLER if number else "surrogateescape")
    if os.name == "posix" and sys.stderr is sys.__stderr__ and isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr = io.TextIOWrapper(
            io.BufferedWriter(_LossyFile(sys.stderr.fileno(), "w", closefd=False)),
            encoding=sys.stderr.encoding,
            errors=_HANDLER,
            line_buffering=True,
        )


def discard_stdout() -> None:
    """Send the rest of stdout to the null device, so that Python's flush at exit finds nothing wrong."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # ValueError: a stream without a file, as io.StringIO.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - open until the process ends.


class _LossyFile(io.FileIO):
    """A file that accepts and drops what cannot be written."""

    def write(self, content: Any, /) -> int:
        try:
            return super().write(content)
        except OSError:
            return memoryview(content).nbytes


def _null_stream(number: int) -> io.TextIOWrapper:
    """A stream on the null device.

    It takes the closed descriptor `number` too. Otherwise, the next file that is opened would get the descriptor, and
    any library that prints to it would write into that file.
    """
    mode = "w" if number else "r"
    try:
        os.fstat(number)
    except OSError:
        os.open(os.devnull, os.O_WRONLY if number else os.O_RDONLY)  # Gets the lowest number that is free.
    return open(os.devnull, mode, encoding="utf-8")  # type: ignore[return-value]  # A text mode gives this type.


def _in_ascii(error: UnicodeError) -> tuple[str | bytes, int]:
    """The replacement for the first character that cannot be encoded, and where the rest begins."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    character = error.object[error.start]
    here = error.start + 1
    if "\udc80" <= character <= "\udcff" and not error.encoding.lower().startswith(("utf-16", "utf-32")):
        return character.encode("ascii", "surrogateescape"), here  # A byte of a path that is not UTF-8, as it is.
    return _IN_ASCII.get(character) or character.encode("ascii", "backslashreplace").decode("ascii"), here
