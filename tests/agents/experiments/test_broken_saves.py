"""A run is whole after saves that real signals end at random moments, and after saves on a full disk."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from paths import SUPPORT


def counts(python: Path, folder: Path, how: str, times: int) -> tuple[int, int]:
    """The counts that `broken_saves.py` prints; it fails if a run is not whole."""
    script = SUPPORT / "broken_saves.py"
    done = subprocess.run(
        [python, script, folder, how, str(times)],
        capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    saved, other = map(int, done.stdout.split())
    return saved, other


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_saves_ended_by_a_signal(number: int, tmp_path: Path, commands: Path) -> None:
    saved, unfinished = counts(commands / "python", tmp_path, str(int(number)), 40)
    assert saved > 0
    if number == signal.SIGINT:
        assert unfinished <= 1, "an interrupted save cleans up after itself"
    else:
        assert unfinished > 0, "none was ended in the middle: this has tested nothing"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    try:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", tmp_path], capture_output=True, text=True, check=False
        )
        wrong = done.stderr if done.returncode else ""
    except OSError as error:
        wrong = str(error)
    if wrong:
        pytest.skip(f"no file system can be mounted here: {wrong}")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


@pytest.mark.slow
def test_saves_on_a_full_disk(small_disk: Path, commands: Path) -> None:
    saved, refused = counts(commands / "python", small_disk, "full", 60)
    assert saved > 0
    assert refused > 0
    assert saved + refused == 60
