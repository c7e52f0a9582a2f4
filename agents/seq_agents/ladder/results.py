"""What a climb found, and how it is printed."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass

import seq_envs
from seq_agents.ladder.rung import LAST_NAME

_WIDTH = 78


@dataclass(frozen=True)
class RungResult:
    """The result of one rung or of one probe."""

    name: str
    passed: bool
    means: str
    """What a failure here means: the usual causes, or that training or evaluation gave no result."""
    needed: float | None = None
    """The accuracy to reach; None if training or evaluation gave no result, and for a probe."""
    learning: float | None = None
    """The accuracy in the last tenth of the training, as information; None if it did not use the environments of the
    ladder."""
    playing: seq_envs.Evaluation | None = None
    """The evaluation of the policy on new episodes, which decides; None if training or evaluation gave no result.
    """
    note: str = ""
    """Further observations, in sentences."""
    seconds: float = 0.0
    time_steps: int = 0
    """The time steps in the environments of the ladder, in all tries of the rung."""
    tries: int = 1
    """The trainings that the rung took."""
    rung: str = ""
    """For a probe, the rung on which the agent was trained."""


@dataclass(frozen=True)
class Climb:
    """The results of all rungs that were tried, and of the probes that found a fault. Print it to read them."""

    results: tuple[RungResult, ...]
    skipped: int = 0
    """The rungs that were not tried, because the climb started above them or tried a single one."""
    probes: tuple[str, ...] = ()
    """The names of the probes that looked at the agent and found nothing wrong."""
    only: bool = False
    """Whether a single rung was to be tried."""

    @property
    def broken_at(self) -> RungResult | None:
        """The first rung that failed, or None."""
        return next((result for result in self.results if not result.passed), None)

    @property
    def rung_to_repeat(self) -> str:
        """The rung to try again after a failure: the one that failed, or that whose agent a probe looked at."""
        return next(result.rung or result.name for result in self.results if not result.passed)

    @property
    def passed(self) -> bool:
        """Whether no rung failed."""
        return self.broken_at is None

    @property
    def verdict(self) -> str:
        """In words: that all passed, or where it breaks and the usual causes."""
        broken = self.broken_at
        if broken is None:
            return f"All passed.{self._not_tried()}"
        return f"It breaks at: {broken.name}. {broken.means}"

    def __str__(self) -> str:
        lines = [f"{'rung':46} {'learning':>8} {'playing':>7} {'95%':9} {'s':>4}"]
        lines += [line for result in self.results for line in _lines(result)]
        probed = [f"Probes that found no fault: {', '.join(self.probes)}."] if self.probes else []
        return "\n".join(
            [*lines, "", *(line for text in [*probed, self.verdict] for line in textwrap.wrap(text, _WIDTH))]
        )

    def _not_tried(self) -> str:
        """The rungs that a climb to the top left out, in words."""
        if self.only:
            return f" The {self.skipped} others were not tried."
        below = f" The {self.skipped} below were not tried." if self.skipped else ""
        last = any(result.name == LAST_NAME for result in self.results)
        return below if last else f"{below} Nor was the last one, {LAST_NAME!r}, which plays a policy of those below."


def _lines(result: RungResult) -> list[str]:
    learning = "" if result.learning is None else f"{result.learning:.3f}"
    playing, interval = "", " " * 9
    if result.playing is not None:
        low, high = result.playing.accuracy_interval
        playing, interval = f"{result.playing.accuracy:.3f}", f"{low:.2f}-{high:.2f}"
    mark = "ok  " if result.passed else "FAIL"
    row = f"{mark} {result.name:41} {learning:>8} {playing:>7} {interval} {result.seconds:4.0f}"
    note = result.note
    if result.needed is not None and result.playing is not None and result.playing.accuracy < result.needed:
        reached = "reached on single episodes only" if result.passed else "not reached"
        tried = f" in {result.tries} tries" if result.tries > 1 else ""
        note = f"needed: {result.needed:.3f}, {reached}{tried}. {note}".strip()
    elif result.tries > 1:
        note = f"passed at try {result.tries}. {note}".strip()
    indent = " " * 5
    return [row.rstrip(), *textwrap.wrap(note, _WIDTH, initial_indent=indent, subsequent_indent=indent)]


RungWatch = Callable[[str, RungResult | None], None]
"""Called with a rung's name and None when a try of the rung starts, with its name and result when it ends, and with the
name and the result of a probe that found a fault.
"""


def unwatched(name: str, result: RungResult | None) -> None:
    """A `RungWatch` that does nothing."""
