"""Progress in one line: a terminal and a notebook rewrite it, and any other stream gets a line now and then.

This module imports the standard library only, so that a command can say at once what it does.
"""

from __future__ import annotations

import math
import os
import sys
import time
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from seq_agents.learners.learner import Moment

_SECONDS_BETWEEN_LINES = 10.0
"""The least seconds between two lines on a stream that does not rewrite them."""
_SECONDS_BEFORE_LINES = 2.0
"""The least seconds before the first of these lines: shorter work needs none."""
_SECONDS_BETWEEN_REWRITES = 0.1
_WIDTH = 80
"""The characters of a line if the width of the terminal is unknown."""
_BAR = 20
"""The characters of a bar."""


class Line:
    """A line that shows the latest of several texts.

    A terminal and a notebook rewrite the line. Any other stream gets whole lines without control characters: the first
    after two seconds, and then one every ten seconds at most.
    """

    def __init__(self) -> None:
        in_notebook = _in_notebook()
        self._stream: TextIO | None = sys.stdout if in_notebook else sys.stderr  # Notebooks print stderr in red.
        self.is_rewritten = in_notebook or _is_terminal(self._stream)
        self.width = _width(self._stream) if self.is_rewritten and not in_notebook else _WIDTH
        """The most characters that are visible, and the end of the line."""
        self._visible = 0
        first = _SECONDS_BETWEEN_REWRITES if self.is_rewritten else _SECONDS_BETWEEN_LINES - _SECONDS_BEFORE_LINES
        self._last = time.monotonic() - first

    def show(self, text: str, *, at_once: bool = False) -> None:
        """Show a text in place of the one before, unless that was shown too recently; `at_once`: in any case."""
        now = time.monotonic()
        between = _SECONDS_BETWEEN_REWRITES if self.is_rewritten else _SECONDS_BETWEEN_LINES
        if self._stream is None or (now - self._last < between and not at_once):
            return
        self._last = now
        if self.is_rewritten:
            text = text[: self.width - 1]
            self._stream.write(f"\r{text.ljust(self._visible)}")
            self._visible = len(text)
        else:
            self._stream.write(f"{text}\n")
        self._stream.flush()

    def erase(self) -> None:
        """Remove the text from a terminal or a notebook."""
        if self._visible and self._stream is not None:
            self._stream.write(f"\r{' ' * self._visible}\r")
            self._stream.flush()
        self._visible = 0

    def end(self) -> None:
        """Keep the text, and let the next output begin in a new line."""
        if self._visible and self._stream is not None:
            self._stream.write("\n")
            self._stream.flush()
        self._visible = 0


class ProgressBar:
    """Displays how far a training is, how long it will take and how well the agent answers.

    It is a `seq_agents.learners.learner.Watch`: `learner.learn(ProgressBar())`. As a context manager, it ends its line
    also when an exception stops the training.

    Args:
        name: of the agent, in front of the progress.
    """

    def __init__(self, name: str = "") -> None:
        self._name = f"{name}: " if name else ""
        self._line = Line()
        self._start: tuple[float, Moment] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.end()

    def __call__(self, moment: Moment) -> None:
        """Display the progress after an update."""
        now = time.monotonic()
        if self._start is None:
            self._start = now, moment
        start, first = self._start
        self._line.show(self._text(moment, now - start, first), at_once=moment.done >= 1.0)
        if moment.done >= 1.0:
            self._line.end()
            self._start = None  # Another training may follow.

    def _text(self, moment: Moment, seconds: float, first: Moment) -> str:
        """The progress, with as many figures as fit.

        Args:
            moment: the progress.
            seconds: since the first update that was seen.
            first: the progress at that update; a training that is resumed starts with steps from before.
        """
        share = f"{self._name}{moment.done:4.0%}"
        figures = [time_left(moment.done - first.done, 1.0 - moment.done, seconds)]
        if moment.done >= 1.0:
            figures = [f"in {clock(seconds)}"] if moment.steps else []
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
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def _in_notebook() -> bool:
    """Whether stdout is the output of a notebook's cell, which obeys a carriage return."""
    return type(sys.stdout).__module__.startswith("ipykernel")


def _width(stream: TextIO | None) -> int:
    try:
        return (os.get_terminal_size(stream.fileno()).columns if stream else 0) or _WIDTH
    except (OSError, ValueError, AttributeError):
        return _WIDTH
