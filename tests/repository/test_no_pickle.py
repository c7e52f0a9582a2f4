"""The package unpickles none of its files, so that a file from an untrusted source cannot run code.

Models that Stable-Baselines3 saves are the exception: SB3 defines that format, and
docs/guides/stable-baselines3.md warns of it.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import seq_agents
import torch
from made_results import usual
from paths import ROOT, SUPPORT
from run_folders import config_of
from seq_agents.experiments.run_folder import Run
from seq_agents.experiments.training import train

import seq_envs

torch.set_num_threads(1)
SOURCES = [path for package in (seq_envs, seq_agents) for path in Path(package.__file__ or "").parent.rglob("*.py")]


def classes_looked_up(runs: Path, results: Path, *more: str) -> list[str]:
    """The classes that pickle looks up while a process reads all runs and results."""
    script = SUPPORT / "reads_our_formats.py"
    done = subprocess.run(
        [sys.executable, script, runs, results, ROOT / "results" / "recipes", *more],
        capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.slow
def test_nothing_that_is_read_is_unpickled(tmp_path: Path) -> None:
    for agent in ("recurrent-ppo", "lstm", "reinforce", "ppo-stack"):
        train(Run.create(tmp_path / "runs" / agent, config_of(agent)), 20)
    results = usual(tmp_path / "results").path
    assert classes_looked_up(tmp_path / "runs", results) == []
    (tmp_path / "none").mkdir()
    assert classes_looked_up(tmp_path / "none", results, "--proof") == ["pathlib.PosixPath"]


# The sources: calls that could unpickle a file.

DANGEROUS_MODULES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "jsonpickle"}
BETWEEN_PROCESSES = {"ray_workers.py"}
"""Modules that pickle tasks for worker processes of the same user, but no files."""


def dangers(source: str, where: str = "") -> Iterator[str]:
    """Each call or import in a source that might unpickle a file."""
    for node in ast.walk(ast.parse(source)):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if DANGEROUS_MODULES & {module.partition(".")[0] for module in modules} and where not in BETWEEN_PROCESSES:
            yield f"imports {modules}"
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        if called == "torch.load" and given.get("weights_only") != "True":
            yield "torch.load without weights_only=True"
        if called.endswith(("read_pickle", "unsafe_load", "full_load", "load_all")):
            yield called
        if called == "yaml.load" and "_Loader" not in ast.unparse(node):
            yield "yaml.load"
        if given.get("allow_pickle", "False") != "False":
            yield "allow_pickle"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_source_unpickles(path: Path) -> None:
    assert list(dangers(path.read_text(encoding="utf-8"), path.name)) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle", "from pickle import loads", "import joblib.memory", "import torch\ntorch.load(path)",
        "torch.load(path, weights_only=False)", "np.load(path, allow_pickle=True)", "yaml.load(text, yaml.Loader)",
        "yaml.unsafe_load(text)", "pandas.read_pickle(path)",
    ],
)  # fmt: skip
def test_dangerous_calls_are_reported(source: str) -> None:
    assert len(list(dangers(source))) == 1


def test_safe_calls_are_not_reported() -> None:
    source = "torch.load(path, weights_only=True)\nnp.load(path)\nyaml.safe_load(text)\nimport json"
    assert list(dangers(source)) == []


def test_the_loader_of_grids_is_a_safe_one() -> None:
    import yaml
    from seq_agents.experiments import grid_file

    assert issubclass(grid_file._Loader, yaml.SafeLoader)


def test_the_guide_warns_of_untrusted_models() -> None:
    guide = " ".join((ROOT / "docs" / "guides" / "stable-baselines3.md").read_text(encoding="utf-8").split())
    assert "A saved SB3 model is unpickled when it is loaded: load only what you trust." in guide
