"""Two runs compared: the difference of their accuracies, and when they reached a score."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from seq_agents.errors import RunError
from seq_agents.experiments.config import Config
from seq_agents.experiments.run_folder import Run
from seq_agents.report.run_comparison import (
    RunComparison,
    compared_runs,
    difference,
    differences_table,
    evaluation_table,
    times_table,
    verdict,
)

CURVE = ["seconds,steps,accuracy", "1.0,100,0.4", "2.0,200,0.6", "3.0,300,0.95", "4.0,400,1.0"]
"""On SeqEcho-v0, whose normalised score is (accuracy - 0.1) / 0.9."""


def run(
    path: Path, accuracy: float = 0.9, interval: tuple[float, float] = (0.89, 0.91), agent: str = "lstm", **others: Any
) -> Run:
    """A finished run, made up."""
    made = Run.create(path, Config.of(agent, "SeqEcho-v0", {"lag": 2, **others}, settings={"hidden": 8}))
    level = {"accuracy_error": 0.0, "exact_match_error": 0.0}
    levels = {
        "chance": {"accuracy": 0.1, "exact_match": 0.0, **level},
        "memoryless": {"accuracy": 0.1, "exact_match": 0.0, **level},
        "optimal": {"accuracy": 1.0, "exact_match": 1.0, **level},
        "feedback": None,
    }
    evaluation = {
        "accuracy": accuracy, "accuracy_interval": interval, "exact_match": 0.5, "levels": levels, "episodes": 1000,
        "training_steps": 400, "training_seconds": 4.0,
    }  # fmt: skip
    (path / "evaluation.json").write_text(json.dumps(evaluation))
    (path / "curve.csv").write_text("\n".join(CURVE) + "\n")
    return made


def both(path: Path, **second: Any) -> RunComparison:
    return compared_runs(run(path / "a"), run(path / "b", **second))


def test_the_interval_of_a_difference_by_hand(tmp_path: Path) -> None:
    """Newcombe (1998), table II, row 10 for 56/70 and 48/80, turned round: 0.2 with 0.0524 to 0.3339."""
    first, second = both(tmp_path, accuracy=0.8).evaluated
    first = first._replace(accuracy=48 / 80, interval=wilson(48, 80))
    second = second._replace(accuracy=56 / 70, interval=wilson(56, 70))
    assert difference(first, second) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def wilson(right: int, count: int) -> tuple[float, float]:
    z = 1.959963984540054
    share = right / count
    middle, half = share + z * z / (2 * count), z * math.sqrt(share * (1 - share) / count + z * z / (4 * count**2))
    return (middle - half) / (1 + z * z / count), (middle + half) / (1 + z * z / count)


@pytest.mark.parametrize(
    ("accuracy", "interval", "words"),
    [
        (0.95, (0.94, 0.96), "B is 0.0500 more accurate than A (95% interval of B - A: 0.0359 to 0.0641"),
        (0.85, (0.84, 0.86), "B is 0.0500 less accurate than A"),
        (0.905, (0.9, 0.915), "The accuracies differ by 0.0050"),
        (0.9, (0.89, 0.91), "no more than chance between episodes explains"),
    ],
)
def test_the_verdict(accuracy: float, interval: tuple[float, float], words: str, tmp_path: Path) -> None:
    text = verdict(both(tmp_path, accuracy=accuracy, interval=interval))
    assert words in text
    assert "from 1,000 episodes" in text
    assert "The interval ignores that both were evaluated on the same episodes." in text
    assert "Another seed may give another result" in text


def test_the_tables(tmp_path: Path) -> None:
    comparison = both(tmp_path, accuracy=0.55, interval=(0.5, 0.6), agent="gru")
    table = evaluation_table(comparison)
    assert table.texts() == [
        ["A", "lstm", "0", "0.9000", "0.8900 to 0.9100", "0.5000", "0.8889", "400", "4.0"],
        ["B", "gru", "0", "0.5500", "0.5000 to 0.6000", "0.5000", "0.5000", "400", "4.0"],
    ]
    assert [row[1:3] for row in times_table(comparison).rows] == [(200.0, 2.0), (300.0, 3.0), (400.0, 4.0)]
    rows = {row[0]: row[1:] for row in differences_table(comparison).rows}
    assert rows["agent"] == rows["core"] == ("lstm", "gru")
    assert rows["forget_bias"][1] is None
    assert "hidden" not in rows
    assert "version of torch" not in rows


def test_a_score_that_is_not_reached(tmp_path: Path) -> None:
    comparison = both(tmp_path)
    (tmp_path / "b" / "curve.csv").write_text("\n".join(CURVE[:3]) + "\n")
    assert times_table(comparison).texts()[1] == ["0.90", "300", "3.0", "not reached", "not reached"]
    for name in "ab":
        (tmp_path / name / "curve.csv").unlink()
    assert times_table(comparison).rows == ()


def test_scores_are_undefined_where_all_levels_are_equal(tmp_path: Path) -> None:
    runs = [run(tmp_path / name) for name in "ab"]
    for made in runs:
        path = made.path / "evaluation.json"
        evaluation = json.loads(path.read_text())
        evaluation["levels"] = {
            name: level and {**level, "accuracy": 1.0} for name, level in evaluation["levels"].items()
        }
        path.write_text(json.dumps(evaluation))
    table = times_table(compared_runs(*runs))
    assert [row[1:] for row in table.texts()] == [["undefined"] * 4] * 3


def test_runs_that_cannot_be_compared(tmp_path: Path) -> None:
    first = run(tmp_path / "a")
    with pytest.raises(RunError, match=r"different problems.*lag=2.*lag=3"):
        compared_runs(first, run(tmp_path / "b", lag=3))
    second = run(tmp_path / "c")
    (tmp_path / "c" / "evaluation.json").write_text('{"accuracy": 0.5}')
    with pytest.raises(RunError, match=r"evaluation\.json is broken"):
        compared_runs(first, second)
    (tmp_path / "c" / "evaluation.json").unlink()
    with pytest.raises(RunError, match="is not finished"):
        compared_runs(first, second)


def test_an_old_run_without_versions(tmp_path: Path) -> None:
    comparison = both(tmp_path)
    path = tmp_path / "b" / "config.json"
    config = json.loads(path.read_text())
    del config["versions"]
    path.write_text(json.dumps(config))
    rows = differences_table(compared_runs(*comparison.runs)).rows
    assert all(row[0].startswith("version of ") and row[2] is None for row in rows)
    assert rows
