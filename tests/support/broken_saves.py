"""Saves of a run that are broken off by signals or by a full disk, after each of which the run must be whole.

python tests/support/broken_saves.py FOLDER SIGNAL TIMES     in a separate process, since it forks
python tests/support/broken_saves.py FOLDER full TIMES       FOLDER on a small separate disk
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import torch
from seq_agents.experiments.config import Config
from seq_agents.experiments.folder_lock import alone_in
from seq_agents.experiments.run_folder import Run
from seq_agents.learners.learner import Learner


def new_run(folder: Path) -> tuple[Run, Learner]:
    """A run with one save in it."""
    torch.set_num_threads(1)
    run = Run.create(folder / "run", Config.of("lstm", "SeqEcho-v0", {}, settings={"hidden": 32, "updates": 10}))
    learner = run.config.learner()
    run.save(learner, curve_of(1))
    return run, learner


def curve_of(rows: int) -> list[list[float]]:
    return [[float(row), row + 1, 0.5] for row in range(rows)]


def loaded(run: Run) -> int:
    """The number of rows of the saved curve; it and the checkpoint must be of one save."""
    again = Run.open(run.path)
    curve = again.load(again.config.learner())
    assert curve == curve_of(len(curve)), f"no curve of one save: {curve}"
    return len(curve)


def ended_by(number: int, folder: Path, times: Iterable[int]) -> tuple[int, int]:
    """End a process that does nothing but save, at random moments, again and again.

    Returns the number of saves that were made, and of unfinished files that the last one left.
    """
    run, learner = new_run(folder)
    luck, rows = random.Random(0), 1
    for _ in times:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # Until the child has its handler.
        child = os.fork()
        if child == 0:
            _save_for_ever(run, learner, rows)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        time.sleep(luck.uniform(0.005, 0.06))
        os.kill(child, number)
        os.waitpid(child, 0)
        now = loaded(run)
        assert now >= rows, f"{rows - now} saves are lost"
        rows = now
    unfinished = len(list(run.path.glob("*.tmp")))
    with alone_in(run.path):
        assert not list(run.path.glob("*.tmp")), "the next process that uses the folder removes them"
    assert loaded(run) == rows
    return rows - 1, unfinished


def _save_for_ever(run: Run, learner: Learner, rows: int) -> None:
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        while True:
            rows += 1
            run.save(learner, curve_of(rows))
    except KeyboardInterrupt:
        pass
    finally:
        os._exit(0)


def on_a_full_disk(folder: Path, times: Iterable[int]) -> tuple[int, int]:
    """Save while between 0 and 200 kB of the disk are free; the numbers of saves made and refused."""
    run, learner = new_run(folder)
    rows, refused = 1, 0
    filler = folder / "filler"
    for number in times:
        filler.unlink(missing_ok=True)
        room = os.statvfs(folder)
        filler.write_bytes(bytes(max(room.f_bavail * room.f_frsize - 4096 * (number % 50), 0)))
        try:
            run.save(learner, curve_of(rows + 1))
        except OSError:
            refused += 1
        now = loaded(run)
        assert now in (rows, rows + 1)
        rows = now
        assert not list(run.path.glob("*.tmp")), "a refused save leaves no file"
    return rows - 1, refused


if __name__ == "__main__":
    where, how, how_often = Path(sys.argv[1]), sys.argv[2], range(int(sys.argv[3]))
    print(*(on_a_full_disk(where, how_often) if how == "full" else ended_by(int(how), where, how_often)))
