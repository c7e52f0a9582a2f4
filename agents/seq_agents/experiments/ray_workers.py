"""Tasks on a Ray cluster, with the same events as `seq_agents.experiments.workers.do_all` on one machine.

Every node of the cluster needs this package with its extra `agents`, in the same versions as on this machine. The
module of a user-defined agent ("module:factory") must be installed on all nodes, or lie in a folder that all nodes have
under the same path.
"""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import ray
from ray.exceptions import RayError

from seq_agents.errors import reason
from seq_agents.experiments.workers import Begun, Done, Event, Progress, ThrottledWatch, failure
from seq_agents.learners.learner import Watch

Item = TypeVar("Item")

_RETRIES = 3
"""How often a task is started again after its process or node has died."""
_SECONDS_BETWEEN_PROGRESS = 0.2
"""The time that the progress of all tasks is collected before it is passed on."""
_SECONDS_TO_CONNECT = 10
_STORE = 128 * 1024**2
"""Bytes for Ray's object store: a result has a few kilobytes, and Ray's default is a third of the memory."""
_ADDRESSES = 'an address is "auto", "host:port" or "ray://host:port"'


def do_all(task: Callable[[Item, Watch], Any], items: Sequence[Item], address: str | None = None) -> Iterator[Event]:
    """Do a task for every item, each in a process with one core and one thread of torch, on any node with a free core.

    The events come as for `seq_agents.experiments.workers.do_all`. A task whose process or node dies is started again,
    up to three times; a task that raises is not. When the iterator is closed or interrupted, the tasks are ended.

    Args:
        task: a function that can be imported; called with an item and a watch for its progress.
        items: can be pickled.
        address: address of a running cluster: "auto", "host:port" or "ray://host:port"; None: start Ray on all cores of
            this machine, and stop it at the end. If this process is connected to a cluster already, that one is used
            and stays connected.

    Raises:
        ConnectionError: the cluster cannot be reached, or has another version of Ray or Python.
    """
    started_here = not ray.is_initialized()
    if started_here:
        _connect(address)
    try:
        yield from _do_all(task, items)
    finally:
        if started_here:
            ray.shutdown()


def _do_all(task: Callable[[Item, Watch], Any], items: Sequence[Item]) -> Iterator[Event]:
    actor: Any = ray.remote(num_cpus=0)(_ProgressActor)
    progress = actor.remote()
    work: Any = ray.remote(num_cpus=1, max_retries=_RETRIES, retry_exceptions=False)(_work)
    paths = [os.path.abspath(path) for path in sys.path]
    left = {
        work.remote(paths, pickle.dumps((task, item)), number, progress): number for number, item in enumerate(items)
    }
    begun: set[int] = set()
    latest = [progress.latest.remote()]
    try:
        while left:
            (ready,), _ = ray.wait([*left, *latest], num_returns=1)
            if ready in left:
                events = [(left.pop(ready), _result(ready))]
            else:
                received = _received(ready)
                latest = [] if received is None else [progress.latest.remote()]
                unfinished = set(left.values())  # An event of a task may come after its result.
                events = [(number, event) for number, event in received or [] if number in unfinished]
            for number, event in events:
                if number not in begun:
                    begun.add(number)
                    yield Begun(items[number])
                if not isinstance(event, Begun):
                    yield event._replace(item=items[number])
    finally:
        for reference in left:
            ray.cancel(reference, force=True)
        ray.kill(progress)


class _ProgressActor:
    """Collects the progress of tasks. If it dies with its node, only the progress is lost."""

    def __init__(self) -> None:
        self._events: list[tuple[int, Event]] = []

    async def add(self, number: int, event: Event) -> None:
        self._events.append((number, event))

    async def latest(self) -> list[tuple[int, Event]]:
        """The events since the last call, after a short wait."""
        await asyncio.sleep(_SECONDS_BETWEEN_PROGRESS)
        events, self._events = self._events, []
        return events


def _work(paths: Sequence[str], packed: bytes, number: int, progress: Any) -> Event:
    """Do one task in a process of the cluster."""
    import torch

    torch.set_num_threads(1)
    sys.path.extend(path for path in paths if path not in sys.path)  # The module of the task may be there.
    progress.add.remote(number, Begun(None))
    try:
        task, item = pickle.loads(packed)
        return Done(
            None, task(item, ThrottledWatch(lambda moment: progress.add.remote(number, Progress(None, moment))))
        )
    except Exception as error:  # A task may raise anything.
        return failure(None, error)


def _received(ready: Any) -> list[tuple[int, Event]] | None:
    """The latest events; None if there will be no more."""
    try:
        received: list[tuple[int, Event]] = ray.get(ready)
    except RayError:
        return None
    return received


def _result(ready: Any) -> Event:
    """The event that ends a task."""
    try:
        event: Event = ray.get(ready)
    except RayError as error:  # Its process or node died too often, or it never started.
        return failure(None, error)._replace(reason=_in_one_line(error))
    return event


def _connect(address: str | None) -> None:
    """Connect to a cluster, or start one."""
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address is None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        # By default, Ray restarts a task that needs too much memory without end.
        limits = {"task_oom_retries": _RETRIES}
        ray.init("local", include_dashboard=False, object_store_memory=_STORE, _system_config=limits, **quiet)
        return
    _refuse_silent_address(address)
    with _trying_once():
        try:
            ray.init(address, **quiet)
        except Exception as error:  # ConnectionError, RuntimeError (another version), ValueError (an odd address).
            ray.shutdown()  # It may be partly connected.
            raise ConnectionError(f"Ray at {address} cannot be used: {_in_one_line(error)} ({_ADDRESSES})") from None


def _refuse_silent_address(address: str) -> None:
    """Raise a ConnectionError at once if nothing listens at the address; Ray would try for minutes."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon or not port.isdecimal():
        return  # Ray itself reads or refuses other addresses.
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_SECONDS_TO_CONNECT).close()
    except (OSError, OverflowError) as error:
        raise ConnectionError(f"there is no Ray at {address}: {reason(error)} ({_ADDRESSES})") from None


@contextmanager
def _trying_once() -> Iterator[None]:
    """Let Ray try an address for less than a minute; by default it tries 20 times as long."""
    name = "RAY_gcs_server_port_wait_time_s"
    given = os.environ.get(name)
    os.environ.setdefault(name, "1")
    try:
        yield
    finally:
        if given is None:
            del os.environ[name]


def _in_one_line(error: BaseException) -> str:
    """The first line of an error of Ray, without tracebacks and advice."""
    first = next((line for line in str(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {first.strip()}"
