"""The parts of a report: standard and tuned settings apart, since a table of both compares tuning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seq_agents.report.outcome import Outcome


@dataclass(frozen=True)
class Part:
    """Outcomes that one leaderboard compares."""

    key: str
    """Ends the ids of the part on a page; empty if there is only one part."""
    settings: str
    """The settings of its agents, for headings; empty if there is only one part."""
    done: list[Outcome]


def parts_of(done: Sequence[Outcome]) -> list[Part]:
    """One part, or one with standard settings and one with tuned settings if the outcomes have both."""
    standard = [outcome for outcome in done if outcome.entry.standard]
    tuned = [outcome for outcome in done if not outcome.entry.standard]
    if not standard or not tuned:
        return [Part("", "", list(done))]
    return [
        Part("-standard", "standard settings, the same for all problems", standard),
        Part("-tuned", "settings tuned for single problems", tuned),
    ]
