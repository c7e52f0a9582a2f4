"""Writing files whole or not at all."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def remove_unfinished(folder: Path) -> None:
    """Remove the unfinished files of processes that no longer run, and no other file."""
    for part in folder.glob(f"*{_UNFINISHED}"):
        process = part.name.removesuffix(_UNFINISHED).rpartition(".")[2]
        if process.isdecimal() and not _runs(int(process)):
            part.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    """Whether another process of this machine runs under this number."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return process != os.getpid()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file; a killed process or a full disk leaves the old file or the new one, never a part of it.

    Raises:
        OSError: the file cannot be written; the message names it.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}{_UNFINISHED}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as wrong:
        raise OSError(wrong.errno, wrong.strerror, str(path)) from None  # Not the name of the unfinished file.
    finally:
        temporary.unlink(missing_ok=True)


def without_nan(value: Any) -> Any:
    """The value with None in place of NaN, which JSON does not have."""
    if isinstance(value, Mapping):
        return {key: without_nan(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_nan(inner) for inner in value]
    return None if isinstance(value, float) and math.isnan(value) else value


_UNFINISHED = ".seq-envs.tmp"
"""The end of the name of a file that is being written; the number of the writing process comes before it."""
