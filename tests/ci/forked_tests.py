"""Runs of pytest in forks of this process: a fork starts in milliseconds with all libraries imported."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import resource
import signal
import sys
from pathlib import Path

import pytest

LIBRARIES = (
    "gymnasium.vector", "hypothesis", "jinja2", "matplotlib.figure", "rich.console", "sb3_contrib", "scipy.special",
    "stable_baselines3", "torch",
    "torch._dynamo",  # The first optimizer imports it, which takes as long as torch itself.
)  # fmt: skip


def import_libraries() -> None:
    """Import what many tests need, once. Nothing of the project is imported."""
    os.environ |= {"OMP_NUM_THREADS": "1", "SDL_VIDEODRIVER": "dummy"}
    for name in LIBRARIES:
        importlib.import_module(name)
    gc.freeze()  # In forks, the collector would copy the memory of all libraries by looking at it, for a second or two.


class TestRun:
    """pytest in the folder of a project, with its output in a file; the system ends it after `most_cpu_seconds`."""

    __test__ = False

    def __init__(self, folder: Path, arguments: list[str], output: Path, most_cpu_seconds: int | None = None) -> None:
        self.output = output
        self.cpu_seconds = 0.0
        """The CPU time of the run and of all processes that it has waited for, known when it has ended."""
        self._code: int | None = None
        self._child = os.fork()
        if self._child == 0:
            if most_cpu_seconds is not None:
                _, most_allowed = resource.getrlimit(resource.RLIMIT_CPU)
                resource.setrlimit(resource.RLIMIT_CPU, (most_cpu_seconds, most_allowed))
            _run_pytest(folder, arguments, output)

    def exit_code(self) -> int | None:
        """pytest's exit code; None as long as it runs."""
        self._look(os.WNOHANG)
        return self._code

    def wait(self) -> int:
        """Wait for the end; pytest's exit code."""
        self._look(0)
        assert self._code is not None
        return self._code

    def _look(self, options: int) -> None:
        """Note the exit code and the CPU time if the run has ended."""
        if self._code is None:
            ended, status, used = os.wait4(self._child, options)
            if ended:
                self._code, self.cpu_seconds = os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime

    def stop(self) -> None:
        """End the run and all processes that it has started."""
        if self.exit_code() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child, signal.SIGKILL)
            self.wait()


def _run_pytest(folder: Path, arguments: list[str], output: Path) -> None:
    """Run pytest, and end this process with its exit code."""
    code = 3
    try:
        os.setsid()
        os.chdir(folder)
        written = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (1, 2):
            os.dup2(written, stream)
        sys.path[:0] = [str(folder), str(folder / "agents")]
        # Libraries are imported before pytest starts: it need not say so.
        options = ["-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
        code = int(pytest.main([*options, *arguments]))
    finally:
        os._exit(code)
