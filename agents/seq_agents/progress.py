"""Progress in one line: a terminal and a notebook rewrite it, and any other stream gets a line now and then.

This module imports the standard library only, so that a command can say at once what it does.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from seq_agents.learners.learner import Moment

Progress = Callable[[float], None]
"""Called with the share of some work that is done, in [0, 1]."""


def unseen(share: float) -> None:
    """A `Progress` that shows nothing."""


_SECONDS_BETWEEN_LINES = 10.0
"""The least seconds between two lines on a stream that does not rewrite them."""
_SECONDS_BEFORE_LINES = 2.0
"""The least seconds before the first of these lines: shorter work needs none."""
_SECONDS_BETWEEN_REWRITES = 0.1
_WIDTH = 80
"""The characters of a line if the width of the terminal is unknown."""
_BAR = 20
"""The characters of a bar."""


class ProgressLine:
    """A line that shows the latest of several texts.

    A terminal and a notebook rewrite the line. What is printed in between lands in it, so end the line before you
    print. Any other stream gets whole lines without control characters: the first after two seconds or at once, if
    asked, and then one every ten seconds at most. A stream that is closed or fails gets nothing.
    """

    def __init__(self) -> None:
        self._in_notebook = _in_notebook()
        self._stream: TextIO | None = sys.stdout if self._in_notebook else sys.stderr  # Notebooks print stderr in red.
        self.is_rewritten = self._in_notebook or _is_terminal(self._stream)
        self._visible = 0
        first = _SECONDS_BETWEEN_REWRITES if self.is_rewritten else _SECONDS_BETWEEN_LINES - _SECONDS_BEFORE_LINES
        self._last = time.monotonic() - first

    @property
    def width(self) -> int:
        """The most characters that are visible now, and the end of the line: a terminal can change its width."""
        return _width(self._stream) if self.is_rewritten and not self._in_notebook else _WIDTH

    def show(self, text: str, *, at_once: bool = False) -> None:
        """Show a text in place of the one before, unless that was shown too recently; `at_once`: in any case."""
        now = time.monotonic()
        between = _SECONDS_BETWEEN_REWRITES if self.is_rewritten else _SECONDS_BETWEEN_LINES
        if self._stream is None or (now - self._last < between and not at_once):
            return
        self._last = now
        if self.is_rewritten:
            room = self.width - 1
            text = text[:room]
            self._write(f"\r{text.ljust(min(self._visible, room))}")
            self._visible = len(text)
        else:
            self._write(f"{text}\n")

    def erase(self) -> None:
        """Remove the text from a terminal or a notebook."""
        if self._visible:
            self._write(f"\r{' ' * min(self._visible, self.width - 1)}\r")
        self._visible = 0

    def end(self) -> None:
        """Keep the text, and let the next output begin in a new line."""
        if self._visible:
            self._write("\n")
        self._visible = 0

    def _write(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):  # The stream is closed, or it is a pipe that nobody reads.
            self._stream = None


class ProgressBar:
    """Displays how far a training is, how long it will take and how well the agent answers.

    It is a `seq_agents.learners.learner.Watch`: `learner.learn(ProgressBar())`. As a context manager, it ends its line
    also when an exception stops the training. The time of a training counts from when the bar is made or entered, or
    from the end of the training before.

    Text that the training prints to a terminal lands in the line of the bar.

    Args:
        name: of the agent, in front of the progress.
    """

    def __init__(self, name: str = "") -> None:
        self._name = f"{name}: " if name else ""
        self._line = ProgressLine()
        self._start = time.monotonic()
        self._first: tuple[float, Moment] | None = None

    def __enter__(self) -> Self:
        self._start = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self._line.end()

    def __call__(self, moment: Moment) -> None:
        """Display the progress after an update."""
        now = time.monotonic()
        if self._first is None:
            self._first = now, moment
        self._line.show(self._text(moment, now), at_once=moment.done >= 1.0)
        if moment.done >= 1.0:
            self._line.end()
            self._start, self._first = now, None  # Another training may follow.

    def _text(self, moment: Moment, now: float) -> str:
        """The progress, with as many figures as fit.

        The pace is that since the first update: a training that is resumed has steps and a share from before.
        """
        assert self._first is not None
        since, first = self._first
        seconds = now - since
        share = f"{self._name}{moment.done:4.0%}"
        figures = [time_left(moment.done - first.done, 1.0 - moment.done, seconds)]
        if moment.done >= 1.0:
            figures = [f"in {clock(now - self._start)}"] if moment.steps else []
        if not math.isnan(moment.accuracy):
            figures.append(f"{moment.accuracy:.1%} right")
        if seconds > 0.0 and moment.steps > first.steps:
            figures.append(f"{(moment.steps - first.steps) / seconds:,.0f} steps/s")
        figures = [figure for figure in figures if figure]
        if self._line.is_rewritten:
            filled = round(_BAR * moment.done)
            whole = f"{share} [{'#' * filled}{' ' * (_BAR - filled)}] {', '.join(figures)}"
            if len(whole) < self._line.width:
                return whole
            while figures and len(", ".join([share, *figures])) >= self._line.width:
                figures.pop()
        return ", ".join([share, *figures])


def time_left(worked: float, left: float, seconds: float) -> str:
    """How long the rest of some work takes, in words; empty while nothing is known.

    Args:
        worked: the share that was done in these seconds.
        left: the share that is not done yet.
        seconds: that have passed.
    """
    return f"{clock(seconds / worked * left)} left" if worked > 0.0 and seconds > 0.0 else ""


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds, or hours, minutes and seconds."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal that can rewrite a line."""
    try:
        return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
    except (OSError, ValueError):  # The stream is closed.
        return False


def _in_notebook() -> bool:
    """Whether stdout is the output of a notebook's cell, which obeys a carriage return."""
    return type(sys.stdout).__module__.startswith("ipykernel")


def _width(stream: TextIO | None) -> int:
    try:
        return (os.get_terminal_size(stream.fileno()).columns if stream else 0) or _WIDTH
    except (OSError, ValueError, AttributeError):
        return _WIDTH
