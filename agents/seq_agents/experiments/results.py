"""What recipes came to, as a page for people."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seq_agents.experiments.files import write_whole


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
Exact: episodes without a mistake. Episodes: learned from, in the middle over seeds.

{table_by_recipe(folder)}"""


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
