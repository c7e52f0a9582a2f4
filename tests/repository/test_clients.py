"""The scripts with other libraries: the light ones run here; each of the others says what it was tried with."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from paths import ROOT

CLIENTS = ROOT / "examples" / "clients"
PAGE = ROOT / "docs" / "guides" / "other-libraries.md"
LIGHT = {
    "torchrl_gym_env.py": [
        "GymEnv: 10 of 10 answers right",
        "it is the second episode of its stream: True",
        "native vector environment: observations (3, 10, 10)",
    ],
    "scikit_learn_window.py": [
        "accuracy 1.0000 (0.9962 to 1.0000), exact match 1.0000, normalised score 1.0000, 1000 episodes"
    ],
}
"""What each light script prints."""
SCRIPTS = sorted(CLIENTS.glob("*.py"))


def _name(script: Path) -> str:
    return script.stem


@pytest.mark.slow
@pytest.mark.parametrize("script", [script for script in SCRIPTS if script.name in LIGHT], ids=_name)
def test_a_light_client_prints_what_it_should(script: Path, tmp_path: Path, commands: Path) -> None:
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "agents"), os.environ.get("PYTHONPATH", "")]),
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [commands / "python", str(script)],
        capture_output=True,
        encoding="utf-8",
        env=environment,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == LIGHT[script.name]
    assert list(tmp_path.iterdir()) == [], "a client leaves nothing behind"


@pytest.mark.parametrize("script", SCRIPTS, ids=_name)
def test_every_client_is_on_the_page_and_says_how_to_run_it(script: Path) -> None:
    assert f"examples/clients/{script.name}" in PAGE.read_text(encoding="utf-8")
    assert f"python examples/clients/{script.name}" in script.read_text(encoding="utf-8")


def test_other_clients_have_their_versions() -> None:
    listed = (CLIENTS / "constraints.txt").read_text(encoding="utf-8")
    for script in SCRIPTS:
        assert script.name in LIGHT or script.name in "".join(listed.splitlines()[:2])
    for package in ("equinox", "flax", "keras", "minari", "mlflow-skinny", "optuna", "tensorboard", "wandb"):
        assert f"\n{package}==" in listed
