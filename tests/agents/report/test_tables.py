"""The figures of a benchmark, by hand on tiny outcomes."""

from __future__ import annotations

import csv
import dataclasses
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from seq_agents.experiments.entry import Cell
from seq_agents.experiments.further import Further
from seq_agents.experiments.results_folder import Folder
from seq_agents.experiments.until import Until
from seq_agents.experiments.workers import Failed
from seq_agents.report import tables
from seq_agents.report.estimate import Estimate
from seq_agents.report.experiment_table import experiment_table
from seq_agents.report.outcome import Outcome, outcome_of
from seq_agents.report.overview_charts import rewards
from seq_agents.report.table import Column, Table
from tiny_grids import entry, exam, result

SOLVED_AT_20 = [[10, 1.0, 0.5, 0.0], [20, 2.0, 1.0, 1.0], [30, 3.0, 1.0, 1.0], [40, 4.0, 1.0, 1.0]]
SOLVED_AT_60 = [[60, 6.0, 1.0, 1.0], [90, 9.0, 1.0, 1.0], [120, 12.0, 1.0, 1.0]]
ECHO, COPY, CONTROL = "SeqEcho-v0", "SeqCopy-v0", "SeqNext-v0"


def unsolved(accuracy: float) -> list[list[float]]:
    return [[40, 4.0, accuracy, 0.5]]


def run_of(
    name: str, curve: Sequence[Sequence[float]], id: str = ECHO, seed: int = 0, agent: str = "mlp", **changes: Any
) -> Outcome:
    cell = Cell(entry(agent, name, id=id, parameters={}), seed)
    if id == CONTROL:
        changes["evaluation"] = exam(curve[-1][2], memoryless=1.0, optimal=1.0)
    return outcome_of(cell, result(cell, curve, **changes))


DONE = [
    run_of("good", SOLVED_AT_20, seed=0),
    run_of("good", SOLVED_AT_60, seed=1),
    run_of("good", unsolved(0.75), COPY),
    run_of("good", unsolved(0.5), CONTROL),
    run_of("bad", unsolved(0.5), COPY),
]


def rows(table: Table) -> list[list[str]]:
    assert all(len(row) == len(table.columns) for row in table.rows)
    return table.texts()


def test_leaderboard() -> None:
    """Controls are left out, and the best agent comes first."""
    table = tables.leaderboard([DONE[4], *DONE[:4]])
    assert [column.heading for column in table.columns] == [
        "agent", "problems", "runs", "normalised, IQM", "95% interval", "normalised, mean", "exact, IQM", "solved",
        "steps to solve", "seconds to solve", "area, IQM", "steps/s",
    ]  # fmt: skip
    areas = [(0 * 10 + 0.5 * 10 + 1 * 20) / 40, (0.5 * 60 + 60) / 120]  # The third run has no curve.
    assert rows(table) == [
        ["good", "2", "3", "0.8333", "1 seed: no interval", "0.8333", "0.8333", "67%", "60", "6.0",
         f"{sum(areas) / 2:.4f}", "10"],
        ["bad", "1", "1", "0.0000", "1 seed: no interval", "0.0000", "0.5000", "", "", "", "", "10"],
    ]  # fmt: skip
    assert "the problems that need memory" in table.note
    assert "Settings: tuned for single problems." in table.note


def test_weights_and_settings_are_those_of_the_runs() -> None:
    done = [
        run_of("one", SOLVED_AT_20, seed=seed, weights={"core": 1, "network": weights, "learned": 2})
        for seed, weights in enumerate((30, 50, 10))
    ]
    standard = [
        dataclasses.replace(outcome, entry=dataclasses.replace(outcome.entry, standard=True)) for outcome in done
    ]
    table = tables.leaderboard(standard)
    assert rows(table)[0][11] == "30"
    assert "Settings: standard, the same for all problems." in table.note
    both = [*standard, run_of("other", SOLVED_AT_20)]
    assert "Settings: standard for one; tuned for single problems for other." in tables.matrix(both).note
    stopping = [dataclasses.replace(run, entry=dataclasses.replace(run.entry, stop_when_solved=True)) for run in both]
    assert "for other. A training stops when it has solved the problem." in tables.matrix(stopping).note
    assert rows(tables.every_run(standard))[1][-6:-4] == ["50", "standard"]


def test_leaderboard_of_nothing() -> None:
    assert tables.leaderboard([]).rows == ()
    assert tables.leaderboard([DONE[3]]).rows == (), "a control alone"


def test_an_agent_on_fewer_problems_comes_last() -> None:
    """Even a good one, because the problems that it failed on are not in its mean."""
    fewer = run_of("fails on the others", SOLVED_AT_20)
    assert [row[0] for row in tables.leaderboard([fewer, *DONE]).rows] == ["good", "fails on the others", "bad"]


def test_a_curve_that_is_too_short_has_no_figures_of_solving() -> None:
    """A reference policy does not learn, so it has such a curve."""
    done = [run_of("at once", [[0, 0.0, 1.0, 1.0]])]
    assert rows(tables.leaderboard(done))[0][7:10] == ["", "", ""]
    assert rows(tables.on_problem(done, ECHO))[0][8:11] == ["", "", ""]


def test_leaderboard_has_an_interval_over_seeds() -> None:
    got = tables.leaderboard(
        [run_of("a", unsolved(accuracy), seed=seed) for seed, accuracy in enumerate((0.5, 0.75, 1.0))]
    )
    assert rows(got)[0][3:5] == ["0.5000", "0.0000 to 1.0000"]


def test_matrix() -> None:
    table = tables.matrix(DONE)
    assert [column.heading for column in table.columns] == ["problem", "good", "bad"]
    assert rows(table) == [
        ["SeqEcho-v0", "1.0000", ""],
        ["SeqCopy-v0", "0.5000", "0.0000"],
        ["SeqNext-v0 (control)", "0.0000", ""],
    ]
    assert tables.matrix([]).rows == ()


def test_the_matrix_has_interquartile_means() -> None:
    accuracies = [0.5, 0.75, 0.75, 0.75, 1.0]
    got = tables.matrix([run_of("a", unsolved(accuracy), seed=seed) for seed, accuracy in enumerate(accuracies)])
    assert rows(got) == [["SeqEcho-v0", "0.5000"]]


def test_on_problem() -> None:
    table = tables.on_problem([*DONE, run_of("bad", unsolved(0.625))], ECHO)
    assert table.title == ECHO
    assert table.note == f"{DONE[0].problem}.\nSettings: tuned for single problems."
    assert rows(table) == [
        ["good", "2", "1.0000", "2 seeds: no interval", "1.0000", "1.0000", "1.0000", "80", "100%", "40", "4.0",
         "0.6875", "10"],
        ["bad", "1", "0.2500", "1 seed: no interval", "0.2500", "0.6250", "0.5000", "40", "", "", "", "", "10"],
        ["chance", "", "-0.5000", "", "", "0.2500", "0.2500", "", "", "", "", "", ""],
        ["memoryless", "", "0.0000", "", "", "0.5000", "0.5000", "", "", "", "", "", ""],
        ["optimal", "", "1.0000", "", "", "1.0000", "1.0000", "", "", "", "", "", ""],
    ]  # fmt: skip


def test_on_problem_has_the_lowest() -> None:
    done = [run_of("a", unsolved(accuracy), seed=seed) for seed, accuracy in enumerate((0.75, 0.625, 1.0))]
    first, *_ = rows(tables.on_problem(done, ECHO))
    assert (first[2], first[4]) == (f"{1.75 / 3:.4f}", "0.2500")


def test_where_scores_are_not_defined() -> None:
    """The levels are equal, so there is no normalised score."""
    flat = exam(1.0, memoryless=1.0, optimal=1.0)
    flat["levels"]["chance"] = flat["levels"]["optimal"]
    done = [run_of("a", [[1, 1.0, 1.0, 1.0]], seed=seed, evaluation=flat) for seed in range(2)]
    assert math.isnan(done[0].final.normalized)
    assert rows(tables.matrix(done)) == [["SeqEcho-v0 (control)", "undefined"]]
    first, *levels = rows(tables.on_problem(done, ECHO))
    assert first[:5] == ["a", "2", "undefined", "undefined", "undefined"]
    assert {row[2] for row in levels} == {"undefined"}
    assert tables.leaderboard(done).rows == ()
    assert rows(tables.every_run(done))[0][5] == "nan"


def test_rewards_against_examples() -> None:
    done = [
        run_of("lstm", SOLVED_AT_20, agent="lstm"),
        run_of("ppo-lstm", SOLVED_AT_60, agent="recurrent-ppo"),
        run_of("reinforce", unsolved(0.5), agent="reinforce"),
        run_of("mlp", SOLVED_AT_20),
        run_of("lstm", unsolved(0.5), COPY, agent="lstm"),
        run_of("ppo-lstm", SOLVED_AT_60, COPY, agent="recurrent-ppo"),
        run_of("ppo-lstm", SOLVED_AT_60, CONTROL, agent="recurrent-ppo"),
    ]
    assert rows(tables.rewards_against_examples(done)) == [
        ["SeqEcho-v0", "ppo-lstm", "60", "20", "3.00", "3", "1.00"],
        ["SeqEcho-v0", "reinforce", "unsolved", "20", "unsolved", "3", "unsolved"],
        ["SeqCopy-v0", "ppo-lstm", "60", "unsolved", "", "3", ""],
    ]
    numbers = [run_of("lstm", SOLVED_AT_20, agent="lstm"), run_of("r", SOLVED_AT_60, agent="reinforce", answers=None)]
    assert rows(tables.rewards_against_examples(numbers)) == [["SeqEcho-v0", "r", "60", "20", "3.00", "", ""]]


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2)])
def test_right_answers_are_represented_by_the_agent_of_that_name(order: tuple[int, ...]) -> None:
    """The table and the chart take the same one, however the entries are ordered."""
    outcomes = [
        run_of("lstm", SOLVED_AT_20, agent="lstm"), run_of("wide", SOLVED_AT_60, agent="lstm"),
        run_of("r", SOLVED_AT_60, agent="reinforce"),
    ]  # fmt: skip
    done = [outcomes[place] for place in order]
    table = tables.rewards_against_examples(done)
    assert table.columns[3].heading == "lstm's steps"
    assert rows(table)[0][2:4] == ["60", "20"]
    chart = rewards(done, {name: place for place, name in enumerate(("lstm", "wide", "r"))})
    assert chart is not None
    assert chart.names == ("r", "lstm")
    assert chart.data == table


def test_another_name_represents_right_answers_if_that_one_is_missing() -> None:
    done = [run_of("wide", SOLVED_AT_20, agent="lstm"), run_of("r", SOLVED_AT_60, agent="reinforce")]
    table = tables.rewards_against_examples(done)
    assert table.columns[3].heading == "wide's steps"
    assert rows(table) == [["SeqEcho-v0", "r", "60", "20", "3.00", "3", "1.00"]]
    chart = rewards(done, {"wide": 0, "r": 1})
    assert chart is not None
    assert chart.names == ("r", "wide")
    assert tables.rewards_against_examples(done[1:]).rows == ()
    assert rewards(done[1:], {"r": 0}) is None


def test_experiments_by_hand() -> None:
    def experiment(name: str, episodes: int, accuracy: float, seed: int, found: Any = None, **others: Any) -> Outcome:
        cell = Cell(entry("mlp", name, id=ECHO, parameters={}, **others), seed)
        return outcome_of(cell, result(cell, [[2 * episodes, 2.0, accuracy, accuracy]], **(found or {})))

    until, further = Until(every=1, without_mistake=2), Further(parameter="lag", last=9)
    done = [
        *(experiment("plain", n, 0.5 + n / 2000, n // 300, reported="a claim") for n in (300, 600, 1000)),
        *(
            experiment("until", 900, 1.0, seed, {"solved_after_episodes": solved}, until=until)
            for seed, solved in enumerate((100, None, 1200))
        ),
        experiment("never", 700, 1.0, 0, {"solved_after_episodes": None}, until=until),
        *(
            experiment("further", 800, 1.0, seed, {"further": reached}, reported="9", further=further)
            for seed, reached in enumerate((9, 3, 7, 4))
        ),
        run_of("of the grid", SOLVED_AT_20),
    ]  # fmt: skip
    table = experiment_table(done)
    assert [column.heading for column in table.columns] == [
        "experiment", "seeds", "normalised: lowest", "normalised: median", "exact: lowest", "exact: median",
        "episodes learned from", "solved", "right up to", "reported",
    ]  # fmt: skip
    assert rows(table) == [
        ["plain", "3", "0.3000", "0.6000", "0.6500", "0.8000", "600", "", "", "a claim"],
        ["until", "3", "1.0000", "1.0000", "1.0000", "1.0000", "1,200", "2 of 3", "", ""],
        ["never", "1", "1.0000", "1.0000", "1.0000", "1.0000", "unsolved", "0 of 1", "", ""],
        ["further", "4", "1.0000", "1.0000", "1.0000", "1.0000", "800", "", "lag 3, 4, 9", "9"],
    ]
    assert experiment_table(done[-1:]).rows == ()
    until = rows(tables.on_problem([outcome for outcome in done if outcome.entry.name == "until"], ECHO))[0]
    assert until[8:11] == ["67%", "1,800", "2.0"], "a training that stops is solved by its end"


def test_every_run() -> None:
    table = tables.every_run(DONE[:3])
    first, _, third = (dict(zip((column.heading for column in table.columns), row, strict=True)) for row in table.rows)
    assert first == {
        "name": "good", "agent": "mlp", "id": ECHO, "parameters": "", "seed": 0, "normalized_score": 1.0,
        "accuracy": 1.0, "exact_match": 1.0, "steps": 40, "seconds": 4.0, "solved_steps": 20, "solved_seconds": 2.0,
        "area": 0.625, "chance": 0.25, "memoryless": 0.5, "optimal": 1.0,
        "weights": None, "settings": "tuned",
        "agent_settings": json.dumps(dict(DONE[0].entry.settings), sort_keys=True),
        "date": DONE[0].date, "versions": '{"python": "3"}', "hardware": '{"cores": 2, "cpu": "a chip"}',
    }  # fmt: skip
    assert (third["solved_steps"], third["solved_seconds"]) == (None, None)
    assert rows(table)[2][10:12] == ["", ""]
    parameters = outcome_of(cell := Cell(entry(), 0), result(cell))
    assert dict(zip((c.heading for c in table.columns), tables.every_run([parameters]).rows[0], strict=True))[
        "parameters"
    ] == "length=4 n_values=3"  # fmt: skip


def test_every_run_survives_csv(tmp_path: Path) -> None:
    odd = run_of('a,"b"\n', unsolved(0.5))
    with (tmp_path / "runs.csv").open("w", newline="") as file:
        csv.writer(file).writerows(tables.every_run([odd]).texts())
    with (tmp_path / "runs.csv").open(newline="") as file:
        assert next(csv.reader(file))[0] == 'a,"b"\n'


def test_missing(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.add_entries([entry(seeds=4)])
    done, failed, broken, _ = folder.cells()
    folder.add(done, result(done))
    folder.add_failure(Failed(failed, "ValueError: why", "more"))
    (tmp_path / "cells" / f"{broken.key}.json").write_text("{")
    label = entry().label
    assert rows(tables.missing(folder)) == [
        ["mlp", label, "1", "ValueError: why"],
        ["mlp", label, "2", "its file is broken"],
        ["mlp", label, "3", "not run yet"],
    ]


def test_settings() -> None:
    assert tables.settings_of(DONE[:1]) == {
        ("good", ECHO): ", ".join(f"{name}={value}" for name, value in entry().settings.items())
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (tables.score(0.12345), "0.1235"),
        (tables.score(-1.0), "-1.0000"),
        (tables.score(-1e-9), "0.0000"),
        (tables.score(math.nan), "undefined"),
        (tables.percent(2 / 3), "67%"),
        (tables.count(1234567.4), "1,234,567"),
        (tables.count(math.inf), "unsolved"),
        (tables.duration(1234.56), "1,234.6"),
        (tables.duration(math.inf), "unsolved"),
        (tables.ratio(2.005), "2.00"),
        (tables.ratio(math.inf), "unsolved"),
        (tables.interval(Estimate(0.5, 0.25, 0.75, 3)), "0.2500 to 0.7500"),
        (tables.interval(Estimate(0.5, math.nan, math.nan, 2)), "2 seeds: no interval"),
        (tables.interval(Estimate(0.5, math.nan, math.nan, 1)), "1 seed: no interval"),
        (tables.interval(Estimate(math.nan, math.nan, math.nan, 3)), "undefined"),
    ],
)
def test_numbers_as_text(text: str, expected: str) -> None:
    assert text == expected


def test_only_some_columns() -> None:
    table = Table("title", (Column("a"), Column("b", tables.percent), Column("c")), ((1, 0.5, None), (2, None, 3)), "n")
    assert table.texts() == [["1", "50%", ""], ["2", "", "3"]]
    some = table.only(["c", "a"], "less")
    assert (some.title, some.note) == ("title", "less")
    assert [column.heading for column in some.columns] == ["a", "c"], "in the order that they had"
    assert some.texts() == [["1", ""], ["2", "3"]]
