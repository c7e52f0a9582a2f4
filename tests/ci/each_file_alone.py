"""Run the tests with every test file in a separate process: no file may need what another file has imported.

    python tests/ci/each_file_alone.py [FILE ...] [--jobs 2] [--pytest=-x ...]

This costs no more than one process for all: each file runs in a fork of this process, which has imported the libraries
(but nothing of the project). Doctests run too. Needs a system that can fork; `python -m pytest` works everywhere.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from forked_tests import TestRun, import_libraries
from warm_python import ForkedServer

ROOT = Path(__file__).parents[2]
DOCTESTS = "seq_envs agents README.md"
LONG = (
    "tests/agents/ladder", "tests/envs/testing", "tests/repository/test_readme.py", "tests/envs/test_oracle.py",
    "tests/agents/cli/test_cli_surroundings.py", "tests/repository/test_examples.py", "tests/repository/test_load.py",
    "tests/envs/estimation", "tests/agents/experiments",
)  # fmt: skip
"""Where the files are that take longest, in this order. They start first, so that no core is idle at the end."""
PASSED = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


def all_files() -> list[str]:
    """What to run, in this order: test files, and all doctests as one."""
    found = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py"))
    names = Counter(Path(file).name for file in found)
    if len(names) < len(found):  # One pytest for all files, as the quick loop starts, takes no two of one name.
        sys.exit(f"test files need names of their own, but {', '.join(name for name in names if names[name] > 1)}")

    def place(file: str) -> int:
        return next((place for place, start in enumerate(LONG) if file.startswith(start)), len(LONG))

    return [*sorted(found, key=place), DOCTESTS]


def finished(files: list[str], options: list[str], jobs: int) -> Iterator[tuple[str, TestRun]]:
    """Run these files, `jobs` at a time; yields each with its run when it has ended."""
    waiting = list(reversed(files))
    running: dict[str, TestRun] = {}
    with tempfile.TemporaryDirectory() as outputs:
        try:
            while waiting or running:
                while waiting and len(running) < jobs:
                    file = waiting.pop()
                    running[file] = TestRun(ROOT, [*file.split(), *options], Path(outputs) / str(len(waiting)))
                for file, run in list(running.items()):
                    if run.exit_code() is not None:
                        del running[file]
                        yield file, run
                time.sleep(0.02)
        finally:
            for run in running.values():
                run.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", help="test files; all of them and all doctests if none is given")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="files to run at the same time")
    parser.add_argument("--pytest", action="append", default=[], metavar="OPTION", help="an option for pytest")
    chosen = parser.parse_args()
    import_libraries()
    server = ForkedServer()
    failed = []
    cpu_seconds = 0.0
    for file, run in finished(chosen.files or all_files(), chosen.pytest, chosen.jobs):
        cpu_seconds += run.cpu_seconds
        output = run.output.read_text(encoding="utf-8")
        if run.exit_code() in PASSED:
            print(f"{file}: {output.rstrip().rpartition(chr(10))[2]}, {run.cpu_seconds:.1f} s of CPU", flush=True)
        else:
            failed.append(file)
            print(f"{output}\nFAILED (alone): {file}", flush=True)
    print(
        f"failed: {', '.join(failed)}" if failed else "all files pass, each one alone",
        f"({cpu_seconds:.0f} s of CPU, and {server.end():.0f} s in commands and workers)",
    )
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
