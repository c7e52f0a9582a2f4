"""A folder of results as a page for people."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import seq_envs
from seq_agents.runs import write_whole


def read_results(path: Path) -> dict[str, Any] | None:
    """The content of a file of results; None if there is none, or it is broken or something else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    ours = isinstance(content, dict) and {"name", "reported", "results"} <= content.keys()
    return content if ours else None


_BEGINNING = "# Results\n\nMade by `seq-envs reproduce`"


def write_page(folder: Path) -> None:
    """Write the page of a folder into its README.md.

    Raises:
        ValueError: there is a README.md that is something else.
    """
    path = folder / "README.md"
    if path.exists() and not path.read_text(encoding="utf-8", errors="replace").startswith(_BEGINNING):
        raise ValueError(f"{path} is not a page of results, and would be overwritten: choose another folder")
    write_whole(path, page(folder).encode())


def page(folder: Path) -> str:
    """Every result of a folder as a page of Markdown."""
    return f"""\
{_BEGINNING}: final greedy evaluation on fresh episodes. Every seed is in the JSON file of its row, with
settings and versions. Normalised: 0 is the best player without memory (chance for a control task), 1 is optimal.

## Agents by problem

Normalised score, from the lowest to the highest seed.

{table_by_id(folder)}
## Recipes

Exact: episodes without a mistake. Episodes: learned from, in the middle over seeds.

{table_by_recipe(folder)}"""


def table_by_id(folder: Path) -> str:
    """A row for each id of the menu, a column for each agent that was run on it with the settings tuned for it."""
    scores: dict[str, dict[str, str]] = {}
    for content in _every(folder):
        agent, _, id = content["name"].partition("/")
        if id:
            seen = np.array([one["normalized_score"] for one in content["results"]], np.float64)  # None is NaN.
            low, high = (f"{one:.4f}" for one in (np.nanmin(seen), seen.max()))
            scores.setdefault(agent, {})[id] = low if low == high else f"{low} to {high}"
    lines = [f"| id | {' | '.join(scores)} |", f"| --- |{' --: |' * len(scores)}"]
    for id in seq_envs.MENU:
        if any(id in of_agent for of_agent in scores.values()):
            control = " (control)" if seq_envs.levels(id).control else ""
            lines.append(f"| {id}{control} | {' | '.join(of_agent.get(id, '') for of_agent in scores.values())} |")
    return "\n".join(lines) + "\n"


def _every(folder: Path) -> Iterator[dict[str, Any]]:
    """The content of every file that has results."""
    for path in sorted(folder.glob("*.json")):
        content = read_results(path)
        if content is not None and content["results"]:
            yield content


def table_by_recipe(folder: Path) -> str:
    """A row for each recipe, with the lowest and the middle seed."""
    lines = [
        "| recipe | seeds | normalised: lowest | middle | exact: lowest | middle | episodes | seconds | reported |",
        "| --- | --: | --: | --: | --: | --: | --: | --: | --- |",
    ]
    for content in _every(folder):
        results = content["results"]

        def column(key: str, results: Any = results) -> list[float]:
            return [math.nan if one[key] is None else one[key] for one in results]

        score, exact = column("normalized_score"), column("exact_match")
        learned = f"{statistics.median(column('episodes_learned_from')):,.0f}"
        if "until" in content:
            solved = [one["solved_after_episodes"] for one in results]
            missed = solved.count(None)
            learned = f"until success: {statistics.median(n if n is not None else math.inf for n in solved):,.0f}"
            learned += f" ({missed} of {len(solved)} without success)" if missed else ""
        lines.append(
            f"| `{content['name']}` | {len(results)} | {min(score):.4f} | {statistics.median(score):.4f} "
            f"| {min(exact):.4f} | {statistics.median(exact):.4f} | {learned} "
            f"| {statistics.median(column('seconds')):.1f} | {content['reported']} |"
        )
    return "\n".join(lines) + "\n"
