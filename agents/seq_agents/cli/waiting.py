"""What a command does while it takes long, on stderr: what it loads, computes or writes, how far it is, how long still.

This module imports the standard library only, since a command says what it loads before it loads it.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from seq_agents.progress import Progress, ProgressLine, clock, time_left

if TYPE_CHECKING:
    from seq_envs.policies import Policy

_TICK = 0.25
"""Seconds between two looks at the clock."""
_SHORT = 0.5
"""Seconds of work that a terminal says nothing about."""


@contextmanager
def working(text: str, *, at_once: bool = False) -> Iterator[Progress]:
    """Say on stderr what the block does, for as long as it runs and if that is long.

    Args:
        text: what the block does, such as "writing the report".
        at_once: say so before the block starts, since the block may keep Python from saying it later.

    Yields:
        A function that the block calls with the share of its work that is done. Without it, the seconds are displayed.
    """
    work, ended = _Work(text), threading.Event()

    def tick() -> None:
        while not ended.wait(_TICK):
            work.tick()

    ticker = threading.Thread(target=tick, daemon=True)
    if at_once:
        work.line.show(f"{text} ...", at_once=True)
    ticker.start()
    try:
        yield work.report
    finally:
        ended.set()
        ticker.join()
        work.line.erase()


class _Work:
    """Work that is described in a line.

    Args:
        text: what the work is.
    """

    def __init__(self, text: str) -> None:
        self.line = ProgressLine()
        self._text = text
        self._start = time.monotonic()
        self._share = 0.0

    def report(self, share: float) -> None:
        """Note the share of the work that is done."""
        self._share = share

    def tick(self) -> None:
        """Display how far the work is, if it takes long."""
        seconds = time.monotonic() - self._start
        if seconds >= _SHORT:
            self.line.show(_progress(self._text, self._share, seconds))


def _progress(text: str, share: float, seconds: float) -> str:
    if not share:
        return f"{text} ... {clock(seconds)}"
    left = f", {time_left(share, 1.0 - share, seconds)}" if share < 1.0 else ""
    return f"{text} ... {share:.0%}{left}"


@contextmanager
def loading() -> Iterator[None]:
    """Say that PyTorch is loaded, which takes seconds, if the block imports it for the first time."""
    if "torch" in sys.modules:
        yield
        return
    with working("loading PyTorch", at_once=True):
        yield


class CountedPolicy:
    """A policy that reports how many time steps of an evaluation it has played.

    Args:
        policy: the policy to evaluate.
        episodes: of the evaluation.
        steps: of the longest episode.
        progress: called at each time step with the share that is done.
    """

    def __init__(self, policy: Policy, episodes: int, steps: int, progress: Progress) -> None:
        self._policy = policy
        self._whole = episodes * steps
        self._progress = progress
        self._played = 0
        self._lanes = 0

    def initial_state(self, batch_size: int) -> Any:
        """The state of the policy before the first step of these episodes."""
        self._lanes = batch_size
        return self._policy.initial_state(batch_size)

    def act(self, observations: Any, state: Any) -> tuple[Any, Any]:
        """The answers of the policy, and its next state."""
        self._played += self._lanes
        self._progress(min(1.0, self._played / self._whole))
        return self._policy.act(observations, state)
