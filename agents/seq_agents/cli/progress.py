"""Progress bars on stderr: how far, how well, how fast, how long still."""

from __future__ import annotations

import math
import time

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from seq_agents.learners.learner import Moment, Watch


class Bars:
    """A bar for each training, one below the other; a context manager."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description:14}"),
            BarColumn(bar_width=20),
            TextColumn("{task.percentage:>3.0f}%  {task.fields[note]:28}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def add(self, name: str, steps_before: int = 0) -> Watch:
        """A new bar; the result moves it. `steps_before`: those of an earlier part of the training."""
        task = self._progress.add_task(name, total=1.0, note="")
        start = time.perf_counter()

        def watch(moment: Moment) -> None:
            speed = (moment.steps - steps_before) / (time.perf_counter() - start)
            right = "" if math.isnan(moment.accuracy) else f"{moment.accuracy:6.1%} right  "
            self._progress.update(task, completed=moment.done, note=f"{right}{speed:,.0f} steps/s")

        return watch
