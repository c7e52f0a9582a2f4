"""What a run folder holds, and that a training writes nowhere else."""

from __future__ import annotations

import dataclasses
import json
import math
import platform
from pathlib import Path

import numpy as np
import pytest
import torch
from run_folders import assert_whole, config_of, figures, rows
from seq_agents.agents import AGENTS, agent_type
from seq_agents.experiments import run_folder as runs
from seq_agents.experiments.config import Config
from seq_agents.experiments.files import without_nan
from seq_agents.experiments.run_folder import Run
from seq_agents.experiments.training import train
from seq_agents.learners.learner import Learner, Moment
from tiny_agents import LEARNING, settings, taken_by

import seq_envs

torch.set_num_threads(1)


@pytest.mark.parametrize("agent", AGENTS)
def test_a_run_folder(agent: str, tmp_path: Path) -> None:
    path = tmp_path / "new" / "run"
    config = config_of(agent, seed=3)
    moments: list[Moment] = []
    got = train(Run.create(path, config), 40, moments.append)
    assert_whole(path)

    stored = json.loads((path / "config.json").read_text())
    assert {name: stored[name] for name in ("agent", "id", "parameters", "seed")} == {
        "agent": agent, "id": config.id, "parameters": config.parameters, "seed": 3,
    }  # fmt: skip
    chosen = settings(agent, taken_by(agent))
    assert {name: stored["settings"][name] for name in chosen} == chosen
    assert stored["settings"].keys() == agent_type(agent).settings_type.domains().keys()
    assert stored["versions"]["python"] == platform.python_version()
    assert stored["versions"]["torch"] == torch.__version__
    assert stored["versions"]["seq-envs"] == seq_envs.__version__

    evaluation = figures(path)
    for name in ("accuracy", "exact_match", "normalized_score", "mean_return", "episodes"):
        assert evaluation[name] == getattr(got, name)
    assert evaluation["accuracy_by_step"] == [None if math.isnan(share) else share for share in got.accuracy_by_step]
    assert evaluation["training_steps"] == moments[-1].steps

    curve = rows(path)
    assert list(curve[0]) == ["seconds", "steps", "accuracy"]
    assert [float(row["steps"]) for row in curve] == [moment.steps for moment in moments]
    told_accuracies = [float(row["accuracy"]) for row in curve]
    assert np.allclose(told_accuracies, [moment.accuracy for moment in moments], atol=1e-5, equal_nan=True)

    run = Run.open(path)
    assert run.config == config
    assert run.finished
    assert run.evaluation()["accuracy"] == got.accuracy
    fresh = run.config.learner()
    run.load(fresh)
    again = seq_envs.evaluate(fresh.policy(), config.problem(), 40)
    assert repr(dataclasses.astuple(again)) == repr(dataclasses.astuple(got))


@pytest.mark.slow
def test_the_curve_of_a_long_training_has_a_few_hundred_points(tmp_path: Path) -> None:
    train(Run.create(tmp_path, config_of("mlp", updates=1000, batch=1)), 10)
    steps = [float(row["steps"]) for row in rows(tmp_path)]
    assert 150 <= len(steps) <= 500
    assert (steps[0], steps[-1]) == (4, 4000)
    assert steps == sorted(set(steps))


def test_parameters_from_numpy_are_kept_as_numbers(tmp_path: Path) -> None:
    config = Config.of("random", "SeqEcho-v0", {"lag": np.int64(2)})
    run = Run.create(tmp_path / "run", config)
    assert Run.open(run.path).config == config


@pytest.mark.parametrize("agent", LEARNING)
def test_a_training_leaves_nothing_elsewhere(agent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SB3's default logger makes a folder in the temporary folder or in the current one."""
    monkeypatch.setenv("SB3_LOGDIR", str(tmp_path / "logs"))
    train(Run.create(tmp_path / "run", config_of(agent)), 40)
    assert [file.name for file in tmp_path.iterdir()] == ["run"]


def test_versions_name_what_matters() -> None:
    versions = runs.versions()
    names = ["python", "machine", "seq-envs", "gymnasium", "numpy", "torch", "stable-baselines3", "sb3-contrib"]
    assert list(versions) == names
    assert all(versions.values())


def test_a_learner_is_that_of_the_config() -> None:
    config = config_of("lstm", seed=9)
    learner = config.learner()
    assert isinstance(learner, Learner)
    assert (learner.seed, learner.problem) == (9, taken_by("lstm"))
    assert learner.settings.hidden == 4
    longer = seq_envs.make_problem(config.problem(), length=6)
    assert config.learner(longer).problem == seq_envs.SeqEcho(length=6, n_values=3)


# Evaluations as JSON.


def test_without_nan() -> None:
    value = {"a": math.nan, "b": [1.0, (math.nan, {"c": math.nan})], "d": "nan", "e": 2, "f": None, "g": True}
    assert without_nan(value) == {"a": None, "b": [1.0, [None, {"c": None}]], "d": "nan", "e": 2, "f": None, "g": True}


def test_a_score_that_is_not_defined_is_null(tmp_path: Path) -> None:
    """If chance is as good as the optimal policy, there is no scale."""
    config = Config.of("random", "SeqNext-v0", {"length": 2})
    train(Run.create(tmp_path / "run", config), 5)
    assert figures(tmp_path / "run")["normalized_score"] is None
