"""Published climbs can be read, their page says what they found, and each adapter of a framework is short."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from lines_of_code import lines_of_code
from paths import ROOT
from seq_agents.ladder import ClimbRecord, climb, trainer

ADAPTERS = sorted((ROOT / "examples" / "ladder").glob("*.py"))
CLIMBS = sorted((ROOT / "results" / "ladder").glob("*.json"))
MOST_LINES = 40


@pytest.fixture
def climb_pages(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The extension of the site."""
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "extensions"))
    return import_module("climb_pages")


@pytest.mark.parametrize("path", CLIMBS, ids=lambda path: path.stem)
def test_a_published_climb_is_of_an_adapter_that_is_there(path: Path) -> None:
    record = ClimbRecord.read(path)
    module, _, _ = record.agent.partition(":")
    assert ROOT.joinpath(*module.split(".")).with_suffix(".py") in ADAPTERS
    first = record.results[0].rung or record.results[0].name  # A probe may find a fault before the rung has ended.
    assert first == "lag 0" or "--from" in record.command, "it climbs from the ground or says so"


@pytest.mark.parametrize("path", ADAPTERS, ids=lambda path: path.stem)
def test_an_adapter_is_short_and_says_how_to_run_it(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert lines_of_code(source) <= MOST_LINES
    assert f"seq-envs ladder examples.ladder.{path.stem}:" in source


def test_lines_of_code_are_counted() -> None:
    source = '"""A.\n\nB."""\n\nimport a  # C.\n\n# D.\n\n\ndef f():\n    """E.\n\n    F."""\n    return """\n"""\n'
    assert lines_of_code(source) == 4


def test_the_page_says_what_was_found(climb_pages: Any) -> None:
    records = {
        name: ClimbRecord.of(
            climb(trainer(agent)), agent=agent, command=f"seq-envs ladder {agent}",
            versions={"python": "3.11", "torch": "2.13.0"}, seed=5, rollout=32,
        )
        for name, agent in {"good": "optimal", "bad": "memoryless"}.items()
    }  # fmt: skip
    page = climb_pages.page(records)
    date = records["good"].date
    assert f"| good | 5 | all passed | 13 | torch 2.13.0 | {date} |" in page
    assert f"| bad | 5 | breaks at: lag 1 within a minibatch | 1 | torch 2.13.0 | {date} |" in page
    _, _, failures = page.partition("## bad\n")
    assert "`seq-envs ladder memoryless`" in failures
    assert "| lag 1 within a minibatch | 0.5" in failures
    assert "The agent remembers nothing" in failures
    assert "## good" not in page


def test_every_climb_is_on_the_page(climb_pages: Any) -> None:
    page = climb_pages.pages()["climbs.md"]
    assert all(f"| {path.stem} |" in page for path in CLIMBS)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # TorchRL calls what TorchRL has deprecated.
@pytest.mark.parametrize("adapter", ["sb3_contrib", "cleanrl_style", "torchrl"])
def test_an_adapter_passes_a_rung(adapter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of other frameworks need virtual environments of their own."""
    monkeypatch.syspath_prepend(str(ROOT))
    climbed = climb(trainer(f"examples.ladder.{adapter}:train"), only="lag 0")
    assert climbed.passed, climbed
    assert len(climbed.probes) >= 4, "its probes looked"
