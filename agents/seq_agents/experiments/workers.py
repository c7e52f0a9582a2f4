"""Worker processes. A task that raises, or whose process crashes or is killed, does not affect other tasks."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context, parent_process, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from multiprocessing.reduction import ForkingPickler
from typing import Any, Generic, NamedTuple, TypeVar

from seq_agents.errors import reason
from seq_agents.learners.learner import Moment, Watch
from seq_agents.stop_signals import STOP_SIGNALS
from seq_envs.parameters import Integer

Item = TypeVar("Item")

_SPAWN = get_context("spawn")  # Forked processes inherit torch's threads, and may hang.
_SECONDS_BETWEEN_PROGRESS = 0.2
"""The shortest time between two progress events of a process."""
_SECONDS_BETWEEN_CHECKS = 1.0
"""The time between two checks whether the processes are alive. Usually the connection of a process closes at once when
it ends, but a child of the process may hold it open."""
_SECONDS_TO_END = 5.0
"""The time that a process has to end after it has closed its connection."""


class Begun(NamedTuple):
    """A worker has taken a task."""

    item: Any


class Progress(NamedTuple):
    """The progress of a task."""

    item: Any
    moment: Moment


class Done(NamedTuple):
    """A task has a result."""

    item: Any
    result: Any


class Failed(NamedTuple):
    """A task raised an exception, or its process ended."""

    item: Any
    reason: str
    """The reason in one line."""
    details: str = ""
    """The traceback; empty if there is none."""


Event = Begun | Progress | Done | Failed


def failure(item: Any, error: BaseException) -> Failed:
    """The event for an exception."""
    return Failed(item, reason(error), "".join(traceback.format_exception(error)))


def do_all(task: Callable[[Item, Watch], Any], items: Sequence[Item], jobs: int) -> Iterator[Event]:
    """Do a task for every item, in `jobs` processes, each with one thread of torch.

    The events come as they happen: for each item `Begun`, any number of `Progress`, and `Done` or `Failed`. When the
    iterator is closed or interrupted, the processes are ended.

    Args:
        task: a function that can be imported; called with an item and a watch for its progress.
        items: can be pickled.
        jobs: number of processes, at least 1.
    """
    left = list(reversed(items))
    workers: list[_Worker[Item]] = [_Worker(task) for _ in range(min(Integer(1).check("jobs", jobs), len(items)))]
    try:
        for worker in workers:
            yield from _feed(worker, left)
        while busy := [worker for worker in workers if worker.busy]:
            ready = wait([worker.connection for worker in busy], _SECONDS_BETWEEN_CHECKS)
            for worker in busy:
                if worker.connection in ready or worker.gone:
                    yield worker.event()
                    yield from _feed(worker, left)
    finally:
        for worker in workers:
            worker.end()


def _feed(worker: _Worker[Item], left: list[Item]) -> Iterator[Event]:
    """Give a worker that is not busy the next item that can be pickled."""
    while left and not worker.busy:
        item = left.pop()
        failed = worker.take(item)
        yield Begun(item)
        if failed is not None:
            yield failed


class _Worker(Generic[Item]):
    """A process that does one item after another. If it crashes, the next item starts a new process."""

    connection: Connection

    def __init__(self, task: Callable[[Item, Watch], Any]) -> None:
        self._task = task
        self._item: Item | None = None
        self._process: SpawnProcess | None = None
        self.busy = False

    def take(self, item: Item) -> Failed | None:
        """Start an item; returns the failure if it cannot be pickled."""
        try:
            content = ForkingPickler.dumps(item)
        except Exception as error:  # Pickling an item may raise anything.
            return failure(item, error)
        if self.gone:
            self._begin()
        self._item, self.busy = item, True
        with suppress(OSError):  # The process has just ended; `event` reports it.
            self.connection.send_bytes(content)
        return None

    def _begin(self) -> None:
        self.end()
        self.connection, other = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_work, args=(self._task, other))
        with _uninterrupted():
            self._process.start()
        other.close()  # Otherwise this end would not notice that the process is gone.

    @property
    def gone(self) -> bool:
        """Whether there is no live process."""
        return self._process is None or not self._process.is_alive()

    def event(self) -> Event:
        """The next event of the process, or the failure if it has ended."""
        try:
            content = self.connection.recv_bytes() if self.connection.poll() else None
        except (EOFError, OSError):
            content = None
        event: Event
        if content is None:
            event = Failed(None, self._how_it_ended())
        else:
            try:
                event = ForkingPickler.loads(content)
            except Exception as error:  # Unpickling a result may raise anything.
                event = failure(None, error)
        self.busy = isinstance(event, Progress)
        return event._replace(item=self._item)  # The item itself, not its unpickled copy.

    def _how_it_ended(self) -> str:
        assert self._process is not None
        self._process.join(_SECONDS_TO_END)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
            return "its process closed its connection"
        code = self._process.exitcode or 0
        if code >= 0:
            return f"its process ended with exit code {code}"
        names = {known.value: known.name for known in signal.Signals}
        return f"its process ended by signal {names.get(-code, -code)}{' (out of memory?)' if code == -9 else ''}"

    def end(self) -> None:
        """End the process."""
        if self._process is not None:
            if self._process.pid is not None:  # It was started.
                self._process.kill()
                self._process.join()
            self.connection.close()
            self._process = None


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C and SIGTERM back while a process starts, which cannot ignore them yet."""
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    resource_tracker.ensure_running()  # If it started in this block, it would unblock signals.
    arrived: list[int] = []  # Another thread may get the signal, and Python then runs the handler here.
    handlers = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    handlers = {number: handler for number, handler in handlers.items() if handler is not None}  # None: not Python's.
    for number in handlers:
        signal.signal(number, lambda received, _: arrived.append(received))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if arrived:
            signal.raise_signal(arrived[0])


def _ignore_stops() -> None:
    """Ignore Ctrl-C and SIGTERM, which often reach the whole process group: the main process decides what to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A handler and not SIG_IGN, which a task's own processes would inherit: `Process.terminate` could not end them.
    signal.signal(signal.SIGTERM, lambda *_: None)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)  # `_uninterrupted` blocks them.


def _use_one_thread() -> None:
    """Give torch one thread. This does not import torch, which takes seconds: the task decides whether it is needed."""
    os.environ |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}  # torch reads them when it is imported.
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


def _work(task: Callable[[Any, Watch], Any], connection: Connection) -> None:
    """Do tasks until the connection closes. This is what a worker process runs."""
    _ignore_stops()
    _use_one_thread()
    threading.Thread(target=_end_with, args=(parent_process(),), daemon=True).start()
    while True:
        try:
            content = connection.recv_bytes()
        except EOFError:
            return
        try:
            item = ForkingPickler.loads(content)
            watch = ThrottledWatch(lambda moment: connection.send(Progress(None, moment)))
            answer = ForkingPickler.dumps(Done(None, task(item, watch)))
        except Exception as error:  # A task may raise anything.
            answer = ForkingPickler.dumps(failure(None, error))
        connection.send_bytes(answer)


class ThrottledWatch:
    """A watch that passes on a moment every `_SECONDS_BETWEEN_PROGRESS` at most."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._latest = -_SECONDS_BETWEEN_PROGRESS

    def __call__(self, moment: Moment) -> None:
        done, steps, accuracy = moment
        now = time.monotonic()
        if now - self._latest >= _SECONDS_BETWEEN_PROGRESS:
            self._latest = now
            self._watch(Moment(float(done), int(steps), float(accuracy)))


def _end_with(other: Any) -> None:
    """End this process when its parent process ends, because its result would be lost."""
    other.join()
    os._exit(1)
