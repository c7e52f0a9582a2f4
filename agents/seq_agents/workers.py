"""Processes that do tasks side by side: one that raises, crashes or is killed costs its own task and no other."""

from __future__ import annotations

import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, NamedTuple, TypeVar

from seq_agents.learner import Moment, Watch

Item = TypeVar("Item")

_SPAWN = get_context("spawn")  # Forked processes inherit torch's threads, and may hang.
_SECONDS_BETWEEN = 0.2
"""Between two moments that a process tells of."""


class Begun(NamedTuple):
    """A worker has taken a task."""

    item: Any


class Under(NamedTuple):
    """A task under way."""

    item: Any
    moment: Moment


class Done(NamedTuple):
    """A task with its result."""

    item: Any
    result: Any


class Failed(NamedTuple):
    """A task that raised, or whose process ended."""

    item: Any
    reason: str
    """In one line."""
    details: str = ""
    """The traceback, if there is one."""


Event = Begun | Under | Done | Failed


def failure(item: Any, error: BaseException) -> Failed:
    """What an exception comes to."""
    return Failed(item, reason(error), "".join(traceback.format_exception(error)))


def reason(error: BaseException) -> str:
    """An exception in one line."""
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def do_all(task: Callable[[Item, Watch], Any], items: Sequence[Item], jobs: int) -> Iterator[Event]:
    """Do a task for every item, in as many processes as `jobs`, each with one thread of torch.

    The events come as they happen, for each item `Begun`, `Under` while it goes on, and `Done` or `Failed`. When the
    iterator is closed or interrupted, the processes are ended.

    Args:
        task: a function that can be imported; called with an item and a watch for its progress.
        items: to be pickled.
        jobs: at least 1.
    """
    left = list(reversed(items))
    workers = [_Worker(task) for _ in range(min(jobs, len(items)))]
    try:
        for worker in workers:
            yield worker.take(left.pop())
        while busy := {worker.connection: worker for worker in workers if worker.busy}:
            for ready in wait(list(busy)):
                worker = busy[ready]  # type: ignore[index]  # What `wait` was given.
                event = worker.event()
                if event is not None:
                    yield event
                if not worker.busy and left:
                    yield worker.take(left.pop())
    finally:
        for worker in workers:
            worker.end()


class _Worker(Generic[Item]):
    """A process, and another one in its place when it has crashed."""

    def __init__(self, task: Callable[[Item, Watch], Any]) -> None:
        self._task = task
        self._item: Item | None = None
        self.busy = False
        self._begin()

    def _begin(self) -> None:
        self.connection, other = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_work, args=(self._task, other))
        self._process.start()
        other.close()  # So that this end hears when the process is gone.

    def take(self, item: Item) -> Begun:
        """Begin with an item."""
        if not self._process.is_alive():
            self._begin()
        self._item, self.busy = item, True
        self.connection.send(item)
        return Begun(item)

    def event(self) -> Event | None:
        """What the process has to say; None if it is nothing new."""
        try:
            event: Event = self.connection.recv()
        except (EOFError, ConnectionError):
            self._process.join()
            code = self._process.exitcode or 0
            how = f"by signal {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
            event = Failed(self._item, f"its process ended {how}{' (out of memory?)' if code == -9 else ''}")
        self.busy = isinstance(event, (Begun, Under))
        return event._replace(item=self._item)  # The very item, not its copy.

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self.connection.close()


def _work(task: Callable[[Any, Watch], Any], connection: Connection) -> None:
    """What a process does."""
    import torch

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes: the first one decides.
    torch.set_num_threads(1)
    threading.Thread(target=_end_with, args=(parent_process(),), daemon=True).start()
    while True:
        try:
            item = connection.recv()
        except EOFError:
            return
        try:
            answer: Event = Done(None, task(item, Telling(lambda moment: connection.send(Under(None, moment)))))
        except Exception as error:  # A task may raise whatever it likes.
            answer = failure(None, error)
        connection.send(answer)


class Telling:
    """A watch that tells of a few moments a second: more would only keep everybody busy."""

    def __init__(self, tell: Watch) -> None:
        self._tell = tell
        self._told = -_SECONDS_BETWEEN

    def __call__(self, moment: Moment) -> None:
        done, steps, accuracy = moment
        now = time.monotonic()
        if now - self._told >= _SECONDS_BETWEEN:
            self._told = now
            self._tell(Moment(float(done), int(steps), float(accuracy)))


def _end_with(other: Any) -> None:
    """End this process when who started it is gone: nobody would hear of its result."""
    other.join()
    os._exit(1)
