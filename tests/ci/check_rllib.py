"""Check that the RLlib example learns in a shorter run:   python tests/ci/check_rllib.py, with RLlib installed"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "rllib_ppo_lstm.py"
ITERATIONS = 10
LEAST = 0.9
"""The least accuracy of greedy answers; chance is 0.1."""
SECONDS = 600
"""An example that takes longer than this hangs: it takes many times less."""

if __name__ == "__main__":
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", str(EXAMPLE), "--iterations", str(ITERATIONS)],
        stdout=subprocess.PIPE, encoding="utf-8", timeout=SECONDS, check=True,
    )  # fmt: skip
    print(done.stdout, end="")
    *_, last = done.stdout.splitlines()
    accuracy = re.match(r"accuracy (\d\.\d+)", last)
    assert accuracy, f"the last line has no accuracy: {last!r}"
    assert float(accuracy[1]) > LEAST, last
