"""`import seq_envs` brings in gymnasium and numpy, and nothing heavier."""

from __future__ import annotations

import subprocess
import sys

import pytest
from check_install import FORBIDDEN


def loaded_after(statement: str) -> list[str]:
    code = f"import sys; {statement}; print([name for name in {FORBIDDEN} if name in sys.modules])"
    return eval(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def test_seq_envs_imports_nothing_heavy() -> None:
    assert loaded_after("import seq_envs") == []


def test_this_test_would_see_it() -> None:
    pytest.importorskip("pygame")
    assert loaded_after("import seq_envs, pygame; sys.stdout.flush(); print('', end='')")[-1:] == ["pygame"]


def test_the_sources_never_import_the_agents() -> None:
    missing = "import sys; sys.modules['seq_agents'] = sys.modules['torch'] = None"
    code = f"{missing}; import seq_envs; seq_envs.levels('SeqEcho-v0')"
    subprocess.run([sys.executable, "-c", code], check=True)
