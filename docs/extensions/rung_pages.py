"""The page of the ladder's rungs and probes: what each asks, and the usual cause of a first failure there."""

from __future__ import annotations

from seq_agents.ladder import PROBES, rungs
from site_text import sentence


def pages() -> dict[str, str]:
    """The text of each page by its file name."""
    return {"rungs.md": page()}


def page() -> str:
    """Every rung and every probe in order."""
    parts = [
        "# Rungs of the ladder\n",
        "The first rung that fails points to the fault. See the [guide](../guides/ladder.md).\n",
    ]
    ladder = rungs(credit=True)
    of_credit = ladder[len(rungs()) :]
    for rung in ladder:
        parts += [
            f"## {rung.name}\n",
            *(["One of the rungs of credit, which `--credit` adds.\n"] if rung in of_credit else []),
            f"Task: {sentence(rung.asks)}\n",
            f"If it is the first to fail: {rung.means}\n",
        ]
        if rung.means_if_learned not in ("", rung.means):
            parts.append(f"If the agent learns it, and its policy does not do it: {rung.means_if_learned}\n")
    parts += ["## Probes\n", "A probe looks at a trained agent without further training.\n"]
    for probe in PROBES:
        parts += [
            f"### {probe.name}\n",
            f"Must hold: {sentence(probe.asks)}\n",
            f"Needs: {sentence(probe.needs)}\n",
            f"If it fails: {probe.means}\n",
        ]
    return "\n".join(parts)
