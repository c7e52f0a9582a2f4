"""`import seq_envs` loads gymnasium and numpy, and nothing heavier."""

from __future__ import annotations

import ast
import inspect
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from check_install import FORBIDDEN

import seq_envs


def loaded_after(statement: str) -> list[str]:
    code = f"import sys; {statement}; print([name for name in {FORBIDDEN} if name in sys.modules])"
    return eval(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def test_seq_envs_imports_nothing_heavy() -> None:
    assert loaded_after("import seq_envs") == []


def test_a_heavy_import_is_found() -> None:
    pytest.importorskip("pygame")
    assert loaded_after("import seq_envs, pygame; sys.stdout.flush(); print('', end='')")[-1:] == ["pygame"]


def test_seq_envs_never_imports_the_agents() -> None:
    missing = "import sys; sys.modules['seq_agents'] = sys.modules['torch'] = None"
    code = f"{missing}; import seq_envs; seq_envs.levels('SeqEcho-v0')"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_public_name_exists_at_run_time_and_for_type_checkers() -> None:
    source = ast.parse(inspect.getsource(seq_envs))
    imports = [
        node for node in ast.walk(source) if isinstance(node, ast.ImportFrom) and node.module.startswith("seq_envs")
    ]
    names = {alias.asname for node in imports for alias in node.names}
    for_checkers = {name for name in names if not name.startswith("_")}
    problems = {problem.__name__ for problem, _ in seq_envs.MENU.values()}
    assert set(seq_envs.__all__) == for_checkers | problems
    for name in seq_envs.__all__:
        assert getattr(seq_envs, name) is not None
        assert name in dir(seq_envs)
    with pytest.raises(AttributeError, match="'nonsense'"):
        _ = seq_envs.nonsense


def test_a_new_problem_needs_its_file_and_its_menu_line(tmp_path: Path) -> None:
    """The test adds one file and one line of the menu to a copy of the package."""
    package = tmp_path / "seq_envs"
    shutil.copytree(Path(seq_envs.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    echo = (package / "problems" / "echo.py").read_text(encoding="utf-8")
    (package / "problems" / "parrot.py").write_text(echo.replace("SeqEcho", "SeqParrot"), encoding="utf-8")
    menu = package / "problems" / "__init__.py"
    first = '    "SeqNext-v0": '
    lines = menu.read_text(encoding="utf-8").replace(first, f'    "SeqParrot-v0": ("parrot:SeqParrot", {{}}),\n{first}')
    menu.write_text(lines, encoding="utf-8")
    code = (
        "import seq_envs, gymnasium; print(seq_envs.SeqParrot(lag=2) == seq_envs.make_problem('SeqParrot', lag=2), "
        "'SeqParrot' in seq_envs.__all__, seq_envs.ids()[0], gymnasium.make_vec('SeqParrot-v0', 2).problem)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.startswith("True True SeqParrot-v0 SeqParrot(length=10")


def test_importing_loads_no_problem() -> None:
    code = "import sys, seq_envs; print([name for name in sys.modules if name.startswith('seq_envs')])"
    loaded = eval(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    assert sorted(loaded) == ["seq_envs", "seq_envs.gymnasium_version", "seq_envs.problems", "seq_envs.registry"]


def test_importing_a_module_does_not_hide_a_function() -> None:
    code = "import seq_envs, seq_envs.estimation; print(seq_envs.levels('SeqEcho-v0').optimal.accuracy)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "1.0\n"
