"""Two agents in folders of results compared: which cells are paired, and what the tables and sentences say."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from made_results import CONTROL, ECHO, FLAT, entry, folder, result
from seq_agents.report.comparison import Comparison, compared, why_nothing_shared
from seq_agents.report.comparison_tables import (
    differences_table,
    scores_table,
    summary_table,
    unmatched_table,
    verdict,
)
from seq_agents.report.outcome import Outcome, outcomes

from seq_envs.level import Levels

PROBLEMS: Mapping[str, Levels] = {"SeqEcho-v0": ECHO, "SeqCopy-v0": ECHO, "SeqNext-v0": CONTROL, "SeqMemorize-v0": FLAT}


def done(path: Path, accuracies: Mapping[str, list[float]], **others: Any) -> list[Outcome]:
    """The outcomes of one agent: the accuracy of each seed, by problem."""
    entries = [entry(id=id, seeds=len(seeds), **others) for id, seeds in accuracies.items()]
    made = folder(path, entries)
    for cell in made.cells():
        made.add(cell, result(cell, accuracies[cell.entry.id][cell.seed], PROBLEMS[cell.entry.id]))
    return outcomes(made)


def comparison(path: Path, first: Mapping[str, list[float]], second: Mapping[str, list[float]]) -> Comparison:
    return compared("lstm", done(path / "a", first), "gru", done(path / "b", second, name="gru", agent="gru"))


def test_cells_are_paired_by_problem_and_seed(tmp_path: Path) -> None:
    got = comparison(
        tmp_path, {"SeqEcho-v0": [0.1, 0.2, 0.3], "SeqCopy-v0": [0.5]}, {"SeqEcho-v0": [0.7, 0.8], "SeqNext-v0": [1.0]}
    )
    assert [(pair.first.seed, pair.second.seed, pair.second.final.accuracy) for pair in got.pairs] == [
        (0, 0, 0.7),
        (1, 1, 0.8),
    ]
    assert unmatched_table([got]).rows == (
        ("SeqEcho-v0", "2", None),
        ("SeqCopy-v0", "0", None),
        ("SeqNext-v0", None, "0"),
    )


def test_another_problem_of_the_same_id_is_not_paired(tmp_path: Path) -> None:
    first, second = (done(tmp_path / name, {"SeqEcho-v0": [0.5]}) for name in "ab")
    changed = [dataclasses.replace(outcome, problem="another") for outcome in second]
    assert compared("a", first, "b", changed).pairs == ()
    lag = done(tmp_path / "c", {"SeqEcho-v0": [0.5]}, parameters={"lag": 3})
    assert compared("a", first, "b", lag).pairs == ()


def test_sweeps_count_only_if_nothing_else_is_shared(tmp_path: Path) -> None:
    plain = [done(tmp_path / f"plain {name}", {"SeqEcho-v0": [0.5]}) for name in "ab"]
    swept = [
        done(tmp_path / f"swept {name}", {"SeqEcho-v0": [0.4]}, parameters={"lag": 2}, swept="lag") for name in "ab"
    ]
    got = compared("a", plain[0] + swept[0], "b", plain[1] + swept[1])
    assert [pair.first.entry.swept for pair in got.pairs] == [""]
    assert got.only_first == got.only_second == ()
    got = compared("a", swept[0], "b", swept[1])
    assert [pair.first.entry.swept for pair in got.pairs] == ["lag"]


def test_scores_by_hand(tmp_path: Path) -> None:
    """With levels of 0.1 and 1, a normalised score is (accuracy - 0.1) / 0.9."""
    got = comparison(
        tmp_path,
        {"SeqEcho-v0": [0.1, 0.1, 0.1], "SeqCopy-v0": [0.55] * 4, "SeqNext-v0": [1.0] * 3, "SeqMemorize-v0": [1.0] * 3},
        {"SeqEcho-v0": [1.0, 1.0, 0.1], "SeqCopy-v0": [0.55] * 4, "SeqNext-v0": [1.0] * 3, "SeqMemorize-v0": [1.0] * 3},
    )
    table = scores_table(got)
    assert [row[:5] for row in table.rows if row[0] != "SeqMemorize-v0 (control)"] == [
        ("SeqEcho-v0", 3, 0.0, pytest.approx(2 / 3), pytest.approx(2 / 3)),
        ("SeqCopy-v0", 4, pytest.approx(0.5), pytest.approx(0.5), 0.0),
        ("SeqNext-v0 (control)", 3, 1.0, 1.0, 0.0),
        ("all that need memory", 3, pytest.approx(0.25), pytest.approx(7 / 12), pytest.approx(1 / 3)),
    ]
    texts = {row[0]: row[1:] for row in table.texts()}
    assert texts["SeqEcho-v0"][-2:] == ["0.0000 to 1.0000", "83%"]
    assert texts["all that need memory"][-1] == "67%"
    assert texts["SeqMemorize-v0 (control)"][1:] == ["undefined"] * 5
    assert "10,000 draws with seed 0" in table.note
    assert "3 seeds of one problem are about 63% too narrow, and those over all 2 problems about 38%." in table.note
    assert summary_table([got]).rows[0][1:5] == table.rows[-1][1:5]


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (
            [0.9, 0.91, 0.92],
            ["gru (B) scores 0.4556 higher than lstm (A)", "this may be chance between seeds (p = 0.25)"],
        ),
        ([0.5, 0.4, 0.6], ["lstm (A) and gru (B) have the same mean score to 4 decimals, over 3 pairs of runs"]),
        ([0.1, 0.2, 0.3], ["gru (B) scores 0.3333 lower than lstm (A)", "with probability 0%"]),
        ([0.4, 0.6, 0.52], ["the interval includes 0, so these seeds show no difference"]),
        ([0.5, 0.5, 0.5], ["A and B have the same score in every pair, over 3 pairs of runs on 1 problem."]),
        ([0.9, 0.9], ["over 2 pairs", "2 seeds: no interval, so this may be chance", "with probability 100%."]),
    ],
)
def test_the_verdict(second: list[float], words: list[str], tmp_path: Path) -> None:
    text = verdict(comparison(tmp_path, {"SeqEcho-v0": [0.5, 0.5, 0.5]}, {"SeqEcho-v0": second}))
    for part in words:
        assert part in text
    assert "settings" not in text


@pytest.mark.parametrize(
    ("seeds", "words"),
    [(5, "this may be chance between seeds (p = 0.062)"), (6, "more than chance between seeds explains (p = 0.031)")],
)
def test_fewer_than_six_pairs_may_be_chance(seeds: int, words: str, tmp_path: Path) -> None:
    assert words in verdict(comparison(tmp_path, {"SeqEcho-v0": [0.5] * seeds}, {"SeqEcho-v0": [0.9] * seeds}))


def test_the_verdict_of_one_pair(tmp_path: Path) -> None:
    assert "over 1 pair of runs on 1 problem" in verdict(
        comparison(tmp_path, {"SeqEcho-v0": [0.5]}, {"SeqEcho-v0": [0.9]})
    )


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        ({"id": "SeqCopy-v0"}, "A has SeqEcho-v0 lag=3, and B has SeqCopy-v0"),
        ({"swept": "lag"}, "SeqEcho-v0 lag=3 belongs to no sweep in A, and to the sweep 'lag' in B"),
        ({"seeds": 2}, "of SeqEcho-v0 lag=3, A has the seeds [0], and B has [1]"),
        ({"problem": "another"}, "SeqEcho-v0 lag=3 is SeqEcho-v0(made up) in A and another in B"),
    ],
)
def test_why_agents_share_nothing(second: Mapping[str, Any], reason: str, tmp_path: Path) -> None:
    """A has seed 1 of another problem, too, which does not count as a seed of the problem that both have."""
    theirs = dict(second)
    problem, id = theirs.pop("problem", None), theirs.pop("id", "SeqEcho-v0")
    changes = {} if id == "SeqCopy-v0" else {"parameters": {"lag": 3}}
    ours = done(tmp_path / "a", {"SeqEcho-v0": [0.5]}, parameters={"lag": 3})
    if "seeds" in theirs:
        ours += done(tmp_path / "c", {"SeqNext-v0": [0.5, 0.5]})[1:]
    there = done(tmp_path / "b", {id: [0.5] * theirs.pop("seeds", 1)}, **changes, **theirs)[-1:]
    if problem:
        there = [dataclasses.replace(there[0], problem=problem)]
    got = compared("lstm", ours, "lstm", there)
    assert got.pairs == ()
    assert why_nothing_shared(got) == reason


def test_the_verdict_without_a_normalised_score(tmp_path: Path) -> None:
    got = comparison(tmp_path, {"SeqMemorize-v0": [1.0] * 3}, {"SeqMemorize-v0": [1.0] * 3})
    assert verdict(got) == "The problems that both have give no normalised score."
    assert scores_table(got).texts()[0][-2:] == ["undefined", "undefined"]


def test_control_tasks_count_if_there_is_nothing_else(tmp_path: Path) -> None:
    got = comparison(tmp_path, {"SeqNext-v0": [0.7] * 3}, {"SeqNext-v0": [1.0] * 3})
    assert "0.4000 higher" in verdict(got)


def test_the_verdict_names_other_explanations(tmp_path: Path) -> None:
    first = done(tmp_path / "a", {"SeqEcho-v0": [0.5]}, standard=True)
    second = [
        dataclasses.replace(outcome, versions={"seq-envs": "9"})
        for outcome in done(tmp_path / "b", {"SeqEcho-v0": [0.6]})
    ]
    text = verdict(compared("lstm", first, "lstm", second))
    assert "B scores 0.1111 higher than A" in text
    assert "One has standard settings and the other tuned ones" in text
    assert "different versions of seq-envs" in text


def test_what_differs(tmp_path: Path) -> None:
    first = done(tmp_path / "a", {"SeqEcho-v0": [0.5], "SeqCopy-v0": [0.5]}, agent="gru", settings={"hidden": 8})
    second = done(
        tmp_path / "b", {"SeqEcho-v0": [0.6], "SeqCopy-v0": [0.5]}, agent="ppo", settings={"hidden": 9}, standard=True
    )
    second[0] = dataclasses.replace(second[0], versions={"torch": "3"}, hardware={"cpu": "quill"})
    rows = {row[0]: row[1:] for row in differences_table([compared("a", first, "b", second)]).rows}
    assert rows["agent"] == ("gru", "ppo")
    assert rows["rule"] == ("supervised", "ppo")
    assert rows["core"] == ("gru", "none")
    assert rows["hidden"] == ("8", "9")
    assert rows["settings"] == ("tuned", "standard")
    assert rows["version of torch"] == ("2.13.0", "3 or 2.13.0")
    assert rows["processor"] == ("abacus x86_64", "quill or abacus x86_64")
    assert rows["time steps learned from, median"] == ("16,000", "16,000")
    assert "seeds" not in rows
    assert "episodes of the evaluation" not in rows


def test_agents_of_other_modules_are_not_imported(tmp_path: Path) -> None:
    both = [done(tmp_path / name, {"SeqEcho-v0": [0.5]}, agent="trap:Agent", name=name) for name in "ab"]
    assert [row[0] for row in differences_table([compared("a", both[0], "b", both[1])]).rows] == [
        "time steps learned from, median",
        "seconds of training, median",
    ]


def test_the_note_of_a_summary_is_about_the_narrowest_interval(tmp_path: Path) -> None:
    """The problems of different agents are not averaged, so they do not make an interval wider."""
    accuracies = [{"SeqEcho-v0": [0.5] * seeds} for seeds in (3, 2, 9)]
    several = [comparison(tmp_path / str(place), each, each) for place, each in enumerate(accuracies)]
    note = summary_table(several).note
    assert note.endswith("Bootstrap intervals of 3 seeds of one problem are about 63% too narrow.")
    assert "too narrow" not in summary_table(several[1:2]).note
