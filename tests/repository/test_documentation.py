"""Every problem has its page: the headings of the Farama sites, all its arguments, and one episode drawn."""

from __future__ import annotations

import dataclasses
import inspect
import re

import pytest
from paths import ROOT

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
