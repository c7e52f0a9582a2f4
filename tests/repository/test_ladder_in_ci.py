"""The ladder as tests and as a workflow, as the guide gives them to others."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from paths import ROOT
from seq_agents.cli.main import parser
from seq_agents.ladder import LAST_NAME, rungs

CI = ROOT / "examples" / "ci"


def run_tests(folder: Path, policy: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of the guide on an agent with this policy of `seq_envs.policies`."""
    shutil.copy(CI / "test_memory.py", folder)
    (folder / "my_agent.py").write_text(
        f"import seq_envs\ndef train(make_envs, budget):\n    return seq_envs.policies.{policy}(make_envs.problem)\n",
        encoding="utf-8",
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_memory.py", *options],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_a_sound_agent_passes_every_test(tmp_path: Path) -> None:
    done = run_tests(tmp_path, "optimal")
    assert done.returncode == 0, done.stdout
    assert f"{len(rungs()) + 1} passed" in done.stdout


@pytest.mark.slow
def test_the_message_of_a_failure_has_the_usual_causes(tmp_path: Path) -> None:
    done = run_tests(tmp_path, "memoryless", "-k", "minibatch")
    assert done.returncode == 1
    assert "It breaks at: lag 1 within a minibatch. The agent remembers nothing" in done.stdout
    assert "1 failed" in done.stdout


def test_the_names_of_the_tests_are_those_of_the_rungs() -> None:
    text = (CI / "test_memory.py").read_text(encoding="utf-8")
    [chosen] = re.findall(r"-k (\w+)", text)
    assert [rung.name for rung in rungs() if chosen in rung.name] == ["lag 1 within a minibatch"]
    assert chosen not in LAST_NAME


def test_the_command_of_the_workflow_is_one_of_ours() -> None:
    """Every option is known, and what the command writes is what the workflow keeps."""
    workflow = yaml.safe_load((CI / "ladder.yml").read_text(encoding="utf-8"))
    [job] = workflow["jobs"].values()
    [command] = [step["run"] for step in job["steps"] if step.get("run", "").startswith("seq-envs ")]
    chosen = parser().parse_args(shlex.split(command)[1:])
    assert chosen.agent == "my_agent:train"
    [kept] = [step["with"]["path"] for step in job["steps"] if "upload-artifact" in step.get("uses", "")]
    assert str(chosen.out) == kept
    assert chosen.time_limit * (len(rungs(chosen.rollout)) + 1) <= job["timeout-minutes"] * 60
