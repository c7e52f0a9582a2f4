"""Runs of pytest in forks of this process: a fork starts in milliseconds with all libraries imported."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
from pathlib import Path

import pytest

LIBRARIES = ("gymnasium.vector", "hypothesis", "torch", "stable_baselines3", "sb3_contrib")


def import_libraries() -> None:
    """Import what many tests need, once. Nothing of the project is imported."""
    os.environ |= {"OMP_NUM_THREADS": "1", "SDL_VIDEODRIVER": "dummy"}
    for name in LIBRARIES:
        importlib.import_module(name)


class TestRun:
    """pytest in the folder of a project, with its output in a file."""

    __test__ = False

    def __init__(self, folder: Path, arguments: list[str], output: Path) -> None:
        self.output = output
        self._code: int | None = None
        self._child = os.fork()
        if self._child == 0:
            _run_pytest(folder, arguments, output)

    def exit_code(self) -> int | None:
        """pytest's exit code; None as long as it runs."""
        if self._code is None:
            ended, status = os.waitpid(self._child, os.WNOHANG)
            self._code = os.waitstatus_to_exitcode(status) if ended else None
        return self._code

    def wait(self) -> int:
        """Wait for the end; pytest's exit code."""
        if self._code is None:
            _, status = os.waitpid(self._child, 0)
            self._code = os.waitstatus_to_exitcode(status)
        return self._code

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
