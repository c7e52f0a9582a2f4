"""The progress of trainings on stderr: bars on a terminal that is wide enough, otherwise a line at intervals."""

from __future__ import annotations

import math
import os
import sys
import time

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from seq_agents.learners.learner import Moment, Watch

_WIDTH = 80
"""Characters that a bar with its figures needs."""
_SHARE = 0.1
"""The share of a training between two lines."""
_SECONDS = 10.0
"""The most seconds between two lines."""


class Bars:
    """The progress of several trainings, one below the other; a context manager."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description:14}"),
            BarColumn(bar_width=20),
            TextColumn("{task.percentage:>3.0f}%  {task.fields[note]:28}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        wide = self._progress.console.width >= _WIDTH
        self._live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and wide

    def __enter__(self) -> Bars:
        if self._live:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._progress.stop()

    def add(self, name: str) -> Watch:
        """A watch that displays the progress of a training under this name."""
        speed = _Speed()
        if not self._live:
            return _Lines(name, speed)
        task = self._progress.add_task(name, total=1.0, note="")

        def watch(moment: Moment) -> None:
            self._progress.update(task, completed=moment.done, note=_note(moment, speed(moment)))

        return watch


class _Speed:
    """Time steps per second since the first moment, because a resumed training begins with steps from before."""

    def __init__(self) -> None:
        self._first: tuple[int, float] | None = None

    def __call__(self, moment: Moment) -> float:
        now = time.perf_counter()
        self._first = self._first or (moment.steps, now)
        steps, start = self._first
        return (moment.steps - steps) / (now - start) if now > start else math.nan


class _Lines:
    """Prints a line after each tenth of a training, or after ten seconds if these are shorter."""

    def __init__(self, name: str, speed: _Speed) -> None:
        self._name = name
        self._speed = speed
        self._start = self._last = time.monotonic()
        self._printed = 0.0

    def __call__(self, moment: Moment) -> None:
        now = time.monotonic()
        speed = self._speed(moment)
        if moment.done - self._printed < _SHARE and now - self._last < _SECONDS and moment.done < 1.0:
            return
        self._printed, self._last = moment.done, now
        line = f"{self._name}: {moment.done:4.0%}  {_note(moment, speed)}  {now - self._start:.0f} s"
        print(line, file=sys.stderr, flush=True)


def _note(moment: Moment, speed: float) -> str:
    """How well and how fast an agent learns."""
    right = "" if math.isnan(moment.accuracy) else f"{moment.accuracy:6.1%} right  "
    return right if math.isnan(speed) else f"{right}{speed:,.0f} steps/s"
