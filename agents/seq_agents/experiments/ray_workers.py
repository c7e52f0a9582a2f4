"""Tasks on a Ray cluster, with the events that `seq_agents.experiments.workers.do_all` has on one machine.

Every node of the cluster needs this package with its extra `agents`, in the versions that this machine has. An agent of
one's own ("module:factory") is found where it is found here: in a folder that all nodes see under the same path, or
installed on all of them.
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
from seq_agents.experiments.workers import Begun, Done, Event, Telling, Under, failure
from seq_agents.learners.learner import Watch

Item = TypeVar("Item")

_RETRIES = 3
"""How often a task is begun anew whose process or node has died."""
_SECONDS_BETWEEN_NEWS = 0.2
_SECONDS_TO_CONNECT = 10
_STORE = 128 * 1024**2
"""Bytes for the objects of a Ray of our own: a result is a few kilobytes, and Ray would take a third of the memory."""
_ADDRESSES = 'an address is "auto", "host:port" or "ray://host:port"'


def do_all(task: Callable[[Item, Watch], Any], items: Sequence[Item], address: str | None = None) -> Iterator[Event]:
    """Do a task for every item, each in a process with one core and one thread of torch, wherever one is free.

    The events come as for `seq_agents.experiments.workers.do_all`. A task whose process or node dies is begun anew, up
    to three times; one that raises is not. When the iterator is closed or interrupted, the tasks are ended.

    Args:
        task: a function that can be imported; called with an item and a watch for its progress.
        items: to be pickled.
        address: of a running cluster: "auto", "host:port" or "ray://host:port"; None: a Ray with all cores of this
            machine, which is ended at the end. Where this process is connected to a cluster already, that one is used
            and stays connected.

    Raises:
        ConnectionError: the cluster cannot be reached, or is of another version of Ray or Python.
    """
    mine = not ray.is_initialized()
    if mine:
        _connect(address)
    try:
        yield from _do_all(task, items)
    finally:
        if mine:
            ray.shutdown()


def _do_all(task: Callable[[Item, Watch], Any], items: Sequence[Item]) -> Iterator[Event]:
    actor: Any = ray.remote(num_cpus=0)(_News)
    news = actor.remote()
    work: Any = ray.remote(num_cpus=1, max_retries=_RETRIES, retry_exceptions=False)(_work)
    paths = [os.path.abspath(path) for path in sys.path]
    left = {work.remote(paths, pickle.dumps((task, item)), number, news): number for number, item in enumerate(items)}
    begun: set[int] = set()
    latest = [news.latest.remote()]
    try:
        while left:
            (ready,), _ = ray.wait([*left, *latest], num_returns=1)
            if ready in left:
                told = [(left.pop(ready), _result(ready))]
            else:
                heard = _heard(ready)
                latest = [] if heard is None else [news.latest.remote()]
                under_way = set(left.values())  # News of a task may come after its result.
                told = [(number, event) for number, event in heard or [] if number in under_way]
            for number, event in told:
                if number not in begun:
                    begun.add(number)
                    yield Begun(items[number])
                if not isinstance(event, Begun):
                    yield event._replace(item=items[number])
    finally:
        for unfinished in left:
            ray.cancel(unfinished, force=True)
        ray.kill(news)


class _News:
    """Where tasks say how far they are. If it dies with its node, nobody hears of that any more, and nothing else."""

    def __init__(self) -> None:
        self._events: list[tuple[int, Event]] = []

    async def add(self, number: int, event: Event) -> None:
        self._events.append((number, event))

    async def latest(self) -> list[tuple[int, Event]]:
        """What is new, in a moment."""
        await asyncio.sleep(_SECONDS_BETWEEN_NEWS)
        events, self._events = self._events, []
        return events


def _work(paths: Sequence[str], packed: bytes, number: int, news: Any) -> Event:
    """What a process does for a task."""
    import torch

    torch.set_num_threads(1)
    sys.path.extend(path for path in paths if path not in sys.path)  # Before the task is unpacked: it may be there.
    news.add.remote(number, Begun(None))
    try:
        task, item = pickle.loads(packed)
        return Done(None, task(item, Telling(lambda moment: news.add.remote(number, Under(None, moment)))))
    except Exception as error:  # A task may raise whatever it likes.
        return failure(None, error)


def _heard(ready: Any) -> list[tuple[int, Event]] | None:
    """The latest news; None if there will be no more."""
    try:
        heard: list[tuple[int, Event]] = ray.get(ready)
    except RayError:
        return None
    return heard


def _result(ready: Any) -> Event:
    """What a task has come to."""
    try:
        event: Event = ray.get(ready)
    except RayError as error:  # Its process or node died once too often, or it never began.
        return failure(None, error)._replace(reason=_in_one_line(error))
    return event


def _connect(address: str | None) -> None:
    """Connect to a cluster, or start one."""
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address is None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        # Ray begins a task anew for ever that takes more memory than there is, if it is not told otherwise.
        limits = {"task_oom_retries": _RETRIES}
        ray.init("local", include_dashboard=False, object_store_memory=_STORE, _system_config=limits, **quiet)
        return
    _knock(address)
    with _trying_once():
        try:
            ray.init(address, **quiet)
        except Exception as error:  # ConnectionError, RuntimeError for another version, ValueError for nonsense, ...
            ray.shutdown()  # It may be half connected.
            raise ConnectionError(f"Ray at {address} cannot be used: {_in_one_line(error)} ({_ADDRESSES})") from None


def _knock(address: str) -> None:
    """Raise a ConnectionError at once where nobody listens: Ray would try for minutes."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon or not port.isdecimal():
        return  # Ray knows what it is, or says that it does not.
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_SECONDS_TO_CONNECT).close()
    except (OSError, OverflowError) as error:
        raise ConnectionError(f"there is no Ray at {address}: {reason(error)} ({_ADDRESSES})") from None


@contextmanager
def _trying_once() -> Iterator[None]:
    """Let Ray wait for a cluster that does not answer as one for less than a minute, and not for 20 times as long."""
    name = "RAY_gcs_server_port_wait_time_s"
    given = os.environ.get(name)
    os.environ.setdefault(name, "1")
    try:
        yield
    finally:
        if given is None:
            del os.environ[name]


def _in_one_line(error: BaseException) -> str:
    """What Ray has to say, without its tracebacks and advice."""
    first = next((line for line in str(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {first.strip()}"
