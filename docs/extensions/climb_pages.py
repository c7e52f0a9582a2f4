"""The page of published climbs, from `results/ladder/`."""

from __future__ import annotations

from pathlib import Path

from seq_agents.ladder import ClimbRecord
from site_text import table

_CLIMBS = Path(__file__).parents[2] / "results" / "ladder"
_OF_ALL = {"python", "machine", "seq-envs", "numpy"}
"""Entries of the versions that say nothing about the framework."""


def pages() -> dict[str, str]:
    """The text of each page by its file name."""
    return {"climbs.md": page({path.stem: ClimbRecord.read(path) for path in sorted(_CLIMBS.glob("*.json"))})}


def page(climbs: dict[str, ClimbRecord]) -> str:
    """A table of all climbs, and what was found in those that broke off; by the name of the file."""
    parts = [
        "# Climbs of frameworks\n",
        "Written by `seq-envs ladder AGENT --out FILE`. The [guide](../guides/ladder-of-frameworks.md) says what they "
        "mean. The files are in `results/ladder/`.\n",
        table(
            ("climb", "seed", "verdict", "rungs passed", "versions", "date"),
            [_row(name, climb) for name, climb in climbs.items()],
        ),
    ]
    for name, climb in climbs.items():
        if climb.broken_at is not None:
            parts += [f"## {name}\n", f"`{climb.command}`\n", _failures(climb)]
    return "\n".join(parts)


def _row(name: str, climb: ClimbRecord) -> tuple[str, ...]:
    broken, passed = climb.broken_at, sum(result.passed for result in climb.results if not result.rung)
    verdict = "all passed" if broken is None else f"breaks at: {broken.name}"
    versions = ", ".join(
        f"{package} {version}" for package, version in climb.versions.items() if package not in _OF_ALL
    )
    return name, str(climb.seed), verdict, str(passed), versions, climb.date


def _failures(climb: ClimbRecord) -> str:
    """What failed, with its accuracy, the observations and the usual causes."""
    rows = [
        (
            result.name,
            "" if result.accuracy is None else f"{result.accuracy:.3f}",
            "" if result.needed is None else f"{result.needed:.3f}",
            str(result.tries),
            " ".join(filter(None, (result.note, result.means))),
        )
        for result in climb.results
        if not result.passed
    ]
    return table(("rung or probe", "accuracy", "needed", "tries", "finding"), rows)
