"""A search over settings: the same trials for all agents, seeds and episodes of its own, and a report of the best."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from seq_agents.cli import main as cli
from seq_agents.errors import RunError
from seq_agents.experiments import cell as cell_module
from seq_agents.experiments.cell import run_cell
from seq_agents.experiments.entry import Cell, Entry, determining
from seq_agents.experiments.grid import Grid, GridError
from seq_agents.experiments.grid_file import read_grid
from seq_agents.experiments.results_folder import Folder
from seq_agents.experiments.search import Search
from seq_agents.report.outcome import outcome_of
from seq_agents.report.search_charts import searched
from seq_agents.report.search_tables import search_cost, trial_scores, trials_over_problems
from tiny_commands import elsewhere, everything
from tiny_grids import entry, exam, result

import seq_envs
from seq_envs.seeds import TRIAL_SEEDS

assert elsewhere
GRID = (
    "agents: {gru: {settings: {hidden: 3, batch: 4}}, none: {settings: {hidden: 3, batch: 4}}, optimal: }\n"
    "ids: [{id: SeqEcho-v0, length: 4, n_values: 3}]\nseeds: 1\nepisodes: 20\nbudget: {episodes: 8}\n"
    "sweep: {learning_rate: [0.001, 0.1]}\n"
)


def grid_of(tmp_path: Path, text: str) -> Grid:
    path = tmp_path / "grid.yaml"
    path.write_text(text, encoding="utf-8")
    return read_grid(path)


def trial(words: str, seeds: int = 1) -> Entry:
    return dataclasses.replace(entry(), trial=words, seeds=seeds)


def add(folder: Folder, cell: Cell, accuracy: float) -> None:
    folder.add(cell, result(cell, [[1, 1.0, accuracy, accuracy]], evaluation=exam(accuracy)))


def test_every_agent_that_learns_has_the_same_trials(tmp_path: Path) -> None:
    grid = grid_of(tmp_path, f"{GRID}trial_seeds: 2\n".replace("0.1]", "0.1], gradient_norm: [1.0, 0.5]"))
    searches = grid.searches()
    assert [search.trials[0].name for search in searches] == ["gru", "none"]
    for search in searches:
        assert [one.trial for one in search.trials] == [
            "learning_rate=0.001, gradient_norm=1.0", "learning_rate=0.001, gradient_norm=0.5",
            "learning_rate=0.1, gradient_norm=1.0", "learning_rate=0.1, gradient_norm=0.5",
        ]  # fmt: skip
        assert {one.seeds for one in search.trials} == {2}
        assert [one.settings["learning_rate"] for one in search.trials] == [0.001, 0.001, 0.1, 0.1]
        assert {one.settings["updates"] for one in search.trials} == {2}
    assert [one.name for one in grid.all_entries()] == ["optimal"], "what does not learn has nothing to search for"


def test_a_trial_has_other_seeds_and_other_episodes_than_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = dataclasses.replace(entry("gru"), settings={"updates": 5, "batch": 2, "hidden": 2}, episodes=5)
    assert Cell(chosen, 3).config().seed == 3
    assert Cell(dataclasses.replace(chosen, trial="x=1"), 3).config().seed == TRIAL_SEEDS + 3
    evaluate, seeds = seq_envs.evaluate, []

    def seen(policy: Any, problem: Any, episodes: int, seed: int = 0) -> Any:
        seeds.append(seed)
        return evaluate(policy, problem, episodes, seed)

    monkeypatch.setattr(cell_module.seq_envs, "evaluate", seen)
    run_cell(Cell(dataclasses.replace(chosen, trial="x=1"), 0))
    of_trial, seeds = seeds, []
    run_cell(Cell(chosen, 0))
    assert seeds[-1] == 0
    assert of_trial == [TRIAL_SEEDS + seed for seed in seeds]


def test_the_best_trial_is_chosen_and_the_first_of_equals(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    trials = [dataclasses.replace(trial(f"x={number}", seeds=2), standard=True) for number in range(4)]
    folder.add_entries(trials)
    search = Search(tuple(trials), seeds=7)
    assert search.chosen(folder) is None, "all failed"
    for number, accuracies in enumerate([(0.6, 0.7), (0.9, 0.8), (0.8, 0.9)]):
        for seed, accuracy in enumerate(accuracies):
            add(folder, Cell(trials[number], seed), accuracy)
    add(folder, Cell(trials[3], 0), 1.0)  # Its other seed failed.
    chosen = search.chosen(folder)
    assert chosen == dataclasses.replace(trials[1], trial="", seeds=7, standard=False), "tuned for this problem"


def test_a_trial_and_the_entry_of_the_report_are_not_the_same() -> None:
    assert determining(trial("x=1").as_json()) != determining(entry().as_json())
    assert Cell(trial("x=1"), 0).key != Cell(trial("x=2"), 0).key != Cell(entry(), 0).key
    assert trial("x=1").identity != entry().identity
    assert "trial" not in entry().as_json()
    assert Entry.of_json(trial("x=1").as_json()) == trial("x=1")


@pytest.mark.slow
def test_a_search_runs_once_and_the_report_has_the_best(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "grid.yaml").write_text(GRID, encoding="utf-8")
    command = ["bench", str(tmp_path / "grid.yaml"), "--out", "out", "--jobs", "1"]
    cli.main(command)
    printed = capsys.readouterr().out
    assert "Search over settings" in printed
    folder, trials = Folder.open(Path("out")), Folder.open(Path("out") / "trials")
    assert [one.trial for one in trials.entries] == ["learning_rate=0.001", "learning_rate=0.1"] * 2
    assert [one.name for one in folder.entries] == ["gru", "none", "optimal"]
    assert all(not one.trial and one.seeds == 1 for one in folder.entries)
    before = everything(Path("out"))
    cli.main(command)
    after = everything(Path("out"))
    assert {path for path in before if before[path] != after[path]} <= {"out/report.html", "out/grid.json"}
    page = Path("out/report.html").read_text(encoding="utf-8")
    assert 'id="search"' in page
    assert 'id="figure-search-0"' in page
    capsys.readouterr()
    cli.main(["report", "out", "--markdown"])
    assert "## Trials of the search" in capsys.readouterr().out


def test_a_folder_with_trials_alone_says_where_they_are(tmp_path: Path) -> None:
    Folder(tmp_path / "trials").add_entries([trial("x=1")])
    with pytest.raises(RunError, match=f"try: seq-envs report {tmp_path}/trials"):
        Folder.open(tmp_path)
    assert Folder.open(tmp_path / "trials").entries == [trial("x=1")]


def test_tables_of_a_search() -> None:
    runs = [
        outcome_of(
            cell := Cell(trial(words), 0), result(cell, [[10, 2.0, accuracy, exact]], evaluation=exam(accuracy, exact))
        )
        for words, accuracy, exact in (("x=1", 0.5, 0.0), ("x=2", 1.0, 1.0), ("x=3", 0.75, 0.5))
    ]
    (row,) = search_cost(runs).texts()
    assert row[1:] == ["mlp", "3", "33%", "x=2", "1.0000", "30", "6.0"]
    assert [line[2:5] for line in trial_scores(runs).texts()] == [
        ["x=1", "1", "0.0000"], ["x=2", "1", "1.0000"], ["x=3", "1", "0.5000"],
    ]  # fmt: skip
    assert search_cost([]).rows == trial_scores([]).rows == ()
    assert len(searched(runs, {"mlp": 0})) == 1
    words = [dataclasses.replace(run, entry=dataclasses.replace(run.entry, trial="x=word")) for run in runs]
    assert searched(words, {"mlp": 0}) == searched([], {}) == []


def test_settings_over_all_problems() -> None:
    runs = [
        outcome_of(
            cell := Cell(dataclasses.replace(trial(words), id=id), 0),
            result(cell, [[10, 2.0, accuracy, 0.0]], evaluation=exam(accuracy)),
        )
        for words, id, accuracy in (
            ("x=1", "SeqEcho-v0", 0.5), ("x=2", "SeqEcho-v0", 1.0),
            ("x=1", "SeqCopy-v0", 0.75), ("x=2", "SeqCopy-v0", 0.5),
            ("x=3", "SeqCopy-v0", 1.0),
        )
    ]  # fmt: skip
    # x=3 has no result on SeqEcho-v0, so it cannot be compared.
    assert trials_over_problems(runs).texts() == [
        ["mlp", "x=1", "2", "0.2500", "0.0000"],
        ["mlp", "x=2", "2", "0.5000", "0.0000"],
    ]
    assert trials_over_problems(runs[:2]).rows == trials_over_problems([]).rows == ()
    failed = [
        dataclasses.replace(run, entry=dataclasses.replace(run.entry, seeds=2))
        for run in runs
        if run.entry.trial == "x=1"
    ]
    assert [row[1] for row in trials_over_problems([*failed, *runs[1::2]]).texts()] == ["x=2"], "a seed of x=1 failed"


def test_a_trial_with_a_failed_seed_is_neither_the_best_nor_solves() -> None:
    runs = [
        outcome_of(
            cell := Cell(trial(words, seeds=2), seed), result(cell, [[10, 2.0, 0.9, 0.9]], evaluation=exam(shot))
        )
        for words, seed, shot in (("x=1", 0, 1.0), ("x=2", 0, 0.6), ("x=2", 1, 0.6))
    ]
    (row,) = search_cost(runs).texts()
    assert row[3:5] == ["0%", "x=2"]


@pytest.mark.parametrize(
    ("sweep", "message"),
    [
        ("{learning_rte: [1.0]}", "there is no setting 'learning_rte'"),
        ("{learning_rate: []}", "sweep: 'learning_rate' must be a list of values"),
        ("{learning_rate: 0.1}", "sweep: 'learning_rate' must be a list of values, got 0.1"),
        ("{learning_rate: [-1]}", "learning_rate must be a number"),
        ("{learning_rate: [0.1, 0.1]}", "learning_rate has a value twice"),
        ("{learning_rate: [1, 1.0]}", "gru trains with the same settings at learning_rate=1 and at learning_rate=1.0"),
        ("{updates: [1, 2]}\nbudget: {steps: 9000}", "gru trains with the same settings at updates=1 and at updates=2"),
        ("{device: [cpu, auto]}", "gru trains with the same settings at device=cpu and at device=auto"),
        ("[learning_rate]", "sweep must be a mapping from settings to lists of values"),
        ("{}", "sweep must be a mapping from settings to lists of values"),
        ("{hidden: [3, 4]}\nparameters: 2000", "hidden must be left out: parameters chooses it"),
        ("{learning_rate: [0.1]}\ntrial_seeds: 0", "trial_seeds must be an integer >= 1"),
    ],
)
def test_wrong_sweeps(tmp_path: Path, sweep: str, message: str) -> None:
    with pytest.raises(GridError, match=message):
        grid_of(tmp_path, f"agents: [gru]\nids: [SeqEcho-v0]\nsweep: {sweep}\n").searches()


def test_a_grid_without_agents_has_no_sweep(tmp_path: Path) -> None:
    with pytest.raises(GridError, match="sweep must be left out of a grid without agents"):
        grid_of(tmp_path, "entries: {one: {agent: gru, id: SeqEcho-v0}}\nsweep: {hidden: [3]}\n")
