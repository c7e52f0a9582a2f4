"""The last resort against code that hangs where no exception reaches it."""

from __future__ import annotations

import faulthandler
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ends_the_process(seconds: float) -> Iterator[None]:
    """End this process, with exit code 1, if the block takes longer; it prints on stderr where each thread was.

    This works within a call of a library in C, too. If stderr is no file of the system, the block may take any time.
    """
    try:
        faulthandler.dump_traceback_later(seconds, exit=True, file=sys.stderr)
    except (OSError, ValueError, RuntimeError, AttributeError):
        yield
        return
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
