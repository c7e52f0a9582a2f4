"""The commands that start in milliseconds do what Python does."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_arguments_streams_folder_and_environment(commands: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import os, sys\nprint(sys.argv[1:], os.getcwd(), os.environ['GIVEN'], sys.stdin.read())\nsys.exit(3)"
    )
    done = subprocess.run(
        [commands / "python", script, "ü", "two words"],
        input="typed", capture_output=True, encoding="utf-8", env={"GIVEN": "±"}, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.stdout == f"['ü', 'two words'] {tmp_path} ± typed\n"
    assert (done.returncode, done.stderr) == (3, "")


@pytest.mark.parametrize(
    ("code", "exit_code", "said"),
    [
        ("raise KeyError('lost')", 1, "KeyError: 'lost'"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -15, ""),
        ("import warnings; warnings.warn('odd')", 1, "UserWarning: odd"),
        ("import sys; assert not any('seq_' in name for name in sys.modules)", 0, ""),
    ],
)
def test_how_a_command_ends(commands: Path, code: str, exit_code: int, said: str) -> None:
    command = [commands / "python", "-W", "error::UserWarning", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == exit_code
    assert said in done.stderr


def test_workers_are_such_commands_too(commands: Path) -> None:
    """They start much faster, and end as others do."""
    code = """
import multiprocessing, os, signal, sys
context = multiprocessing.get_context("spawn")
ours, theirs = context.Pipe()
worker = context.Process(target=theirs.__class__.send, args=(theirs, 3))
worker.start()
worker.join()
print(ours.recv(), worker.exitcode)
ended = context.Process(target=signal.raise_signal, args=(signal.SIGKILL,))
ended.start()
ended.join()
print(ended.exitcode)
with context.Pool(1) as pool:
    print("torch" in pool.apply(list, [["torch"]]), pool.apply(eval, ["'torch' in __import__('sys').modules"]))
"""
    done = subprocess.run([commands / "python", "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("3 0\n-9\nTrue True\n", "")


def test_a_command_is_killed_with_its_shim(commands: Path, tmp_path: Path) -> None:
    code = f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(300)"
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([commands / "python", "-c", code], timeout=5, check=False)
    number = int((tmp_path / "pid").read_text())
    for _ in range(1000):
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    raise AssertionError("it still runs")


def test_the_command_line(commands: Path) -> None:
    done = subprocess.run([commands / "seq-envs", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("seq-envs ")
