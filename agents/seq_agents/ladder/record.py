"""A climb as a file: what climbed, with which versions, and what was found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from seq_agents.errors import reason
from seq_agents.experiments.files import write_whole
from seq_agents.experiments.provenance import hardware
from seq_agents.experiments.strict_json import strict_json
from seq_agents.ladder.results import Climb, RungResult


@dataclass(frozen=True, kw_only=True)
class RungRecord:
    """What a file keeps of a `RungResult`, whose fields it has."""

    name: str
    passed: bool
    rung: str
    needed: float | None
    learning: float | None
    accuracy: float | None
    """Of the policy on new episodes; None if it was not played."""
    accuracy_interval: tuple[float, float] | None
    """Of 95%, as (low, high)."""
    episodes: int | None
    note: str
    means: str
    """The usual causes; empty if the rung was passed."""
    seconds: float
    time_steps: int
    tries: int

    def __post_init__(self) -> None:
        for shares in (self.needed, self.learning, self.accuracy, *(self.accuracy_interval or ())):
            _require(shares is None or 0.0 <= shares <= 1.0, f"a share of {shares} in {self.name!r}")
        _require(type(self.name) is str and type(self.passed) is bool, f"the rung {self.name!r}")
        _require(all(type(text) is str for text in (self.rung, self.note, self.means)), f"a text of {self.name!r}")
        _require(self.seconds >= 0.0 and self.time_steps >= 0 and self.tries >= 1, f"a number of {self.name!r}")

    @classmethod
    def of(cls, result: RungResult) -> RungRecord:
        """What to keep of a result."""
        playing = result.playing
        return cls(
            name=result.name,
            passed=result.passed,
            rung=result.rung,
            needed=result.needed,
            learning=result.learning,
            accuracy=None if playing is None else playing.accuracy,
            accuracy_interval=None if playing is None else playing.accuracy_interval,
            episodes=None if playing is None else playing.episodes,
            note=result.note,
            means="" if result.passed else result.means,
            seconds=round(result.seconds, 1),
            time_steps=result.time_steps,
            tries=result.tries,
        )


@dataclass(frozen=True, kw_only=True)
class ClimbRecord:
    """A climb, and what is needed to repeat it."""

    agent: str
    command: str
    date: str
    """As YYYY-MM-DD, in UTC."""
    versions: Mapping[str, str]
    """Of Python and of distributions, by name."""
    hardware: Mapping[str, Any]
    seed: int
    rollout: int
    verdict: str
    """In words, as the climb prints it."""
    results: tuple[RungRecord, ...]
    """Of all rungs that were tried, and of probes that found a fault, in this order."""
    probes: tuple[str, ...]
    """The probes that found no fault."""

    def __post_init__(self) -> None:
        for name in ("agent", "command", "verdict"):
            _require(type(getattr(self, name)) is str, name)
        date.fromisoformat(self.date)
        _require(all(type(text) is str for item in self.versions.items() for text in item), "versions")
        _require(all(type(name) is str for name in self.probes), "probes")
        _require(type(self.seed) is int and type(self.rollout) is int, "seed or rollout")

    @property
    def broken_at(self) -> RungRecord | None:
        """The first rung or probe that failed, or None."""
        return next((result for result in self.results if not result.passed), None)

    @classmethod
    def of(
        cls, climbed: Climb, *, agent: str, command: str, versions: Mapping[str, str], seed: int, rollout: int
    ) -> ClimbRecord:
        """The record of a climb that ended today on this machine; the arguments say what climbed, and how."""
        return cls(
            agent=agent,
            command=command,
            date=datetime.now(UTC).date().isoformat(),
            versions=versions,
            hardware=hardware(),
            seed=seed,
            rollout=rollout,
            verdict=climbed.verdict,
            results=tuple(RungRecord.of(result) for result in climbed.results),
            probes=climbed.probes,
        )

    def write(self, path: Path) -> None:
        """Write a JSON file, whole or not at all.

        Raises:
            OSError: the file cannot be written.
        """
        write_whole(path, (json.dumps(asdict(self), indent=1) + "\n").encode())

    @classmethod
    def read(cls, path: Path) -> ClimbRecord:
        """The climb in a file that `write` made.

        Raises:
            OSError: the file cannot be read.
            ValueError: the file has something else; the message names it.
        """
        text = path.read_text(encoding="utf-8")
        try:
            read = strict_json(text)
            rows = [{**row, "accuracy_interval": _pair(row["accuracy_interval"])} for row in read["results"]]
            return cls(**{**read, "results": tuple(RungRecord(**row) for row in rows), "probes": tuple(read["probes"])})
        except Exception as wrong:  # The text may be anything.
            raise ValueError(f"{path} has no climb of the ladder: {reason(wrong)}") from wrong


def _pair(values: Any) -> tuple[float, float] | None:
    """An interval."""
    if values is None:
        return None
    low, high = values
    return low, high


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(f"wrong: {what}")
