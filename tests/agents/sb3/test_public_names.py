"""The public names of seq_agents.sb3 load when they are used, and most of them without sb3-contrib."""

from __future__ import annotations

import subprocess
import sys

import pytest
import seq_agents.sb3

NEEDS_CONTRIB = {"CorePolicy", "FastRecurrentPPO"}


PROGRAM = """
import os, sys
import seq_agents.sb3, stable_baselines3
sys.modules["sb3_contrib"] = None
for name in seq_agents.sb3.__all__:
    if os.fork() == 0:
        try:
            getattr(seq_agents.sb3, name)
        except ImportError as error:
            print(name, "sb3_contrib" in str(error), flush=True)
        os._exit(0)
    assert os.wait()[1] == 0, name
"""
"""Loads each name without sb3-contrib, in a process that has loaded no other, and prints those that cannot be."""


def test_a_name_needs_sb3_contrib_only_if_it_says_so() -> None:
    environment = {"PYTHONPATH": ":".join(sys.path), "PATH": ""}
    command = [sys.executable, "-c", PROGRAM]
    printed = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    assert sorted(printed.splitlines()) == sorted(f"{name} True" for name in NEEDS_CONTRIB)


def test_names() -> None:
    assert set(seq_agents.sb3.__all__) <= set(dir(seq_agents.sb3))
    with pytest.raises(AttributeError, match=r"module 'seq_agents\.sb3' has no attribute 'nonsense'"):
        _ = seq_agents.sb3.nonsense
