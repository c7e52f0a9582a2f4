"""The page of the ladder's rungs: what each asks, and the usual cause of a first failure there."""

from __future__ import annotations

from seq_agents.ladder import rungs
from site_text import sentence


def pages() -> dict[str, str]:
    """The text of each page by its file name."""
    return {"rungs.md": page()}


def page() -> str:
    """Every rung in order."""
    parts = [
        "# Rungs of the ladder\n",
        "The first rung that fails points to the fault. See the [guide](../guides/ladder.md).\n",
    ]
    for rung in rungs():
        parts += [
            f"## {rung.name}\n",
            f"Task: {sentence(rung.asks)}\n",
            f"If it is the first to fail: {rung.means}\n",
        ]
    return "\n".join(parts)
