"""Profiles of hypothesis, threads of torch, commands that start fast, and where Stable-Baselines3 writes its logs."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A shell that starts pytest in the background makes it and its children ignore SIGINT, which some tests send.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The width of a terminal, which the readline library sets for the workers of pytest-xdist: tests choose their own.
for _size in ("COLUMNS", "LINES"):
    os.environ.pop(_size, None)

# Networks are small here: more threads only compete with the other workers of pytest-xdist. torch reads this once.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# No deadlines, since CI machines are slow and noisy. Derandomised, so that CI fails because of a change, not of luck.
settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True)
# Many more examples, and new ones each time: bash tests/nightly.sh tests/envs/test_oracle.py
settings.register_profile("nightly", deadline=None, max_examples=2500, suppress_health_check=[HealthCheck.too_slow])
# For other versions of Python and Gymnasium, the quick loop and mutations.
settings.register_profile("brief", settings.get_profile("ci"), max_examples=15)
settings.load_profile("ci")


@pytest.fixture(autouse=True, scope="session")
def _sb3_logs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """SB3 makes a folder with every `learn`; keep these out of the machine's temporary folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SB3_LOGDIR", str(tmp_path_factory.mktemp("logs")))
        yield


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the commands `python` and `seq-envs`, which start in milliseconds."""
    from warm_python import shims

    with shims(tmp_path_factory.mktemp("commands")) as folder:
        yield folder
