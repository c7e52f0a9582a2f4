"""`seq-envs compare` on folders. Training on an id is tested in test_bench_cli.py."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from made_results import entry, folder, result
from tiny_commands import ECHO, Ended, elsewhere, run, trained  # noqa: F401 - a fixture.


def bench(path: str, accuracies: dict[str, list[float]], id: str = "SeqEcho-v0") -> None:
    """A folder of results: the accuracy of each seed, by agent."""
    made = folder(Path(path), [entry(name, id, seeds=len(seeds)) for name, seeds in accuracies.items()])
    for cell in made.cells():
        made.add(cell, result(cell, accuracies[cell.entry.name][cell.seed]))


def compared(*arguments: str) -> str:
    ended = run(["compare", *arguments])
    assert ended.code == 0, ended.err
    return " ".join(ended.out.split())


def refused(*arguments: str) -> Ended:
    ended = run(["compare", *arguments])
    assert ended.code == 2, ended.out
    assert ended.out == ""
    assert "Traceback" not in ended.err
    return ended


def hint(ended: Ended) -> list[str]:
    """The arguments of the command that a message names."""
    return ended.err.partition("Try: seq-envs ")[2].split()


def test_two_agents_of_one_folder() -> None:
    bench("r", {"lstm": [0.5, 0.5, 0.5], "gru": [0.9, 0.9, 0.9], "ppo": [0.1, 0.1, 0.1]})
    out = compared("r", "--agents", "lstm", "gru")
    assert "gru (B) scores 0.4444 higher than lstm (A) on average, over 3 pairs of runs on 1 problem" in out
    assert "A: lstm; B: gru" in out
    assert "SeqEcho-v0 3 0.4444 0.8889 0.4444 0.4444 to 0.4444 100%" in out
    again = refused("r")
    assert "--agents must name two agents of r: lstm, gru, ppo" in again.err
    assert hint(again) == ["compare", "r", "--agents", "lstm", "gru"]


def test_the_only_two_agents_of_a_folder() -> None:
    bench("r", {"lstm": [0.5], "gru": [0.9]})
    out = compared("r")
    assert "1 seed: no interval, so this may be chance" in out


def test_two_folders() -> None:
    bench("a", {"lstm": [0.5, 0.5, 0.5], "gru": [0.9, 0.9, 0.9]})
    bench("b", {"lstm": [0.6, 0.6], "gru": [0.8, 0.9, 0.7], "ppo": [0.1]})
    out = compared("a", "b")
    assert "lstm: B scores 0.1111 higher than A" in out
    assert "2 seeds: no interval" in out
    assert "gru: B scores 0.1111 lower than A" in out
    assert re.search(r"seeds only in B [─ ]+ lstm SeqEcho-v0 2 ppo SeqEcho-v0 0 What differs", out)
    one = compared("a", "b", "--agents", "lstm")
    assert "A: lstm in a; B: lstm in b" in one
    assert "SeqEcho-v0 2 " in one, "the seed that only A has is left out, and named"
    other = compared("a", "b", "--agents", "lstm", "ppo")
    assert "ppo in b (B) scores 0.4444 lower than lstm in a (A)" in other
    assert re.search(r"only in A seeds only in B [─ ]+ SeqEcho-v0 1, 2", other)


def test_agents_without_a_common_cell_are_named() -> None:
    bench("a", {"lstm": [0.5], "gru": [0.9]})
    bench("b", {"lstm": [0.6], "gru": [0.8]})
    [path] = Path("b/cells").glob("*gru*--0.json")
    path.write_text(path.read_text().replace("(made up)", "(another)"))
    out = compared("a", "b")
    assert "A: lstm in a; B: lstm in b" in out
    assert (
        "gru is not compared, since no cell is in both: SeqEcho-v0 is SeqEcho-v0(made up) in A and SeqEcho-v0(another) "
        "in B."
    ) in out
    assert "gru SeqEcho-v0 0 0" in out


def test_folders_of_one_agent_each() -> None:
    bench("a", {"lstm": [0.5]})
    bench("b", {"gru": [0.6]})
    assert "A: lstm in a; B: gru in b" in compared("a", "b")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a", "c"], "the folders share no agent: a has lstm, gru, and c has ppo, mlp"),
        (["one"], "one has one agent, lstm: name a second folder"),
        (["a", "one", "--agents", "lstm"], "A has SeqEcho-v0, and B has SeqCopy-v0"),
        (["a", "--agents", "lstm"], "--agents must name two agents of a: lstm, gru"),
        (["a", "--agents", "lstm", "lstm"], "--agents must name two agents of a, got lstm twice"),
        (["a", "--agents", "lstm", "gru", "lstm"], "--agents takes two names, got 3"),
        (["a", "--agents", "lstm", "grz"], "a has no agent 'grz' (did you mean 'gru'?); its agents are lstm, gru"),
        (["a", "c", "--agents", "lstm"], "c has no agent 'lstm'"),
        (["a", "--agents", "lstm,gru"], "--agents takes names with spaces between them"),
        (["a", "nothing"], "nothing is no folder"),
        (["no/thing"], "no/thing is no folder"),
        (["nothing", "a"], "'nothing' is no folder, and there is no problem 'nothing'"),
        (["SeqEcoh-v0"], "the nearest is SeqEcho-v0"),
        (["empty", "a"], "empty is no folder of results: there is no grid.json"),
        (["unrun", "a"], "unrun has no finished cell yet"),
        (["broken", "a"], "grid.json is broken"),
        (["a", "c", "--seeds", "3"], "--seeds is for training on a problem: comparing folders trains nothing"),
        (["a", "c", "--lag", "3"], "--lag is for training on a problem"),
        (["SeqEcho-v0", "--agents", "lstm"], "--agents chooses agents of a folder of results"),
        (["run", "a"], "a has the results of many trainings, not one"),
        (["run"], "run is one run: name a second one"),
        (["run", "./run"], "run and run are the same run"),
        (["run", "empty"], "empty is no run"),
        (["run", "other", "--agents", "lstm"], "a run has only one"),
        (["a", "c", "--trust"], "--trust is for comparing runs: no module is imported for a folder of results, a"),
        (["SeqEcho-v0", "--trust"], "--trust is for comparing runs, and SeqEcho-v0 is a problem"),
    ],
)
def test_folders_that_cannot_be_compared(arguments: list[str], message: str) -> None:
    bench("a", {"lstm": [0.5, 0.6], "gru": [0.9, 0.8]})
    bench("c", {"ppo": [0.5], "mlp": [0.9]})
    bench("one", {"lstm": [0.5]}, "SeqCopy-v0")
    folder(Path("unrun"), [entry()])
    for name in ("empty", "broken", "run", "other"):
        Path(name).mkdir()
    Path("broken/grid.json").write_text("{")
    for name in ("run", "other"):
        Path(name, "config.json").write_text("{}")
    ended = refused(*arguments)
    assert message in ended.err
    if hint(ended) and hint(ended)[0] == "compare" and "SeqEcho-v0" not in hint(ended):
        assert run(hint(ended)).code == 0, "a hint works when it is typed"


def test_other_seeds_have_nothing_in_common() -> None:
    bench("a", {"lstm": [0.5, 0.5]})
    bench("b", {"lstm": [0.5, 0.5]})
    for name, seed in (("a", 1), ("b", 0)):
        next(Path(name, "cells").glob(f"*--{seed}.json")).unlink()
    assert "A has the seeds [0], and B has [1]" in refused("a", "b").err


def test_an_id_is_meant_where_a_folder_has_its_name() -> None:
    bench("SeqEcho-v0", {"lstm": [0.5], "gru": [0.9]})
    out = compared("./SeqEcho-v0")
    assert "A: lstm; B: gru" in out


def test_two_runs() -> None:
    trained(Path("a"))
    trained(Path("b"), "--seed", "1")
    ended = run(["compare", "a", "b"])
    assert ended.code == 0, ended.err
    out = " ".join(ended.out.split())
    assert "This compares two trained networks" in out
    assert "A: a; B: b" in out
    assert re.search(r"What differs what A B [─ ]+ seed 0 1 Next: seq-envs plot a b", out)
    accuracy = json.loads(Path("a/evaluation.json").read_text())["accuracy"]
    assert f"{accuracy:.4f}" in out
    Path("b/evaluation.json").unlink()
    assert "b is not finished" in refused("a", "b").err
    shutil.rmtree("b")
    assert run(["train", "memoryless", *ECHO, "--lag", "2", "--out", "b"]).code == 0
    assert "the runs learned different problems" in refused("a", "b").err
