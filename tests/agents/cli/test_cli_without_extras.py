"""The command without the extras: the core works, and what is missing is named."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from paths import ROOT
from spaces_of_settings import BASE_IDS
from tiny_commands import ECHO, TINY, elsewhere, everything, trained  # noqa: F401 - a fixture.

import seq_envs

torch.set_num_threads(1)

TRAIN = ["train", "mlp", *ECHO, *TINY, "--out", "new"]
TRAIN_PPO = ["train", "ppo", *ECHO, "--out", "new"]


@pytest.mark.parametrize(
    ("missing", "arguments"),
    [
        *[(package, TRAIN) for package in ("torch", "yaml", "safetensors", "filelock")],
        *[(package, TRAIN_PPO) for package in ("torch", "stable_baselines3")],
        *[(package, ["evaluate", "run"]) for package in ("torch", "yaml", "safetensors")],
        *[(package, ["compare"]) for package in ("torch", "yaml", "rich", "stable_baselines3", "sb3_contrib")],
        *[(package, ["bench"]) for package in ("torch", "yaml", "rich", "filelock", "scipy", "matplotlib", "jinja2")],
        *[(package, ["horizon", "lstm"]) for package in ("torch", "scipy", "matplotlib", "jinja2")],
        *[(package, ["report", "somewhere"]) for package in ("scipy", "matplotlib", "jinja2")],
        *[(package, ["bench", "--ray"]) for package in ("torch", "ray")],
        *[(package, ["reproduce", "tutorial-memorize"]) for package in ("torch", "yaml", "filelock", "matplotlib")],
    ],
    ids=lambda package: package if isinstance(package, str) else "-".join(package[:2]),
)
def test_a_missing_package_is_named(
    missing: str, arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if arguments[0] == "evaluate":
        trained(Path("run"))
        capsys.readouterr()
    before = everything(Path())
    fresh = _without(missing, monkeypatch)
    with pytest.raises(SystemExit) as ended:
        fresh.main(arguments)
    assert ended.value.code == 2
    said = capsys.readouterr().err.strip()
    extra = "ray" if missing == "ray" else "agents"
    assert re.fullmatch(
        rf"seq-envs: {missing}[\w.]* is not installed; to install it: pip install '?.*\[{extra}\]'?", said
    )
    assert everything(Path()) == before


@pytest.mark.parametrize("missing", ["torch", "yaml"])
def test_the_menu_without_the_extras(
    missing: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = _without(missing, monkeypatch)
    fresh.main(["list"])
    out = capsys.readouterr().out
    assert all(id.removesuffix("-v0") in out for id in BASE_IDS)
    if missing == "yaml":
        assert "The agents that learn these problems are not installed; to install it: pip install " in out


def _without(package: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command as it is imported where a package is missing."""
    for name in list(sys.modules):
        if name.partition(".")[0] in ("seq_agents", package):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    return importlib.import_module("seq_agents.cli.main")


BARE = """
import sys
for name in ("torch", "stable_baselines3", "sb3_contrib", "rich", "tqdm", "yaml", "safetensors", "filelock",
             "scipy", "matplotlib", "jinja2", "ray"):
    sys.modules[name] = None
from seq_agents.cli import main as cli
for arguments in (["list"], ["show", "SeqCopy-v0", "--length", "3"], ["audit", "SeqEcho-v0", "--steps", "1000"],
                  ["play", "SeqEcho-v0", "--length", "2"]):
    cli.main(arguments)
"""


def test_list_show_play_and_audit_need_nothing_but_the_core() -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", BARE], input="1\n1\n", capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    assert seq_envs.draw("SeqCopy-v0", length=3) in done.stdout
    assert "step 2 of 2" in done.stdout


def test_python_runs_the_package() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "seq_envs", "--version"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.stdout == f"seq-envs {seq_envs.__version__}\n", done.stderr
