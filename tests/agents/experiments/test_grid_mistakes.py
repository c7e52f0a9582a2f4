"""Grids that are refused: every mistake has a message of one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from grid_files import LSTM, SINGLE, entries, refused
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from seq_agents.experiments.grid import GridError
from seq_agents.experiments.grid_file import read_grid

MUST = (
    "must be a mapping of agents, ids, entries, options, seeds, episodes, standard, budget, parameters, sweep, "
    "trial_seeds, elsewhere, got"
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
        ("seed: 3\n" + LSTM, "no 'seed' (did you mean 'seeds'?); there are agents, ids, entries, options, seeds"),
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
        ("entries: {one: }", "entries: one must be a mapping of agent, id, parameters, settings, seeds, until, fu"),
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
        (SINGLE.replace("}}", ", until: 3}}"), "one: until must be a mapping of every, without_mistake, mistakes, d"),
        (SINGLE.replace("}}", ", until: {every: 3}}}"), "entries: one: "),
        (SINGLE.replace("}}", ", until: {every: 3, without_mistake: 0}}}"), "without_mistake must be an integer >= 1"),
        (LSTM + "options: {pay: often}", "options: pay must be one of 'each_step', 'at_end', got 'often'"),
        (LSTM + "options: {paid: 3}", "options: there is no 'paid'; there are pay, feedback"),
        (LSTM + "options: 3", "options must be a mapping of pay, feedback, max_episode_steps, got 3"),
        (LSTM + "options: {pay: at_end}", "pay must be 'each_step' for this agent, since it learns from the right"),
        (LSTM + "options: {feedback: [act]}", "options: feedback must be"),
        (SINGLE.replace("}}", ", further: 3}}"), "one: further must be a mapping of parameter, last, first, epi"),
        (SINGLE.replace("}}", ", further: {parameter: lag, last: 0}}}"), "last must be an integer >= 1, got 0"),
        (SINGLE.replace("}}", ", further: {parameter: lag, last: 2, first: 3}}}"), "last must be an integer >= 3"),
        (SINGLE.replace("}}", ", further: {parameter: 3, last: 2}}}"), "further: parameter must be a name, got 3"),
        (SINGLE.replace("}}", ", further: {parameter: leg, last: 2}}}"), "further: one on SeqEcho-v0: "),
        (SINGLE.replace("}}", ", further: {parameter: lag, last: 99}}}"), "further: one on SeqEcho-v0: lag must be"),
        (SINGLE.replace("}}", ", until: {every: 3, without_mistake: 2, mistakes: -1}}}"), "mistakes must be an"),
        (SINGLE.replace("}}", ", until: {every: 3, without_mistake: 2, distance: 0}}}"), "distance must be a number"),
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
