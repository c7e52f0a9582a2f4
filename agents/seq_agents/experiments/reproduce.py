"""Run recipes over seeds, several at a time, into a folder of results that is read by people and programs."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import seq_envs
from seq_agents.experiments.files import alone_in, without_nan, write_whole
from seq_agents.experiments.provenance import versions
from seq_agents.experiments.recipes import Recipe, Until
from seq_agents.experiments.results import read_results, write_page
from seq_agents.experiments.workers import Done, Failed, do_all
from seq_agents.learners.learner import Learner, Moment, Watch

EPISODES = 10_000
"""Fresh ones, of a final evaluation."""


def run_recipe(recipe: Recipe, seed: int, episodes: int = EPISODES) -> dict[str, Any]:
    """Train with one seed, then evaluate greedily on fresh episodes."""
    problem = recipe.config(seed).problem()
    learner = recipe.config(seed).learner()
    latest = Moment(0.0, 0, math.nan)
    spent = 0.0  # On checks.
    solved_after: int | None = None
    checks = 0

    def see(moment: Moment) -> None:
        nonlocal latest, spent, solved_after, checks
        latest = moment
        if recipe.until is None:
            return
        learned = moment.steps // problem.steps
        if learned < (checks + 1) * recipe.until.every:
            return
        checks = learned // recipe.until.every
        began = time.perf_counter()
        solved = _without_mistake(learner, problem, recipe.until, checks)
        spent += time.perf_counter() - began
        if solved:
            solved_after = learned
            raise _Solved

    start = time.perf_counter()
    with suppress(_Solved):
        learner.learn(see)
    seconds = time.perf_counter() - start - spent
    got = seq_envs.evaluate(learner.policy(), problem, episodes)
    last = [share for share in got.accuracy_by_step if not math.isnan(share)][-1]
    result = {
        "seed": seed,
        "normalized_score": got.normalized_score,
        "normalized_interval": got.normalized_interval,
        "accuracy": got.accuracy,
        "exact_match": got.exact_match,
        "last_step_accuracy": last,
        "episodes_learned_from": latest.steps // problem.steps,
        "steps": latest.steps,
        "seconds": round(seconds, 2),
        "evaluated_on": got.episodes,
        "versions": versions(),
        "cores": os.cpu_count(),
    }
    return result if recipe.until is None else result | {"solved_after_episodes": solved_after}


class _Solved(Exception):
    pass


def _without_mistake(learner: Learner, problem: seq_envs.Problem, until: Until, check: int) -> bool:
    """Whether a check's fresh episodes are all answered right; a small sample first, which most checks end with."""
    policy = learner.policy()
    few = min(100, until.without_mistake)
    return all(
        seq_envs.evaluate(policy, problem, episodes, seed=check).exact_match == 1.0
        for episodes in (few, until.without_mistake)
    )


def reproduce(
    recipes: Mapping[str, Recipe],
    folder: Path,
    seeds: int | None = None,
    jobs: int = 1,
    tell: Callable[[str], None] = print,
    episodes: int = EPISODES,
) -> list[str]:
    """Run every recipe with seeds 0, 1, ...; what is in the folder already, for the same recipe, is not run again.

    Args:
        recipes: by name.
        folder: gets a JSON file for each recipe, and README.md with a table of them all.
        seeds: how many; None: as many as each recipe says.
        jobs: processes at once, each with one thread.
        tell: gets a line for each result.
        episodes: of each evaluation.

    Returns:
        What failed, a line each; the others are not stopped by it.

    Raises:
        ValueError, TypeError, gymnasium.error.Error: a recipe has a wrong name or value, the folder is in use, or its
            README.md is not a page of results; nothing is run or written.
    """
    for name, recipe in recipes.items():
        _File(folder, name, recipe, episodes)  # Refuses what is wrong.
    folder.mkdir(parents=True, exist_ok=True)
    with alone_in(folder):
        files = {name: _File(folder, name, recipe, episodes) for name, recipe in recipes.items()}
        write_page(folder)
        works = [
            _Work(name, recipe, seed, episodes)
            for name, recipe in recipes.items()
            for seed in range(recipe.seeds if seeds is None else seeds)
            if seed not in files[name].seeds()
        ]
        return _run(works, files, folder, jobs, tell)


class _Work(NamedTuple):
    """One training."""

    name: str
    recipe: Recipe
    seed: int
    episodes: int


def _do(work: _Work, _: Watch) -> dict[str, Any]:
    return run_recipe(work.recipe, work.seed, work.episodes)


def _run(
    works: Sequence[_Work], files: Mapping[str, _File], folder: Path, jobs: int, tell: Callable[[str], None]
) -> list[str]:
    """Do the works, and say what failed."""
    failed = []
    for event in do_all(_do, works, jobs):
        match event:
            case Failed(work, reason, _):
                failed.append(f"{work.name}, seed {work.seed}: {reason}")
                tell(f"FAILED {failed[-1]}")
            case Done(work, result):
                files[work.name].add(result)
                write_page(folder)
                score, exact, seconds = (result[key] for key in ("normalized_score", "exact_match", "seconds"))
                tell(f"{work.name}, seed {work.seed}: normalised {score:.4f}, exact {exact:.4f}, {seconds:.1f} s")
    return failed


class _File:
    """The results of one recipe."""

    def __init__(self, folder: Path, name: str, recipe: Recipe, episodes: int) -> None:
        self._path = folder / f"{name}.json"
        config = dataclasses.asdict(recipe.config(0))
        del config["seed"]
        self._content: dict[str, Any] = {"name": name, **config, "reported": recipe.reported, "results": []}
        if recipe.until is not None:
            self._content["until"] = dataclasses.asdict(recipe.until)
        there = read_results(self._path)
        same = ("agent", "id", "parameters", "settings", "until")
        if there and all(there.get(key) == json.loads(json.dumps(self._content.get(key))) for key in same):
            self._content["results"] = [one for one in there["results"] if one["evaluated_on"] == episodes]

    def seeds(self) -> list[int]:
        """Those that are done."""
        return [result["seed"] for result in self._content["results"]]

    def add(self, result: Mapping[str, Any]) -> None:
        """Keep a result, in the order of seeds."""
        self._content["results"] = sorted([*self._content["results"], result], key=lambda one: int(one["seed"]))
        write_whole(self._path, (json.dumps(without_nan(self._content), indent=1) + "\n").encode())
