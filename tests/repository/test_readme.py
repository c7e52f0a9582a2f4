"""Every code block of the README runs; the first one, an installation, runs in `tests/run.sh`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from readme import README, blocks
from seq_agents.experiments.results_folder import Folder
from seq_agents.report.text_forms import markdown

SHELL = blocks("sh")


def test_every_block_has_a_language_that_is_tested() -> None:
    fences = [line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("```")]
    assert set(fences[::2]) == {"```sh", "```python", "```text"}
    assert set(fences[1::2]) == {"```"}


def test_python_blocks_run_in_order(tmp_path: Path) -> None:
    """As one module, since the problem that a reader writes must be importable."""
    (tmp_path / "readme_code.py").write_text("\n\n".join(blocks("python")), encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", "import readme_code"],
        capture_output=True, text=True, env=environment, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert any(line.startswith("accuracy 1.0000") for line in said)
    assert "(1000, 10, 10) (1000, 10)" in said


def test_the_test_command_is_what_ci_runs() -> None:
    assert SHELL[1].strip() in (README.parent / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert "readme.py 0 | bash" in (README.parent / "tests" / "run.sh").read_text(encoding="utf-8")


def test_the_tables_of_results_are_those_of_the_folder() -> None:
    """After new results: `seq-envs report results --markdown > results/README.md`, and paste the tables from there."""
    results = README.parent / "results"
    told = markdown(Folder.open(results))
    assert (results / "README.md").read_text(encoding="utf-8") == told
    section = README.read_text(encoding="utf-8").partition("## Results\n")[2].partition("\n## ")[0]
    tables = re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert len(tables) >= 2
    for table in tables:
        assert table in told
    recipes = results / "recipes"
    assert (recipes / "README.md").read_text(encoding="utf-8") == markdown(Folder.open(recipes))


@pytest.mark.parametrize("block", SHELL[2:])
def test_other_commands_run(block: str, tmp_path: Path) -> None:
    environment = os.environ | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    done = subprocess.run(
        ["bash", "-euc", block], capture_output=True, text=True, env=environment, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
