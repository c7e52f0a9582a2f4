"""Recipes: each is valid, and a folder of results loses nothing, whatever comes in between."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import gymnasium
import pytest
import torch
import yaml
from seq_agents.agents import AGENTS
from seq_agents.experiments import recipes as recipes_module
from seq_agents.experiments import reproduce as module
from seq_agents.experiments import results
from seq_agents.experiments.recipes import Recipe, Until, chosen, recipes
from seq_agents.experiments.reproduce import reproduce, run_recipe
from seq_agents.experiments.workers import Done, Event, failure
from seq_agents.learners.learner import unwatched
from spaces_of_settings import IDS
from test_results import cells
from tiny_agents import settings, taken_by

import seq_envs

torch.set_num_threads(1)

ECHO = {"length": 4, "n_values": 3}
TINY = Recipe("mlp", "SeqEcho-v0", ECHO, {"updates": 3, "batch": 2, "hidden": 4}, seeds=2, reported="nothing")
OPTIMAL = Recipe("optimal", "SeqEcho-v0", ECHO, seeds=1)
FAILS = Recipe("encoder-decoder", "SeqEcho-v0", ECHO, seeds=1)
LONG = 600
"""Seconds after which a subprocess is stuck."""


def in_this_process(task: Any, items: Sequence[Any], _: int) -> Iterator[Event]:
    """In place of the workers."""
    for item in items:
        try:
            yield Done(item, task(item, unwatched))
        except Exception as wrong:
            yield failure(item, wrong)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Agent and seed of what has been run, in this process."""
    monkeypatch.setattr(module, "do_all", in_this_process)
    seen: list[tuple[str, int]] = []

    def watched(recipe: Recipe, seed: int, episodes: int) -> dict[str, Any]:
        seen.append((recipe.agent, seed))
        return run_recipe(recipe, seed, episodes)

    monkeypatch.setattr(module, "run_recipe", watched)
    return seen


def read(folder: Path, name: str) -> dict[str, Any]:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    content: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(), parse_constant=refuse)
    return content


# The recipes.


@pytest.mark.parametrize("name", recipes())
def test_every_recipe_is_valid(name: str) -> None:
    recipe = recipes()[name]
    config = recipe.config(3)
    assert recipe.agent in AGENTS
    assert recipe.id in IDS
    assert recipe.seeds >= 1
    assert recipe.until is None or (recipe.until.every >= 1 and recipe.until.without_mistake >= 1)
    assert config.settings.items() >= dict(recipe.settings).items()
    assert config.seed == 3
    assert config.learner().problem == config.problem()
    assert "|" not in recipe.reported
    assert "\n" not in recipe.reported


def test_the_names() -> None:
    text = files("seq_agents.experiments").joinpath("presets").joinpath("recipes.yaml").read_text(encoding="utf-8")
    named = yaml.safe_load(text)
    assert set(recipes()) == set(named)
    assert len({name.lower() for name in recipes()}) == len(recipes()), "each has a file of its own"
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in recipes())
    for name, raw in named.items():
        assert raw.keys() <= {field.name for field in dataclasses.fields(Recipe)}
        assert recipes()[name].agent == raw["agent"]
    assert any("until" in raw for raw in named.values()) == any(one.until is not None for one in recipes().values())


def test_yaml_makes_no_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    class Evil:
        def joinpath(self, _: str) -> Evil:
            return self

        def read_text(self, encoding: str) -> str:
            return "!!python/object/apply:os.getcwd []"

    monkeypatch.setattr(recipes_module, "files", lambda _: Evil())
    with pytest.raises(yaml.constructor.ConstructorError):
        recipes_module.recipes.__wrapped__()


def test_choosing_by_name_and_pattern() -> None:
    assert list(chosen(["moonshot"])) == ["moonshot"]
    assert set(chosen(["hochreiter-2c-*", "hochreiter-2c-50"])) == {"hochreiter-2c-50", "hochreiter-2c-100"}
    assert set(chosen(["tutorial-*"])) == {name for name in recipes() if name.startswith("tutorial-")}
    assert set(chosen(["*"])) == set(recipes())
    with pytest.raises(ValueError, match=r"a recipe must be one of .*moonshot, or .*, got 'nothing-\*'"):
        chosen(["tutorial-*", "nothing-*"])
    with pytest.raises(ValueError, match=r"got 'tutorial-memorise' \(did you mean 'tutorial-memorize'"):
        chosen(["tutorial-memorise"])


# A run.


@pytest.mark.parametrize("agent", AGENTS)
def test_a_run(agent: str) -> None:
    problem = taken_by(agent)
    parameters = {"length": problem.length, "n_values": problem.n_values}  # type: ignore[attr-defined]
    recipe = Recipe(agent, f"{type(problem).__name__}-v0", parameters, settings(agent, problem))
    result = run_recipe(recipe, 1, 50)
    learner = recipe.config(1).learner()
    learner.learn()
    got = seq_envs.evaluate(learner.policy(), problem, 50)
    for name in ("accuracy", "exact_match", "normalized_score", "normalized_interval"):
        assert result[name] == getattr(got, name)
    assert result["last_step_accuracy"] == got.accuracy_by_step[-1]
    assert (result["seed"], result["evaluated_on"]) == (1, 50)
    assert result["episodes_learned_from"] * problem.steps == result["steps"]
    assert "solved_after_episodes" not in result


def test_until_stops_at_the_first_check_without_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    evaluate = seq_envs.evaluate

    def watched(policy: Any, problem: Any, episodes: int, seed: int = 0) -> Any:
        got = evaluate(policy, problem, episodes, seed)
        asked.append((episodes, seed))
        exact = float(seed == 3)  # The third check is passed.
        return dataclasses.replace(got, exact_match=exact)

    monkeypatch.setattr(module.seq_envs, "evaluate", watched)
    recipe = dataclasses.replace(TINY, settings={"updates": 50, "batch": 2, "hidden": 4}, until=Until(5, 150))
    result = run_recipe(recipe, 0, 20)
    # Two episodes an update, a check at the first update with at least 5, 10 and 15 of them.
    assert result["solved_after_episodes"] == result["episodes_learned_from"] == 16
    assert asked == [(100, 1), (100, 2), (100, 3), (150, 3), (20, 0)]
    assert result["steps"] == 16 * 4


def test_until_without_success_learns_to_the_end() -> None:
    recipe = dataclasses.replace(TINY, until=Until(2, 10))
    result = run_recipe(recipe, 0, 20)
    assert result["solved_after_episodes"] is None
    assert result["episodes_learned_from"] == 6


@pytest.mark.parametrize("agent", ["lstm", "recurrent-ppo"])
def test_until_in_earnest(agent: str) -> None:
    """A small problem is solved before the training would end, and stays so."""
    chosen = {"hidden": 24, "learning_rate": 0.02}
    chosen |= {"updates": 1000, "batch": 16} if agent == "lstm" else {"steps": 100_000, "lanes": 16}
    result = run_recipe(Recipe(agent, "SeqMemorize-v0", {"length": 3}, chosen, until=Until(200, 300)), 0, 300)
    assert result["exact_match"] == 1.0
    assert result["solved_after_episodes"] == result["episodes_learned_from"] < 16_000
    assert result["solved_after_episodes"] >= 200


def test_checks_do_not_change_what_is_learned() -> None:
    plain = run_recipe(TINY, 0, 50)
    checked = run_recipe(dataclasses.replace(TINY, until=Until(1, 10)), 0, 50)
    for name in ("accuracy", "exact_match", "steps"):
        assert plain[name] == checked[name]


# A folder of results.


def test_a_folder_of_results(tmp_path: Path, ran: list[Any]) -> None:
    folder = tmp_path / "new" / "results"
    told: list[str] = []
    failed = reproduce({"tiny": TINY, "best": OPTIMAL}, folder, tell=told.append, episodes=50)
    assert failed == []
    assert sorted(ran) == [("mlp", 0), ("mlp", 1), ("optimal", 0)]
    assert {path.name for path in folder.iterdir()} == {"tiny.json", "best.json", "README.md", ".lock"}
    content = read(folder, "tiny")
    assert (content["name"], content["agent"], content["id"]) == ("tiny", "mlp", "SeqEcho-v0")
    assert content["parameters"] == ECHO
    assert content["settings"]["hidden"] == 4
    assert content["reported"] == "nothing"
    assert [result["seed"] for result in content["results"]] == [0, 1]
    assert content["results"][0]["versions"]["torch"] == torch.__version__
    expected = run_recipe(TINY, 1, 50)
    assert {**content["results"][1], "seconds": 0} == json.loads(json.dumps(expected | {"seconds": 0}))
    assert len(told) == 3
    assert f"tiny, seed 1: normalised {expected['normalized_score']:.4f}, exact" in "\n".join(told)


def test_what_is_done_is_not_run_again(tmp_path: Path, ran: list[Any]) -> None:
    reproduce({"tiny": TINY}, tmp_path, seeds=1, tell=str, episodes=10)
    reproduce({"tiny": TINY, "best": OPTIMAL}, tmp_path, tell=str, episodes=10)
    assert ran == [("mlp", 0), ("mlp", 1), ("optimal", 0)]
    reproduce({"tiny": TINY}, tmp_path, tell=str, episodes=10)
    reproduce({"tiny": TINY}, tmp_path, seeds=1, tell=str, episodes=10)
    assert len(ran) == 3
    assert [result["seed"] for result in read(tmp_path, "tiny")["results"]] == [0, 1], "fewer seeds drop none"
    reproduce({"tiny": TINY}, tmp_path, seeds=3, tell=str, episodes=10)
    assert ran[3:] == [("mlp", 2)]


@pytest.mark.parametrize(
    "changes",
    [
        {"settings": {"updates": 3, "batch": 2, "hidden": 5}},
        {"parameters": ECHO | {"lag": 2}},
        {"agent": "gru"},
        {"until": Until(2, 10)},
    ],
)
def test_results_of_a_changed_recipe_are_discarded(changes: dict[str, Any], tmp_path: Path, ran: list[Any]) -> None:
    reproduce({"tiny": TINY}, tmp_path, tell=str, episodes=10)
    changed = dataclasses.replace(TINY, **changes)
    reproduce({"tiny": changed}, tmp_path, seeds=1, tell=str, episodes=10)
    assert len(ran) == 3
    assert [result["seed"] for result in read(tmp_path, "tiny")["results"]] == [0]
    reproduce({"tiny": changed}, tmp_path, seeds=1, tell=str, episodes=10)
    assert len(ran) == 3


def test_a_failure_does_not_stop_the_others(tmp_path: Path, ran: list[Any]) -> None:
    told: list[str] = []
    failed = reproduce({"bad": FAILS, "tiny": TINY, "best": OPTIMAL}, tmp_path, tell=told.append, episodes=10)
    assert len(failed) == 1
    assert failed[0].startswith("bad, seed 0: ValueError: encoder-decoder takes problems that show everything")
    assert f"FAILED {failed[0]}" in told
    assert len(read(tmp_path, "tiny")["results"]) == 2
    assert not (tmp_path / "bad.json").exists()
    assert "`best`" in (tmp_path / "README.md").read_text()
    assert ran.count(("encoder-decoder", 0)) == 1
    reproduce({"bad": FAILS}, tmp_path, tell=told.append, episodes=10)
    assert ran.count(("encoder-decoder", 0)) == 2, "what failed is tried again"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (Recipe("lstn", "SeqEcho-v0"), ValueError),
        (Recipe("lstm", "SeqEko-v0"), gymnasium.error.Error),
        (Recipe("lstm", "SeqEcho-v0", settings={"hiden": 3}), ValueError),
        (Recipe("lstm", "SeqEcho-v0", {"lagg": 3}), TypeError),
    ],
)
def test_a_wrong_recipe_is_refused_first(wrong: Recipe, error: type, tmp_path: Path, ran: list[Any]) -> None:
    with pytest.raises(error):
        reproduce({"tiny": TINY, "wrong": wrong}, tmp_path / "new", tell=str)
    assert ran == []
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_loses_nothing_done(tmp_path: Path, ran: list[Any]) -> None:
    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reproduce({"tiny": TINY}, tmp_path, tell=interrupt, episodes=10)
    done = [result["seed"] for result in read(tmp_path, "tiny")["results"]]
    assert len(done) == 1
    assert "| `tiny` | 1 |" in (tmp_path / "README.md").read_text()
    del ran[:]
    reproduce({"tiny": TINY}, tmp_path, tell=str, episodes=10)
    assert ran == [("mlp", 1 - done[0])]


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"results": 3}', "\0"])
def test_a_broken_file_of_results_is_made_anew(content: str, tmp_path: Path, ran: list[Any]) -> None:
    (tmp_path / "tiny.json").write_text(content)
    (tmp_path / "other.json").write_text(content)
    reproduce({"tiny": TINY}, tmp_path, tell=str, episodes=10)
    assert len(read(tmp_path, "tiny")["results"]) == 2
    assert (tmp_path / "other.json").read_text() == content
    assert len(ran) == 2


CHILD = """
import os, signal, sys
from pathlib import Path
from seq_agents.experiments.recipes import Recipe
from seq_agents.experiments.reproduce import reproduce

def die(_):
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    small = {"batch": 2, "hidden": 4}
    quick = Recipe("mlp", "SeqEcho-v0", {"length": 4, "n_values": 3}, small | {"updates": 3}, seeds=1)
    endless = Recipe("mlp", "SeqEcho-v0", {"length": 4, "n_values": 3}, small | {"updates": 10**9}, seeds=2)
    reproduce({"quick": quick, "endless": endless}, Path(sys.argv[1]), tell=die)
"""


def test_killed_in_the_middle(tmp_path: Path, ran: list[Any]) -> None:
    """With the real pool: what is done stays, and no process is left behind."""
    script = tmp_path / "child.py"
    script.write_text(CHILD)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    # A worker that lived on would hold the pipe open.
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "results")],
        capture_output=True, env=environment, timeout=LONG, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert {path.name for path in (tmp_path / "results").iterdir()} == {"quick.json", "README.md", ".lock"}
    quick = dataclasses.replace(TINY, seeds=1, reported="")
    reproduce({"quick": quick}, tmp_path / "results", tell=str)
    assert ran == []
    expected = run_recipe(quick, 0) | {"seconds": 0}
    got = read(tmp_path / "results", "quick")["results"][0] | {"seconds": 0}
    assert got == json.loads(json.dumps(expected)), "another process learns the same"


def test_the_table_of_a_run(tmp_path: Path, ran: list[Any]) -> None:
    until = dataclasses.replace(TINY, until=Until(2, 10))
    undefined = Recipe("random", "SeqNext-v0", {"length": 2}, seeds=1)
    reproduce({"a-b": TINY, "until": until, "undefined": undefined}, tmp_path, tell=str, episodes=10)
    page = (tmp_path / "README.md").read_text()
    assert page == results.page(tmp_path)
    heading, rule, *rows = cells(results.table_by_recipe(tmp_path))
    assert {len(row) for row in (heading, rule, *rows)} == {9}
    assert [row[0] for row in rows] == ["`a-b`", "`undefined`", "`until`"]
    scores = [one["normalized_score"] for one in read(tmp_path, "a-b")["results"]]
    assert rows[0][2:4] == [f"{min(scores):.4f}", f"{sum(scores) / 2:.4f}"]
    assert rows[1][2] == "nan"
    assert read(tmp_path, "undefined")["results"][0]["normalized_score"] is None
    assert rows[2][6] == "until success: inf (2 of 2 without success)"
    assert len(ran) == 5
    assert not math.isnan(float(rows[0][2]))
