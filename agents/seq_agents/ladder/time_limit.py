"""A limit to the time of a block that may never end."""

from __future__ import annotations

import ctypes
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_AGAIN = 5.0
"""Seconds until a block that went on after `TimeUp` gets another one."""
_SOON = 1e-3
"""Seconds; a timer of 0 would never ring."""


class TimeUp(BaseException):
    """A block reached its time limit. It is no `Exception`, since code that goes on after any `Exception` must end."""


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Raise `TimeUp` in the block when it has run for this long; None: let it run.

    In the main thread of a POSIX system, a signal ends what waits too, such as a sleep or a lock. Elsewhere, and
    within a call of a library in C, the exception comes when Python runs its next instruction.
    """
    if seconds is None:
        yield
    elif hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        with _by_signal(max(seconds, _SOON)):
            yield
    else:
        with _by_thread(max(seconds, _SOON)):
            yield


@contextmanager
def _by_signal(seconds: float) -> Iterator[None]:
    """A limit by SIGALRM; an alarm that was set before is set again afterwards."""

    def ring(*_: Any) -> None:
        raise TimeUp

    start = time.monotonic()
    old_handler = signal.signal(signal.SIGALRM, ring)
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, old_handler)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - start), _SOON), interval)


@contextmanager
def _by_thread(seconds: float) -> Iterator[None]:
    """A limit by an exception that another thread raises in this one."""
    thread, ended = ctypes.c_ulong(threading.get_ident()), threading.Event()
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc

    def ring() -> None:
        wait = seconds
        while not ended.wait(wait):
            raise_in(thread, ctypes.py_object(TimeUp))
            wait = _AGAIN

    ringing = threading.Thread(target=ring, daemon=True)
    ringing.start()
    try:
        yield
    finally:
        ended.set()
        ringing.join()
        raise_in(thread, None)  # One that is still to come.
