"""Grids: the YAML that is accepted, and a message of one line for everything else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from seq_agents.experiments import grid_file
from seq_agents.experiments.entry import Entry, Until
from seq_agents.experiments.grid import Experiment, Grid, GridAgent, GridError, changed
from seq_agents.experiments.grid_file import preset, presets, read_grid

import seq_envs
from seq_envs.problems import GROUPS

LSTM = "agents: [lstm]\nids: [SeqEcho-v0]\n"


def entries(path: Path, text: str) -> list[Any]:
    (path / "grid.yaml").write_text(text)
    return read_grid(path / "grid.yaml").all_entries()


def refused(path: Path, text: str) -> str:
    with pytest.raises(GridError) as wrong:
        entries(path, text)
    assert "\n" not in str(wrong.value)
    assert len(str(wrong.value)) < 1000
    return str(wrong.value)


# What is right.


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

SINGLE = "entries: {one: {agent: lstm, id: SeqEcho-v0}}"


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


# What is wrong.

MUST = (
    "must be a mapping of agents, ids, entries, seeds, episodes, standard, budget, parameters, sweep, trial_seeds, "
    "elsewhere, got"
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", f"{MUST} None"),
        ("[1, 2]", f"{MUST} [1, 2]"),
        ("lstm", f"{MUST} 'lstm'"),
        ("a: [", "is not YAML: "),
        ("a: \t- b", "is not YAML: "),
        ("a: \x00", "is not YAML: "),
        ("!!python/object/apply:os.getcwd []", "is not YAML: "),
        ("ids: 2020-13-45", "is not YAML: "),
        ("? [a, {b: c}]\n: d", "is not YAML: "),
        ("{" * 2000, "is not YAML: "),
        ("&a [*a]", "contains itself"),
        ("agents: &a {lstm: {settings: *a}}\nids: [x]", "contains itself"),
        ("seed: 3\n" + LSTM, "no 'seed' (did you mean 'seeds'?); there are agents, ids, entries, seeds, episodes"),
        ("1: 3\n" + LSTM, "there is no 1; there are agents"),
        ("seeds: 3\nseeds: 4\n" + LSTM, "'seeds' comes twice"),
        ("agents: {lstm: {}, lstm: {}}\nids: [SeqEcho-v0]", "'lstm' comes twice"),
        ("agents: [lstm]", "ids must not be empty"),
        ("agents: [lstm]\nids:", "ids must not be empty"),
        ("agents: [lstm]\nids: []", "ids must not be empty"),
        ("agents: [lstm]\nids: {}", "ids must not be empty"),
        ("agents: null\nids: [SeqEcho-v0]", "agents must not be empty"),
        ("agents: {}\nids: [SeqEcho-v0]", "agents must not be empty"),
        ("ids: [SeqEcho-v0]", "agents must not be empty"),
        ("agents: lstm\nids: [SeqEcho-v0]", "agents must be names, or a mapping from names, got 'lstm'"),
        ("agents: [1, 2]\nids: [SeqEcho-v0]", "agents must be names, or a mapping from names, got [1, 2]"),
        ("agents: [[lstm]]\nids: [SeqEcho-v0]", "agents must be names"),
        ("agents: [{lstm: {}}]\nids: [SeqEcho-v0]", "agents must be names"),
        ("agents: {1: {}}\nids: [SeqEcho-v0]", "agents must be names"),
        ("agents: 0\nids: [SeqEcho-v0]", "agents must be names"),
        ("agents: false\nids: [SeqEcho-v0]", "agents must be names"),
        ("agents: {'': {agent: lstm}}\nids: [SeqEcho-v0]", "agents must be names"),
        ('agents: {"a\\nb": {agent: lstm}}\nids: [SeqEcho-v0]', "agents must be names"),
        ("agents: {lstm: 3}\nids: [SeqEcho-v0]", "lstm must be a mapping of agent, settings, by_id, ids, got 3"),
        ("agents: {lstm: false}\nids: [SeqEcho-v0]", "agents: lstm must be a mapping"),
        ("agents: {lstm: []}\nids: [SeqEcho-v0]", "agents: lstm must be a mapping"),
        ("agents: {lstm: {setting: {}}}\nids: [SeqEcho-v0]", "lstm: there is no 'setting' (did you mean 'sett"),
        ("agents: {lstm: {agent: 3}}\nids: [SeqEcho-v0]", "lstm: agent must be a name or 'module:factory'"),
        ("agents: {lstm: {agent: null}}\nids: [SeqEcho-v0]", "agent must be a name or 'module:factory', got None"),
        ("agents: {lstm: {settings: [1]}}\nids: [SeqEcho-v0]", "agents: lstm: settings must be a mapping, got [1]"),
        ("agents: {lstm: {settings: }}\nids: [SeqEcho-v0]", "agents: lstm: settings must be a mapping, got None"),
        ("agents: {lstm: {settings: {1: 2}}}\nids: [SeqEcho-v0]", "lstm: settings: names must be text, got 1"),
        ("agents: {lstm: {settings: {hidden: .nan}}}\nids: [SeqEcho-v0]", "settings: hidden must be text, a number,"),
        ("agents: {lstm: {settings: {hidden: 2020-01-01}}}\nids: [SeqEcho-v0]", "settings: hidden must be text"),
        ("agents: {lstm: {settings: {hidden: {1: 2}}}}\nids: [SeqEcho-v0]", "settings: hidden must be text"),
        ("agents: {lstm: {by_id: [1]}}\nids: [SeqEcho-v0]", "agents: lstm: by_id must be a mapping, got [1]"),
        ("agents: {lstm: {by_id: {SeqEcho-v0: 3}}}\nids: [SeqEcho-v0]", "by_id: 'SeqEcho-v0' must be a mapping"),
        ("agents: {lstm: {by_id: {SeqEko-v0: {}}}}\nids: [SeqEcho-v0]", "by_id: 'SeqEko-v0' is no id: "),
        ("agents: {lstm: {by_id: {3: {}}}}\nids: [SeqEcho-v0]", "by_id: 3 is no id: "),
        ("agents: {lstm: {ids: []}}\nids: [SeqEcho-v0]", "agents: lstm: ids must not be empty"),
        ("agents: {lstm: {ids: SeqEcho-v0}}\nids: [SeqEcho-v0]", "lstm: ids must be a list, got 'SeqEcho-v0'"),
        ("agents: [lstm]\nids: SeqEcho-v0", "ids must be a list, got 'SeqEcho-v0'"),
        ("agents: [lstm]\nids: [3]", "ids must be ids, or mappings of id and parameters, got 3"),
        ("agents: [lstm]\nids: [{length: 3}]", "ids must be ids, or mappings of id and parameters, got {'len"),
        ("agents: [lstm]\nids: [{id: 3}]", "ids must be ids, or mappings of id and parameters, got {'id': 3}"),
        ("agents: [lstm]\nids: [{id: SeqEcho-v0, 1: 3}]", "ids: SeqEcho-v0: names must be text, got 1"),
        ("agents: [lstm]\nids: [SeqEko*]", "matches none of the 56 ids (did you mean 'Seq"),
        ("agents: [lstm]\nids: [SeqEko-v0]", "lstm on SeqEko-v0: "),
        ("agents: [lstm]\nids: [CartPole-v1]", "lstm on CartPole-v1: "),
        ("agents: [lstm]\nids: ['no_such_module:SeqEcho-v0']", "No module named 'no_such_module'"),
        ("agents: [lstm]\nids: ['this_is::not an id']", "lstm on this_is::not an id: "),
        ("agents: [lstm]\nids: [{id: SeqEcho-v0, lagg: 3}]", "got an unexpected keyword argument 'lagg'"),
        ("agents: [lstm]\nids: [{id: SeqEcho-v0, lag: -3}]", "lstm on SeqEcho-v0: lag must be an integer >= 0"),
        ("agents: [lstm]\nids: [{id: SeqEcho-v0, lag: true}]", "lstm on SeqEcho-v0: lag must be an integer"),
        ("agents: [lstm]\nids: [{id: SeqEchoHard-v0, lag: 3}]", "this id is fixed"),
        ("agents: [lstn]\nids: [SeqEcho-v0]", "lstn on SeqEcho-v0: agent must be one of "),
        ("agents: ['no_such:thing']\nids: [SeqEcho-v0]", "agent 'no_such:thing' cannot be imported"),
        ("agents: {lstm: {settings: {hiden: 3}}}\nids: [SeqEcho-v0]", "there is no setting 'hiden' (did you mean"),
        ("agents: {lstm: {settings: {hidden: x}}}\nids: [SeqEcho-v0]", "lstm on SeqEcho-v0: hidden must be an integer"),
        (f"{LSTM}elsewhere: 3", "elsewhere must be a list of mappings of parameters, got 3"),
        (f"{LSTM}elsewhere: [{{}}]", "elsewhere must be a list of mappings of parameters, got [{}]"),
        (f"{LSTM}elsewhere: [{{1: 2}}]", "elsewhere: names must be text, got 1"),
        (f"{LSTM}elsewhere: [{{lag: 99}}]", "elsewhere: lstm on SeqEcho-v0: lag must be in 0 ... "),
        (f"{LSTM}elsewhere: [{{split: test}}]", "lstm on SeqEcho-v0: split is not used by SeqEcho: leave it out"),
        ("entries: {}", "agents must not be empty"),
        ("entries: {}\n" + LSTM.replace("lstm", "lstn"), "lstn on SeqEcho-v0"),
        ("entries: [one]", "entries must be a mapping from names, got ['one']"),
        ("entries: {1: {}}", "entries must be a mapping from names"),
        ("entries: {one: }", "entries: one must be a mapping of agent, id, parameters, settings, seeds, until, repor"),
        ("entries: {one: {agent: lstm}}", "entries: one: id must be a name, got None"),
        ("entries: {one: {id: SeqEcho-v0}}", "entries: one: agent must be a name, got None"),
        ("entries: {one: {agent: lstm, id: SeqEcho-v0, idd: 3}}", "entries: one: there is no 'idd' (did you mean 'id'"),
        (SINGLE.replace("}}", ", settings: 3}}"), "entries: one: settings must be a mapping, got 3"),
        (SINGLE.replace("}}", ", parameters: {1: 2}}}"), "entries: one: parameters: names must be text, got 1"),
        (SINGLE.replace("}}", ", parameters: {lagg: 2}}}"), "SeqEcho() got an unexpected keyword argument 'lagg'"),
        (SINGLE.replace("}}", ", seeds: 0}}"), "entries: one: seeds must be an integer >= 1"),
        (SINGLE.replace("}}", ", seeds: null}}"), "entries: one: seeds must be an integer >= 1"),
        (SINGLE.replace("}}", ", reported: 3}}"), "entries: one: reported must be a text in one line, got 3"),
        (SINGLE.replace("}}", ', reported: "a\\nb"}}'), "entries: one: reported must be a text in one line"),
        (SINGLE.replace("}}", ", until: 3}}"), "one: until must be a mapping of every, without_mistake, got 3"),
        (SINGLE.replace("}}", ", until: {every: 3}}}"), "entries: one: "),
        (SINGLE.replace("}}", ", until: {every: 3, without_mistake: 0}}}"), "without_mistake must be an integer >= 1"),
        (SINGLE.replace("}}", ", until: {every: true, without_mistake: 2}}}"), "every must be an integer >= 1, got Tr"),
        ("ids: [SeqEcho-v0]\n" + SINGLE, "agents must not be empty"),
        (SINGLE.replace("lstm", "lstn"), "one on SeqEcho-v0: agent must be one of"),
        *[(f"seeds: {bad}\n{LSTM}", "seeds must be an integer >= 1") for bad in ("0", "-1", "true", "1.0", "x", "")],
        (f"seeds: {10**40}\n{LSTM}", "seeds must be an integer >= 1 and <= 10000"),
        ("episodes: 0\n" + LSTM, "episodes must be an integer >= 1"),
        (f"agents: [{'x' * 9999}]\nids: [SeqEcho-v0]", "agent must be one of"),
    ],
)  # fmt: skip
def test_each_mistake_has_one_line(text: str, said: str, tmp_path: Path) -> None:
    message = refused(tmp_path, text)
    assert said in message


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(GridError, match=r"none\.yaml cannot be read: No such file"):
        read_grid(tmp_path / "none.yaml")
    with pytest.raises(GridError, match="cannot be read: Is a directory"):
        read_grid(tmp_path)
    (tmp_path / "latin.yaml").write_bytes("agents: [\xe4]".encode("latin-1"))
    with pytest.raises(GridError, match="cannot be read: 'utf-8' codec can't decode"):
        read_grid(tmp_path / "latin.yaml")
    (tmp_path / "huge.yaml").write_bytes(b"# " + b"x" * 2_000_000)
    with pytest.raises(GridError, match="is no grid: it has more than 1000000 bytes"):
        read_grid(tmp_path / "huge.yaml")
    with pytest.raises(GridError, match="cannot be read"):
        read_grid(tmp_path / ("x" * 300))


def test_a_small_file_that_expands_to_a_huge_one(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12))]
    assert "too large" in refused(tmp_path, "\n".join(lines))


WORDS = st.sampled_from(
    [
        "agents",
        "ids",
        "seeds",
        "episodes",
        "agent",
        "settings",
        "by_id",
        "entries",
        "until",
        "id",
        "lstm",
        "SeqEcho-v0",
        "hidden",
        "lag",
        "*",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | WORDS
KEYS = WORDS | st.text(max_size=5) | st.integers() | st.none() | st.booleans()
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=12
)
SEMBLANCE = st.fixed_dictionaries(
    {"agents": st.dictionaries(WORDS, ANYTHING, max_size=2) | ANYTHING, "ids": st.lists(ANYTHING) | ANYTHING},
    optional={"seeds": ANYTHING, "episodes": ANYTHING, "entries": st.dictionaries(WORDS, ANYTHING) | ANYTHING},
)  # fmt: skip


def attempt(path: Path, text: str) -> tuple[list[Any], str]:
    """The entries, or why there are none."""
    try:
        return entries(path, text), ""
    except GridError as wrong:
        return [], str(wrong) or "nothing said\nat all"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=ANYTHING | SEMBLANCE)
def test_anything_is_a_grid_or_refused(raw: Any, tmp_path: Path) -> None:
    got, message = attempt(tmp_path, yaml.safe_dump(raw, allow_unicode=True))
    assert len(message.splitlines()) <= 1
    assert all(entry.as_json() == type(entry).of_json(entry.as_json()).as_json() for entry in got)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet="agentsidlm:[]{}-*&!?|>'\"%@` \n\t#,0.~\x00\x85\ufeff", max_size=40))
def test_any_text_is_a_grid_or_refused(text: str, tmp_path: Path) -> None:
    _, message = attempt(tmp_path, text)
    assert len(message.splitlines()) <= 1


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
