"""Every example runs with the command in its docstring, and its last line is a good result."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from paths import ROOT

ELSEWHERE = {"rllib_ppo_lstm.py"}
"""Examples that need another Gymnasium: `tests/ci/matrix.sh` runs them in a separate environment."""
LONG = {"cartpole_without_velocities.py"}
"""Examples that train for minutes: here they run with few steps."""
EXAMPLES = sorted(path for path in (ROOT / "examples").glob("*.py") if path.name not in ELSEWHERE | LONG)
SCORES = {"ppo_lstm_from_scratch.py": 0.95, "evaluate_your_own_model.py": 0.98}
"""The least normalised score of each example for which it is not 0.9."""
LAST_LINES = {
    "add_your_own_problem.py": "SeqNBack-v0 is a valid problem; the policy that remembers 3 values has accuracy 1.0"
}
"""The last lines of examples that train nothing."""
SECONDS = 300
"""An example that takes longer than this hangs: it takes many times less."""


def test_every_expectation_has_its_example() -> None:
    assert {*SCORES, *LAST_LINES} <= {example.name for example in EXAMPLES}


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_example(example: Path, tmp_path: Path, commands: Path) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [commands / "python", "-W", "error::UserWarning", str(example)],
        capture_output=True, encoding="utf-8", env=environment, cwd=tmp_path, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"python examples/{example.name}" in example.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [], "an example leaves nothing behind"
    *_, last = done.stdout.splitlines()
    if example.name in LAST_LINES:
        assert last == LAST_LINES[example.name]
    else:
        score = re.search(r"normalised score (-?\d+\.\d+)", last)
        assert score, last
        assert float(score[1]) >= SCORES.get(example.name, 0.9), last


@pytest.mark.parametrize("core", ["lstm", "lru"])
def test_cartpole_with_few_steps(
    core: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["cartpole_without_velocities.py", core, "--steps", "256"])
    runpy.run_path(str(ROOT / "examples" / "cartpole_without_velocities.py"), run_name="__main__")
    assert f"{core}, seed 0: return" in capsys.readouterr().out
