"""Run every test file in a process of its own, so that no file needs what another one has imported or left behind.

    python tests/ci/each_file_alone.py [FILE ...] [--jobs 2] [-- PYTEST_OPTION ...]

By default this leaves out slow tests and takes few examples of hypothesis. To keep it cheap, each file runs in a fork
of this process, which has imported the libraries (but nothing of the project). Needs a system that can fork.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import pytest
from forked_tests import TestRun, import_libraries

ROOT = Path(__file__).parents[2]
QUICK = ["--hypothesis-profile=brief", "-m", "not slow"]
NOTHING_TO_DO = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


def main() -> None:
    options = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else QUICK
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", help="test files; all if none is given")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args([argument for argument in sys.argv[1:] if argument not in ("--", *options)])
    waiting = chosen.files or sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py"))
    waiting, failed, start = list(reversed(waiting)), [], time.monotonic()
    import_libraries()
    with tempfile.TemporaryDirectory() as outputs:
        running: dict[str, TestRun] = {}
        while waiting or running:
            while waiting and len(running) < chosen.jobs:
                file = waiting.pop()
                output = Path(outputs) / file.replace("/", "-")
                running[file] = TestRun(ROOT, [file, *options], output)
            for file, run in list(running.items()):
                if run.exit_code() is None:
                    continue
                del running[file]
                if run.exit_code() not in NOTHING_TO_DO:
                    failed.append(file)
                    print(f"FAILED alone: {file}\n{run.output.read_text(encoding='utf-8')}", flush=True)
            time.sleep(0.02)
    print(f"each test file alone: {len(failed)} failed, {time.monotonic() - start:.0f} s")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
