"""Every code block of the README and of the documentation runs, and prints what the page says.

The blocks of one page continue each other. A script of `tests/` runs the first sh block of the README, an installation.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from paths import README, ROOT
from readme import DOCS, GENERATED, PAGES, Block, anchors, blocks, links, name_of
from seq_agents.agents import AGENTS
from seq_agents.experiments.results_folder import Folder
from seq_agents.report.text_forms import markdown

NOT_HERE = {README: 2}
"""The first sh blocks of a page that other tests run: the README installs everything, and calls these tests."""
MARK = "-- end of block --"


def assert_prints(block: Block, printed: str) -> None:
    """What a block prints is what the page says, if it says so."""
    if block.output is not None:
        assert doctest.OutputChecker().check_output(block.output, printed, doctest.ELLIPSIS), (
            f"the page says\n{block.output}\nbut the block prints\n{printed}"
        )


def run(command: list[str], folder: Path, commands: Path) -> str:
    """What a command prints that must succeed, with this checkout's packages."""
    environment = os.environ | {
        "PATH": os.pathsep.join([str(commands), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT), str(ROOT / "agents")]),
        "PYTHONIOENCODING": "utf-8",
        "OMP_NUM_THREADS": "1",  # The networks are small, and other tests run beside this one.
    }
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_has_a_language_that_is_tested(page: Path) -> None:
    fences = [line.strip() for line in page.read_text(encoding="utf-8").splitlines() if line.strip().startswith("```")]
    opened = [fence for fence in fences[::2] if not re.fullmatch(r"```\{[a-z-]+\}.*", fence)]
    assert set(opened) <= {"```sh", "```python", "```text"}
    assert set(fences[1::2]) <= {"```"}
    for language in ("sh", "python"):
        assert len(blocks(page, language)) == opened.count(f"```{language}"), "a block that runs begins its line"


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=name_of)
def test_python_blocks_run_in_order(page: Path, tmp_path: Path, commands: Path) -> None:
    """As one module, since a problem that a reader writes must be importable."""
    code = blocks(page, "python")
    text = "\n\n".join(f"{block.code}\nprint({MARK!r})" for block in code)
    (tmp_path / "page_code.py").write_text(text, encoding="utf-8")
    said = run(["python", "-W", "error::UserWarning", "-c", "import page_code"], tmp_path, commands)
    for block, printed in zip(code, said.split(f"{MARK}\n"), strict=False):
        assert_prints(block, printed)


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "sh")[NOT_HERE.get(page, 0) :]], ids=name_of)
def test_commands_run_in_order(page: Path, tmp_path: Path, commands: Path) -> None:
    for block in blocks(page, "sh")[NOT_HERE.get(page, 0) :]:
        assert_prints(block, run(["bash", "-euc", block.code], tmp_path, commands))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_has_its_target(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if re.match(r"[a-z]+:", link) or (DOCS in target.parents and target.relative_to(DOCS).parts[0] in GENERATED):
            continue
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_readme_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 160
    assert len((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()) <= 80


def test_the_test_command_is_what_ci_runs() -> None:
    command = blocks(README, "sh")[1].code.strip()
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert any("readme.py 0 | bash" in script.read_text("utf-8") for script in (ROOT / "tests").rglob("*.sh"))
    assert ".ci/run" in (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")


def test_the_readme_has_every_agent() -> None:
    section = README.read_text(encoding="utf-8").partition("## Agents\n")[2].partition("\n## ")[0]
    words = {"rewards": "rewards", "examples": "right answers", "nothing": "nothing"}
    for name in AGENTS:
        [row] = [line for line in section.splitlines() if line.startswith("|") and f"`{name}`" in line]
        assert words[AGENTS[name].learns_from] in row.split("|")[2]


def rows(text: str, heading: str) -> list[dict[str, str]]:
    """The first table below a heading, each row by column."""
    lines = [line for line in text.partition(f"## {heading}\n")[2].partition("\n## ")[0].splitlines() if "|" in line]
    headings, _, *body = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(headings, row, strict=True)) for row in body]


RESULTS = sorted(path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "results").rglob("README.md"))


def test_every_folder_of_results_has_its_tables() -> None:
    folders = [path.parent for path in (ROOT / "results").rglob("grid.json") if path.parent.name != "trials"]
    assert sorted(folder.relative_to(ROOT).as_posix() for folder in folders) == RESULTS


@pytest.mark.parametrize("folder", RESULTS)
def test_the_tables_of_a_folder_are_those_of_its_results(folder: str) -> None:
    """After new results: `seq-envs report FOLDER --markdown > FOLDER/README.md`."""
    path = ROOT / folder
    assert (path / "README.md").read_text(encoding="utf-8") == markdown(Folder.open(path))


def test_the_results_of_the_readme_are_those_of_the_folder() -> None:
    """After new results, edit the README's rows."""
    text = (ROOT / "results" / "standard" / "README.md").read_text(encoding="utf-8")
    scores = {row["problem"]: row for row in rows(text, "Normalised score by problem")}
    quoted = rows(README.read_text(encoding="utf-8"), "Results")
    assert len(quoted) == 5
    for row in quoted:
        assert row.items() <= scores[row["problem"]].items()
