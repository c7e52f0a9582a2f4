"""A Gymnasium that is too old is refused with the line that installs another."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import pytest
from paths import ROOT

from seq_envs.gymnasium_version import OLDEST, require_gymnasium


@pytest.mark.parametrize("version", ["1.2.2", "1.2.3", "1.3", "1.10.0", "2.0.0a1"])
def test_newer_ones_are_taken(version: str) -> None:
    require_gymnasium(version)


@pytest.mark.parametrize("version", ["0.29.1", "1.0.0", "1.1.1", "1.2.1", "1.2.0rc2"])
def test_older_ones_are_refused(version: str) -> None:
    with pytest.raises(
        ImportError, match=rf"needs gymnasium 1\.2\.2 or later, got {version}; to install it: pip install "
    ):
        require_gymnasium(version)


def test_the_bound_is_that_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"gymnasium>={'.'.join(map(str, OLDEST))},<2" in project["dependencies"]


def test_the_command_says_so_without_a_traceback() -> None:
    program = "import gymnasium; gymnasium.__version__ = '0.29.1'; from seq_agents.cli.main import main; main(['list'])"
    path = f"import sys; sys.path[:0] = {sys.path!r}; "
    done = subprocess.run([sys.executable, "-c", path + program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("seq-envs: seq_envs needs gymnasium 1.2.2 or later, got 0.29.1")
