"""The public names of seq_agents.sb3 load when they are used, and most of them without sb3-contrib."""

from __future__ import annotations

import subprocess
import sys

import pytest
import seq_agents.sb3

NEEDS_CONTRIB = {"CorePolicy", "FastRecurrentPPO"}


@pytest.mark.parametrize("name", seq_agents.sb3.__all__)
def test_a_name_needs_sb3_contrib_only_if_it_says_so(name: str) -> None:
    code = f"import sys; sys.modules['sb3_contrib'] = None; from seq_agents.sb3 import {name}"
    environment = {"PYTHONPATH": ":".join(sys.path), "PATH": ""}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (run.returncode == 0) == (name not in NEEDS_CONTRIB), run.stderr
    assert "sb3_contrib" in run.stderr or run.returncode == 0


def test_names() -> None:
    assert set(seq_agents.sb3.__all__) <= set(dir(seq_agents.sb3))
    with pytest.raises(AttributeError, match=r"module 'seq_agents\.sb3' has no attribute 'nonsense'"):
        _ = seq_agents.sb3.nonsense
