"""A folder of results as tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from seq_agents.experiments.results import page, table_by_recipe


def cells(page: str) -> list[list[str]]:
    """The rows of the page's table, heading first."""
    lines = [line for line in page.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def result(seed: int, score: float | None, exact: float, seconds: float, learned: int, **more: Any) -> dict[str, Any]:
    return {
        "seed": seed, "normalized_score": score, "exact_match": exact, "seconds": seconds,
        "episodes_learned_from": learned, **more,
    }  # fmt: skip


def test_the_table_by_hand(tmp_path: Path) -> None:
    plain = [result(0, 0.5, 0.25, 1.0, 1000), result(1, 1.0, 0.75, 3.0, 3000), result(2, 0.75, 0.5, 2.0, 2000)]
    counted = [
        result(seed, 1.0, 1.0, 2.0, 5, solved_after_episodes=solved) for seed, solved in enumerate((100, None, 1200))
    ]
    for name, content in (
        ("plain", {"name": "plain", "reported": "a claim", "results": plain}),
        ("until", {"name": "until", "reported": "", "results": counted, "until": {"every": 1, "without_mistake": 2}}),
        ("nan", {"name": "nan", "reported": "", "results": [result(0, None, 1.0, 1.0, 0)]}),
        ("empty", {"name": "empty", "reported": "", "results": []}),
    ):
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    page = table_by_recipe(tmp_path)
    heading, rule, *rows = cells(page)
    assert heading == [
        "recipe", "seeds", "normalised: lowest", "middle", "exact: lowest", "middle", "episodes", "seconds", "reported",
    ]  # fmt: skip
    assert all((set(cell) <= set("-:") and "---" in cell) or cell == "--:" for cell in rule)
    assert rows == [
        ["`nan`", "1", "nan", "nan", "1.0000", "1.0000", "0", "1.0", ""],
        ["`plain`", "3", "0.5000", "0.7500", "0.2500", "0.5000", "2,000", "2.0", "a claim"],
        [
            "`until`", "3", "1.0000", "1.0000", "1.0000", "1.0000",
            "until success: 1,200 (1 of 3 without success)", "2.0", "",
        ],
    ]  # fmt: skip


def test_the_page(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps({"name": "one", "reported": "", "results": [result(0, 1, 1, 1, 1)]}))
    assert page(tmp_path).startswith("# Results\n")
    assert page(tmp_path).endswith(table_by_recipe(tmp_path))
