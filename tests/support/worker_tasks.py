"""Tasks that worker processes can import: well-behaved ones, and every other kind."""

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
    """Do what the item says."""
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


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


def raises_without_words(given: Any, watch: Watch) -> None:
    raise Unspeakable


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


def asks_to_exit(given: Any, watch: Watch) -> None:
    sys.exit(given)


def lambda_for(given: Any, watch: Watch) -> Any:
    return lambda: given


class Boobytrap:
    """Can be pickled, but not be read back."""

    def __reduce__(self) -> Any:
        return _explode, ()


def _explode() -> None:
    raise RuntimeError("boom")


def boobytrap(given: Any, watch: Watch) -> Any:
    return Boobytrap()


def large(given: int, watch: Watch) -> bytes:
    return bytes(given)


def threads(given: Any, watch: Watch) -> int:
    import torch

    return torch.get_num_threads()


def tells(given: int, watch: Watch) -> int:
    """So many moments, as fast as it can."""
    for step in range(given):
        watch(Moment(step / given, step, float("nan")))
    return given


def tells_slowly(given: int, watch: Watch) -> int:
    for step in range(given):
        watch(Moment(step / given, step, 0.5))
        time.sleep(0.25)
    return given


def _child_of_child(queue: Any) -> None:
    queue.put("hello")


def has_children(given: Any, watch: Watch) -> Any:
    """Starts processes of its own, in both ways."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    child = context.Process(target=_child_of_child, args=(queue,))
    child.start()
    said = queue.get()
    child.join()
    return said, subprocess.run([sys.executable, "-c", "print(7)"], capture_output=True, text=True).stdout.strip()


def dies_with_a_child(given: str, watch: Watch) -> None:
    """The child has inherited everything that is open, and lives on; the file says who it is."""
    child = os.fork()
    if child == 0:
        time.sleep(300)
        os._exit(0)
    Path(given).write_text(str(child))
    os._exit(3)


def falls_silent(given: float, watch: Watch) -> None:
    """Cannot be heard any more, and goes on."""
    inspect.getclosurevars(cast(Any, watch)._watch).nonlocals["connection"].close()
    time.sleep(given)


def dies_when_idle(given: float, watch: Watch) -> int:
    threading.Timer(given, os._exit, args=(1,)).start()
    return os.getpid()


def announces(given: str, watch: Watch) -> None:
    """Writes who it is, and stays until it is ended."""
    (Path(given) / str(os.getpid())).touch()
    time.sleep(300)
