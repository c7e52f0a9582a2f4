"""Tasks that worker processes can import: good ones, and one for each way to fail."""

from __future__ import annotations

import inspect
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, cast

from seq_agents.learners.learner import Moment, Watch


def act(item: tuple[str, Any], watch: Watch) -> Any:
    """Call the function of this module that the item names."""
    what, given = item
    return globals()[what](given, watch)


def double(given: int, watch: Watch) -> int:
    return 2 * given


def pid(given: Any, watch: Watch) -> int:
    return os.getpid()


def slowly(given: float, watch: Watch) -> int:
    time.sleep(given)
    return os.getpid()


def raises(given: str, watch: Watch) -> None:
    raise ValueError(given)


class NoMessage(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no message")


def raises_without_message(given: Any, watch: Watch) -> None:
    raise NoMessage


def dies(given: int, watch: Watch) -> None:
    os.kill(os.getpid(), given)
    time.sleep(60)


def survives(given: int, watch: Watch) -> str:
    """Gets a signal that it should ignore."""
    os.kill(os.getpid(), given)
    time.sleep(0.1)
    return "still here"


def terminates_a_child(given: Any, watch: Watch) -> int:
    """Starts a process that takes long and ends it by SIGTERM; its exit code."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    child.terminate()
    return child.wait()


def exits(given: int, watch: Watch) -> None:
    os._exit(given)


def raises_system_exit(given: Any, watch: Watch) -> None:
    sys.exit(given)


def lambda_for(given: Any, watch: Watch) -> Any:
    return lambda: given


class UnpicklingFails:
    """Can be pickled, but not be read back."""

    def __reduce__(self) -> Any:
        return _explode, ()


def _explode() -> None:
    raise RuntimeError("boom")


def unpickling_fails(given: Any, watch: Watch) -> Any:
    return UnpicklingFails()


def large(given: int, watch: Watch) -> bytes:
    return bytes(given)


def threads(given: Any, watch: Watch) -> int:
    import torch

    return torch.get_num_threads()


def reports(given: int, watch: Watch) -> int:
    """Report `given` moments as fast as possible."""
    for step in range(given):
        watch(Moment(step / given, step, float("nan")))
    return given


def reports_slowly(given: int, watch: Watch) -> int:
    for step in range(given):
        watch(Moment(step / given, step, 0.5))
        time.sleep(0.25)
    return given


def _child_of_child(queue: Any) -> None:
    queue.put("hello")


def has_children(given: Any, watch: Watch) -> Any:
    """Start child processes with multiprocessing and with subprocess."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    child = context.Process(target=_child_of_child, args=(queue,))
    child.start()
    said = queue.get()
    child.join()
    return said, subprocess.run([sys.executable, "-c", "print(7)"], capture_output=True, text=True).stdout.strip()


def dies_with_a_child(given: str, watch: Watch) -> None:
    """Leave a child that has inherited all open files and lives on; its process id is in the file."""
    child = os.fork()
    if child == 0:
        time.sleep(300)
        os._exit(0)
    Path(given).write_text(str(child))
    os._exit(3)


def closes_its_connection(given: float, watch: Watch) -> None:
    """Close the connection to the parent process and keep running."""
    inspect.getclosurevars(cast(Any, watch)._watch).nonlocals["connection"].close()
    time.sleep(given)


def dies_when_idle(given: float, watch: Watch) -> int:
    threading.Timer(given, os._exit, args=(1,)).start()
    return os.getpid()


def writes_its_pid(given: str, watch: Watch) -> None:
    """Write the process id, and run until the process is ended."""
    (Path(given) / str(os.getpid())).touch()
    time.sleep(300)
