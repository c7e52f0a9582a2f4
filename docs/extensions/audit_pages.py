"""The page of published audits, from `results/audits/`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from site_text import table

_AUDITS = Path(__file__).parents[2] / "results" / "audits"


def pages() -> dict[str, str]:
    """The text of each page by its file name."""
    return {"audits.md": page()}


def page() -> str:
    """A table for each suite, then the faults."""
    parts = [
        "# Audits of other environments\n",
        "Made by `tests/support/published_audits.py` with `seq_envs.testing.audit`. The [guide](../guides/audit.md) "
        "says what the columns mean. The files are in `results/audits/`. Levels are mean returns of an episode.\n",
    ]
    for path in sorted(_AUDITS.glob("*.json")):
        audits = json.loads(path.read_text(encoding="utf-8"))
        parts += [f"## {path.stem}\n", f"{_versions(audits)}.\n", _levels(audits), _findings(audits)]
    return "\n".join(parts)


def _versions(audits: list[dict[str, Any]]) -> str:
    return "With " + ", ".join(f"{name} {version}" for name, version in audits[0]["versions"].items())


def _name(audit: dict[str, Any]) -> str:
    given = ", ".join(f"{name}={value}" for name, value in audit["set"].items())
    return f"{audit['env'].rpartition(':')[2]}{f' ({given})' if given else ''}"


def _levels(audits: list[dict[str, Any]]) -> str:
    names = ("random", "chance", "memoryless", "feedback", "memory", "clairvoyant")
    rows = []
    for audit in audits:
        levels = {level["name"]: level for level in audit["levels"]}
        texts = [f"{levels[name]['mean']:.3f}" if name in levels else "" for name in names]
        rows.append(
            (_name(audit), {True: "yes", False: "no"}.get(audit["passive"], ""), str(audit["episodes"] or ""), *texts)
        )
    return table(("environment", "passive", "episodes", *names), rows)


def _findings(audits: list[dict[str, Any]]) -> str:
    rows = [
        (_name(audit), finding["topic"], finding["text"])
        for audit in audits
        for finding in audit["findings"]
        if finding["verdict"] == "fault" or (finding["verdict"] == "note" and finding["topic"] != "actions")
    ]
    return table(("environment", "about", "finding"), rows) if rows else "No fault was found.\n"
