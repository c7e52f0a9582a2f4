"""Locking a folder for one process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from seq_agents.errors import RunError
from seq_agents.experiments.files import remove_unfinished

_LOCK = ".lock"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Lock a folder, so that no other process of this package writes to it.

    Raises:
        RunError: another process uses the folder.
    """
    lock = FileLock(folder / _LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise RunError(f"{folder} is in use by another process") from None
    try:
        remove_unfinished(folder)
        yield
    finally:
        lock.release()
