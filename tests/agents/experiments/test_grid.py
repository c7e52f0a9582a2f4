"""Grids: the YAML that is accepted. `test_grid_mistakes.py` has what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from grid_files import LSTM, entries, refused
from seq_agents.experiments import grid_file
from seq_agents.experiments.cell import run_cell
from seq_agents.experiments.entry import Cell, Entry
from seq_agents.experiments.grid import Experiment, Grid, GridAgent, GridError, changed
from seq_agents.experiments.grid_file import preset, presets, read_grid
from seq_agents.experiments.until import Until

import seq_envs
from seq_envs.env_options import EnvOptions
from seq_envs.problems import GROUPS


def test_a_grid_by_hand(tmp_path: Path) -> None:
    first, second, third, fourth = entries(
        tmp_path,
        """
        seeds: 3
        episodes: 70
        ids: [SeqEcho-v0, {id: SeqCopy-v0, length: 2, reverse: true}]
        agents:
          lstm:
          wide: {agent: gru, settings: {hidden: 128, batch: 5}, by_id: {SeqCopy-v0: {batch: 6}}}
        """,
    )
    assert [(entry.name, entry.agent, entry.label) for entry in (first, second, third, fourth)] == [
        ("lstm", "lstm", "SeqEcho-v0"),
        ("lstm", "lstm", "SeqCopy-v0 length=2 reverse=True"),
        ("wide", "gru", "SeqEcho-v0"),
        ("wide", "gru", "SeqCopy-v0 length=2 reverse=True"),
    ]
    assert {(entry.seeds, entry.episodes) for entry in (first, second, third, fourth)} == {(3, 70)}
    assert (third.settings["hidden"], third.settings["batch"]) == (128, 5)
    assert (fourth.settings["hidden"], fourth.settings["batch"]) == (128, 6), "by_id comes last"
    assert first.settings["updates"] == 200, "tuned"
    assert first.settings["input_bias"] == 4
    assert second.problem() == seq_envs.make_problem("SeqCopy-v0", length=2, reverse=True)


def test_patterns_and_ids_of_a_single_agent(tmp_path: Path) -> None:
    got = entries(tmp_path, "ids: ['Seq[EC]*Hard-v0', SeqEchoHard-v0]\nagents: {lstm: , mlp: {ids: ['*Echo-v?']}}")
    assert [(entry.name, entry.id) for entry in got] == [
        ("lstm", "SeqEchoHard-v0"), ("lstm", "SeqCopyHard-v0"), ("lstm", "SeqClassifyHard-v0"), ("mlp", "SeqEcho-v0"),
    ]  # fmt: skip


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_is_all_its_ids(group: str, tmp_path: Path) -> None:
    assert [entry.id for entry in entries(tmp_path, f"ids: [{group}]\nagents: [lstm]")] == GROUPS[group]


@pytest.mark.parametrize(
    "text", ["agents: [lstm, lstm]\nids: [SeqEcho-v0, SeqEcho-v0, SeqEch*-v0, {id: SeqEcho-v0}]", LSTM]
)
def test_repeated_entries_are_run_once(text: str, tmp_path: Path) -> None:
    assert [entry.name for entry in entries(tmp_path, text) if entry.id == "SeqEcho-v0"] == ["lstm"]


@pytest.mark.parametrize("name", ["a/b", "a b", ".hidden", "../up", "Ünïcode", "x" * 300, "a:b", "[red]", "-"])
def test_unusual_names_are_accepted(name: str, tmp_path: Path) -> None:
    (entry,) = entries(tmp_path, json.dumps({"agents": {name: {"agent": "lstm"}}, "ids": ["SeqEcho-v0"]}))
    assert entry.name == name


def test_what_agents_are_evaluated_on_besides(tmp_path: Path) -> None:
    parity = "ids: [{id: SeqParity-v0, split: train}]\nagents: [lstm]\nelsewhere: [{split: test}, {length: [3, 4]}]"
    [entry] = entries(tmp_path, parity)
    assert entry.problem() == seq_envs.make_problem("SeqParity-v0", length=(1, 40))
    assert [entry.problem_with(changes) for changes in entry.elsewhere] == [
        seq_envs.make_problem("SeqParity-v0", length=length) for length in ((41, 500), (3, 4))
    ]
    assert Entry.of_json(json.loads(json.dumps(entry.as_json()))) == entry


def test_fixed_parameters_are_changed_elsewhere(tmp_path: Path) -> None:
    """As `seq-envs evaluate RUN --length 30` does."""
    grid = "ids: [SeqAddingPaper-v0]\nagents: [lstm]\nelsewhere: [{split: T500}, {length: 30}]"
    [entry] = entries(tmp_path, grid)
    lengths: list[Any] = [entry.problem_with(changes) for changes in entry.elsewhere]
    assert [problem.length for problem in lengths] == [(500, 550), 30]


@pytest.mark.parametrize("written", ["[5, 20]", "5-20"])
def test_ranges(written: str, tmp_path: Path) -> None:
    text = f"ids: [{{id: SeqEcho-v0, length: {written}}}]\nagents: [lstm]\nelsewhere: [{{length: {written}}}]"
    [entry] = entries(tmp_path, text)
    assert entry.parameters == entry.elsewhere[0] == {"length": (5, 20)}


def test_merged_mappings(tmp_path: Path) -> None:
    text = "agents: {lstm: {settings: &a {hidden: 9}}, gru: {settings: {<<: *a, batch: 2}}}\nids: [SeqEcho-v0]"
    assert [entry.settings["hidden"] for entry in entries(tmp_path, text)] == [9, 9]


def test_the_presets_are_the_files_of_their_folder() -> None:
    folder = Path(grid_file.__file__).parent / "presets"
    assert presets() == sorted(path.stem for path in folder.iterdir())
    assert {"quick", "full", "tutorial", "hochreiter", "moonshot", "compare"} <= set(presets())


@pytest.mark.parametrize("name", presets())
def test_every_preset_is_a_grid(name: str) -> None:
    grid = preset(name)
    entries = [*grid.all_entries(), *(trial for search in grid.searches() for trial in search.trials)]
    assert entries
    for entry in entries:
        assert Entry.of_json(entry.as_json()) == Entry.of_json(Entry.of_json(entry.as_json()).as_json())
        assert entry.episodes == 10_000


@pytest.mark.parametrize("name", ["quick", "full"])
def test_presets_of_agents_and_problems(name: str) -> None:
    every = preset(name).all_entries()
    assert {entry.name for entry in every} >= {"recurrent-ppo", "lstm", "ppo"}, "rewards, examples, no memory"
    agents = {entry.name for entry in every}
    ids = {id for id in GROUPS["tutorial"] if name == "full" or not seq_envs.MENU[id][1]}
    assert {(entry.name, entry.id) for entry in every} == {(agent, id) for agent in agents for id in ids}
    assert {entry.episodes for entry in every} == {10_000}
    keys = [json.dumps(entry.as_json()) for entry in every]
    assert len(set(keys)) == len(keys)


def test_an_unknown_preset() -> None:
    with pytest.raises(GridError, match=r"preset must be one of chomsky, .*, quick, .*, zoology, got 'slow'"):
        preset("slow")


def test_changed() -> None:
    small = GridAgent(agent="lstm", settings={"hidden": 2}, ids=["SeqCopy-v0"])
    grid = Grid(agents={"small": small, "mlp": GridAgent(agent="mlp")}, ids=["SeqEcho-v0"], seeds=4)
    assert changed(grid) == grid
    assert (changed(grid, seeds=2).seeds, changed(grid, episodes=9).episodes) == (2, 9)
    other = changed(grid, agents=["small", "gru"])
    assert other.agents == {"small": small, "gru": GridAgent(agent="gru")}
    assert [(entry.name, entry.id) for entry in other.all_entries()] == [("small", "SeqCopy-v0"), ("gru", "SeqEcho-v0")]
    moved = changed(grid, ids=["SeqNext-v0"])
    assert [(entry.name, entry.id) for entry in moved.all_entries()] == [("small", "SeqNext-v0"), ("mlp", "SeqNext-v0")]
    assert moved.all_entries()[0].settings["hidden"] == 2, "it keeps its settings"
    assert list(changed(grid, agents=["mlp"], ids=["SeqNext-v0"]).agents) == ["mlp"]
    assert grid.agents["small"].ids == ["SeqCopy-v0"], "the first one stays as it is"
    for wrong in (changed(grid, agents=["lstn"]), changed(grid, ids=["SeqEko-v0"]), changed(grid, ids=["Nothing*"])):
        with pytest.raises(GridError):
            wrong.all_entries()


# Single entries.


def test_single_entries_by_hand(tmp_path: Path) -> None:
    plain, full = entries(
        tmp_path,
        """
        seeds: 3
        episodes: 70
        entries:
          plain: {agent: mlp, id: SeqCopy-v0}
          full:
            agent: lstm
            id: SeqEcho-v0
            parameters: {length: 40, lag: 31}
            settings: {hidden: 9}
            seeds: 4
            until: {every: 32, without_mistake: 500}
            reported: "90% with 3 | 4"
        """,
    )
    assert (plain.name, plain.agent, plain.label, plain.seeds, plain.episodes) == ("plain", "mlp", "SeqCopy-v0", 3, 70)
    assert (plain.until, plain.reported, plain.is_experiment) == (None, "", False)
    assert (full.name, full.label, full.seeds) == ("full", "SeqEcho-v0 lag=31 length=40", 4)
    assert full.settings["hidden"] == 9
    assert full.settings["updates"] == 200, "the tuned setting"
    assert (full.until, full.reported) == (Until(every=32, without_mistake=500), "90% with 3 | 4")


def test_single_entries_beside_agents_and_ids(tmp_path: Path) -> None:
    found = entries(tmp_path, LSTM + "entries: {wide: {agent: lstm, id: SeqEcho-v0, settings: {hidden: 99}}}")
    assert [(entry.name, entry.id) for entry in found] == [("lstm", "SeqEcho-v0"), ("wide", "SeqEcho-v0")]


def test_an_entry_like_an_agent_of_the_grid_must_be_the_same(tmp_path: Path) -> None:
    assert len(entries(tmp_path, LSTM + "entries: {lstm: {agent: lstm, id: SeqEcho-v0}}")) == 1
    said = refused(tmp_path, LSTM + "entries: {lstm: {agent: lstm, id: SeqEcho-v0, settings: {hidden: 99}}}")
    assert "lstm on SeqEcho-v0 is in the grid twice, with different settings" in said


def test_changes_of_a_grid_with_single_entries() -> None:
    single = {"one": Experiment(agent="lstm", id="SeqEcho-v0", seeds=2)}
    grid = Grid(agents={"mlp": GridAgent(agent="mlp")}, ids=["SeqCopy-v0"], entries=single, seeds=4)
    assert [(entry.name, entry.seeds) for entry in grid.all_entries()] == [("mlp", 4), ("one", 2)]
    assert [(entry.name, entry.seeds) for entry in changed(grid, seeds=7).all_entries()] == [("mlp", 7), ("one", 7)]
    assert {entry.episodes for entry in changed(grid, episodes=9).all_entries()} == {9}
    assert [entry.name for entry in changed(grid, agents=["gru"]).all_entries()] == ["gru"]
    assert [entry.name for entry in changed(grid, ids=["SeqNext-v0"]).all_entries()] == ["mlp"]
    for wrong in ({"agents": ["gru"]}, {"ids": ["SeqNext-v0"]}):
        with pytest.raises(GridError, match="settings of this grid are fixed: it is made of the entries one"):
            changed(Grid(entries=single), **wrong)


@pytest.mark.parametrize(("text", "number"), [("1e-3", 1e-3), ("2E+1", 20.0), (".5e-1", 0.05), ("-3.e-2", -0.03)])
def test_numbers_with_an_exponent(text: str, number: float, tmp_path: Path) -> None:
    """Plain YAML 1.1 reads them as text."""
    path = tmp_path / "grid.yaml"
    path.write_text(f"agents: {{lstm: {{settings: {{forget_bias: {text}}}}}}}\nids: [SeqEcho-v0]", encoding="utf-8")
    assert read_grid(path).agents["lstm"].settings == {"forget_bias": number}


def test_a_problem_has_one_label() -> None:
    """The order of parameters does not matter, nor does a parameter that equals the default of the id."""
    ids = ["SeqEcho-v0", {"id": "SeqEcho-v0", "lag": 1}, {"id": "SeqEcho-v0", "length": 10, "lag": 1}]
    ids += [{"id": "SeqEcho-v0", "lag": 2, "length": 12}, {"id": "SeqEcho-v0", "length": 12, "lag": 2, "n_values": 10}]
    entries = Grid(agents={"optimal": GridAgent(agent="optimal")}, ids=ids).all_entries()
    assert [entry.label for entry in entries] == ["SeqEcho-v0", "SeqEcho-v0 lag=2 length=12"]


def test_a_parameter_that_only_fits_with_another_one_is_kept() -> None:
    """Without its length, the problem would be invalid."""
    ids = [{"id": "SeqEcho-v0", "length": 104, "n_values": 10, "lag": 31}]
    (entry,) = Grid(agents={"optimal": GridAgent(agent="optimal")}, ids=ids).all_entries()
    assert entry.parameters == {"lag": 31, "length": 104}


def test_options_of_the_environment_hold_for_all_problems(tmp_path: Path) -> None:
    """Those of a problem come before those of the grid, and single entries have their own."""
    got = entries(
        tmp_path,
        """
        agents: [ppo]
        ids: [SeqEcho-v0, {id: SeqCopy-v0, length: 3, max_episode_steps: 9, pay: each_step}]
        options: {pay: at_end}
        entries: {single: {agent: random, id: SeqEcho-v0, parameters: {feedback: [reward, action]}}}
        """,
    )
    assert [(entry.label, dict(entry.options)) for entry in got] == [
        ("SeqEcho-v0 pay=at_end", {"pay": "at_end"}),
        ("SeqCopy-v0 length=3 max_episode_steps=9", {"max_episode_steps": 9}),
        ("SeqEcho-v0 feedback=action+reward", {"feedback": ("action", "reward")}),
    ]
    assert [entry.parameters for entry in got] == [{}, {"length": 3}, {}]
    for entry in got:
        assert Entry.of_json(json.loads(json.dumps(entry.as_json()))) == entry
        assert Cell(entry, 0).config().env_options() == EnvOptions(**entry.options)
    assert [Cell(entry, 0).key for entry in got] == [
        "ppo--SeqEcho-v0--pay=at_end--0",
        "ppo--SeqCopy-v0--length=3--max_episode_steps=9--0",
        "single--SeqEcho-v0--feedback=action+reward--0",
    ]


def test_an_agent_of_a_grid_observes_its_past(tmp_path: Path) -> None:
    """In its training and in its evaluations: a network for other observations could not play."""
    settings = "{steps: 200, lanes: 2, episodes: 1, minibatches: 1, epochs: 1, hidden: 3}"
    text = f"agents: {{a: {{agent: recurrent-ppo-stock, settings: {settings}}}}}\nids: [SeqMemorize-v0]\nepisodes: 40"
    (entry,) = entries(tmp_path, text + "\noptions: {feedback: [action, reward]}\nseeds: 1")
    result = run_cell(Cell(entry, 0))
    assert result["evaluation"]["episodes"] == 40
    assert result["entry"]["options"] == {"feedback": ["action", "reward"]}
    assert result["evaluation"]["options"] == {"feedback": ["action", "reward"]}
