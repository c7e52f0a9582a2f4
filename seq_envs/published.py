"""Published results of a problem, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Published:
    """A result that others have published."""

    who: str
    """What learned: an agent or a network."""
    setting: str
    """The parameters of the problem, in words."""
    figure: str
    """The result, as it is reported."""
    source: str
    """Authors, year, and section or table."""
    budget: str = ""
    """What it was trained with; empty: not stated."""
    seen: bool = False
    """Whether the figure was read in its source. Otherwise it is quoted from memory, and no test depends on it."""

    def __str__(self) -> str:
        budget = f", trained with {self.budget}" if self.budget else ""
        trust = "" if self.seen else "; quoted from memory"
        return f"{self.who} on {self.setting}{budget}: {self.figure} ({self.source}{trust})"
