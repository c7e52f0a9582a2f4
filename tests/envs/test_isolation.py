"""`import seq_envs` brings in gymnasium and numpy, and nothing heavier."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys

import pytest
from check_install import FORBIDDEN

import seq_envs


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


def test_every_public_name_is_there_for_people_and_for_type_checkers() -> None:
    source = ast.parse(inspect.getsource(seq_envs))
    imports = [
        node for node in ast.walk(source) if isinstance(node, ast.ImportFrom) and node.module.startswith("seq_envs")
    ]
    for_checkers = {alias.asname for node in imports for alias in node.names}
    assert set(seq_envs.__all__) == for_checkers
    for name in seq_envs.__all__:
        assert getattr(seq_envs, name) is not None
        assert name in dir(seq_envs)
    with pytest.raises(AttributeError, match="'nonsense'"):
        _ = seq_envs.nonsense


def test_importing_a_module_does_not_hide_a_function() -> None:
    code = "import seq_envs, seq_envs.estimation; print(seq_envs.levels('SeqEcho-v0').optimal.accuracy)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "1.0\n"
