"""Docstrings of problems have the headings of the Farama sites, all arguments and a drawn episode.

The site builds without a warning, has no dead link, and has a page or a section for everything that it generates.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from paths import README, ROOT
from PIL import Image
from readme import GENERATED
from seq_agents.agents import AGENTS, agent_type
from site_html import dead_links, read_page

import seq_envs

HEADINGS = [
    "Description",
    "Action Space",
    "Observation Space",
    "Starting State",
    "Rewards",
    "Episode End",
    "Information",
    "Arguments",
    "References",
    "Version History",
]
TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.ipynb"))
PROBLEMS = sorted({problem for problem, _ in seq_envs.MENU.values()}, key=lambda problem: problem.__name__)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_page_of_a_problem(problem: type[seq_envs.Problem]) -> None:
    page = inspect.getdoc(problem) or ""
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == HEADINGS
    assert ">>> print(seq_envs.draw(" in page  # A doctest.
    arguments = page.split("## Arguments")[1].split("##")[0]
    for field in dataclasses.fields(problem):
        default = "" if field.default is None else f"={field.default!s}"
        quoted = f"={field.default!r}".replace("'", '"')
        assert f"`{field.name}{default}" in arguments or f"`{field.name}{quoted}`" in arguments
        assert field.metadata["meaning"]


@pytest.mark.parametrize("name", [name for name in seq_envs.__all__ if name != "MENU"])
def test_public_names_are_documented(name: str) -> None:
    assert inspect.getdoc(getattr(seq_envs, name))


def test_the_changelog_has_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {seq_envs.__version__}\n" in changelog


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation, built by the command of the README, in which every warning is an error.

    `tests/run.sh` has built it before, and sets `BUILT_SITE` to its folder.
    """
    if built := os.environ.get("BUILT_SITE"):
        return Path(built)
    folder = tmp_path_factory.mktemp("site")
    command = ["-m", "sphinx", "-W", "--keep-going", "-q", "-d", str(folder / "doctrees"), "docs", str(folder / "html")]
    assert "sphinx-build -W --keep-going docs build/docs" in README.read_text(encoding="utf-8")
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "html"


@pytest.mark.slow
def test_no_link_of_the_site_is_dead(site: Path) -> None:
    assert dead_links(site) == []


@pytest.mark.slow
@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_site_has_a_page_for_each_problem(site: Path, problem: type[seq_envs.Problem]) -> None:
    page = read_page(site / "environments" / f"{problem.__name__}.html")
    assert f"{problem.__name__}.html" in " ".join(read_page(site / "index.html").targets)
    for framing in _framings(problem):
        assert any(target.endswith(f"{problem.__name__}-{framing}.gif") for target in page.targets)
    assert {heading.lower().replace(" ", "-") for heading in [*HEADINGS, "Spaces", "Levels", "Ids"]} <= page.anchors
    for id in seq_envs.ids():
        if type(seq_envs.make_problem(id)) is problem:
            assert id in page.text
            assert f"{seq_envs.levels(id).memoryless.accuracy:.4f}" in page.text


@pytest.mark.slow
@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_gallery_has_an_animation_that_is_described(site: Path, problem: type[seq_envs.Problem]) -> None:
    page = (site / "environments.html").read_text(encoding="utf-8")
    name = rf"{problem.__name__}-{_framings(problem)[0]}"
    for ending, kind in (("gif", "moving"), ("png", "still")):
        [image] = re.findall(rf'<img [^>]*src="_images/{name}\.{ending}"[^>]*>', page)
        assert re.search(r'alt="An episode that the best policy solves. Inputs \S+', image)
        assert f"episode {kind}" in image
    with Image.open(site / "_images" / f"{name}.gif") as animation:
        assert animation.n_frames == 1 + seq_envs.sample(problem(), 1, seed=1).lengths[0]


def _framings(problem: type[seq_envs.Problem]) -> tuple[str, ...]:
    [field] = [field for field in dataclasses.fields(problem) if field.name == "framing"]
    return tuple(field.metadata["domain"].options)


def _name(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("tutorial", TUTORIALS, ids=_name)
def test_a_notebook_in_git_has_no_outputs(tutorial: Path) -> None:
    """The build of the site runs it. In Jupyter: Edit, Clear Outputs of All Cells."""
    cells = json.loads(tutorial.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
    assert cells[0]["cell_type"] == "markdown"
    assert "".join(cells[0]["source"]).startswith("# ")


@pytest.mark.slow
@pytest.mark.parametrize("tutorial", TUTORIALS, ids=_name)
def test_the_site_has_each_notebook_with_its_outputs(site: Path, tutorial: Path) -> None:
    page = (site / "tutorials" / f"{tutorial.stem}.html").read_text(encoding="utf-8")
    assert page.count("cell_output ") >= 3
    assert "Traceback" not in page
    targets = read_page(site / "tutorials.html").targets
    assert f"tutorials/{tutorial.stem}.html" in targets
    [download] = [target for target in targets if target.endswith(f"/{tutorial.name}")]
    assert (site / download).read_bytes() == tutorial.read_bytes()


SHOWN = {
    "see-an-lstm-remember": [
        r"exact match 1\.0000",
        r"with the other state: \[9 8\]",
        r"lag 2: normalised score 1\.00",
    ],
    "five-examples": [r"(?s)( (?:1\.000|0\.99\d)  .*){4} 0\.9\d\d  sequence classification"],
    "recurrent-ppo": [r"(?s)normalised score 0\.[012].*(normalised score 0\.9[5-9].*){2}"],
    "find-the-bug": [
        r"accuracy 1\.0000",
        r"It breaks at: state reset between episodes\.",
        r"state reset between episodes: accuracy (1\.0|0\.9\d)",
    ],
    "your-own-problem": [r"the optimal policy has accuracy 0\.7", r"accuracy 1\.0000"],
    "your-own-core": [r"the state that is passed is ignored", r"lag 3: Recent 1\.00", r"lag 4: Recent -?0\.0"],
    "lab-class": [r"mlp +normalised score +-?0\.0", r"lstm +normalised score +(1\.0|0\.9)", r"with them: +1\.0"],
}
"""What the text of each notebook says of its outputs, as patterns."""


@pytest.mark.slow
@pytest.mark.parametrize("tutorial", TUTORIALS, ids=_name)
def test_the_outputs_of_a_notebook_are_what_its_text_says(site: Path, tutorial: Path) -> None:
    text = read_page(site / "tutorials" / f"{tutorial.stem}.html").text
    for pattern in SHOWN[tutorial.stem]:
        assert re.search(pattern, text)


@pytest.mark.slow
def test_the_site_has_every_agent_and_setting(site: Path) -> None:
    page = read_page(site / "agents" / "settings.html")
    for name in AGENTS:
        assert name in page.anchors
        for field in dataclasses.fields(agent_type(name).settings_type):
            assert field.metadata["meaning"].split("`")[0].strip() in page.text


@pytest.mark.slow
def test_the_site_has_every_command(site: Path) -> None:
    commands = re.findall(r"^    (\w+) ", _help_text(), re.MULTILINE)
    assert {"list", "show", "train", "evaluate", "bench", "report", "horizon", "ladder"} <= set(commands)
    assert set(commands) <= read_page(site / "reference" / "command-line.html").anchors


def _help_text() -> str:
    done = subprocess.run(
        [sys.executable, "-m", "seq_agents.cli", "--help"], capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "NO_COLOR": "1"},
    )  # fmt: skip
    return done.stdout


@pytest.mark.slow
def test_the_site_has_every_public_name(site: Path) -> None:
    anchors = read_page(site / "reference" / "seq-envs.html").anchors
    modules = {"policies", "testing"}
    problems = {problem.__name__ for problem in PROBLEMS}
    assert {f"seq_envs.{name}" for name in set(seq_envs.__all__) - modules - problems - {"MENU"}} <= anchors


def test_generated_pages_are_not_in_git() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {f"/docs/{folder}/" for folder in GENERATED} <= set(ignored)
