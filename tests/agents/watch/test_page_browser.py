"""The page of an episode in a real browser: the button and the slider show it step by step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import chromium
import pytest
from seq_agents.watch import play

import seq_envs

pytestmark = chromium.NEEDS_CHROMIUM
browser = chromium.browser
STEPS = 10


@pytest.fixture(scope="module")
def episode(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("episode") / "page.html"
    problem = seq_envs.make_problem("SeqEcho-v0", length=STEPS)
    policies = {
        "a memoryless policy": seq_envs.policies.memoryless(problem),
        "best": seq_envs.policies.optimal(problem),
    }
    play(problem, policies).save_html(path)
    return path


def seen(page: Any) -> list[int]:
    """The visible inputs, and the visible answers of the two policies."""
    rows = page.locator("tr.inputs, tr.answers")
    return [row.locator("td:not(.later)").count() for row in rows.all()]


def test_the_button_and_the_slider(browser: Any, episode: Path) -> None:
    page = browser.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.clock.install(time=0)
    page.goto(episode.as_uri())
    page.clock.pause_at(1000 * 3600)  # From here on time passes in `run_for` alone, however slow the machine is.
    assert seen(page) == [STEPS] * 3, "at first the whole episode"
    page.get_by_role("slider").fill("3")
    assert seen(page) == [4, 3, 3], "an input is seen before its answer"
    assert page.locator(".inputs td.now").inner_text() == page.locator(".inputs td").nth(3).inner_text()
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(250 * 3)
    assert seen(page) == [7, 6, 6]
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(5000)
    assert seen(page) == [7, 6, 6]
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(250 * STEPS)
    assert seen(page) == [STEPS] * 3
    page.get_by_role("button", name="Play").click()
    assert seen(page) == [1, 0, 0], "from the beginning"
    assert wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("script", [True, False])
def test_a_phone_shows_it_all(browser: Any, episode: Path, scheme: str, script: bool) -> None:
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": 390, "height": 800}, java_script_enabled=script
    )
    page = context.new_page()
    page.goto(episode.as_uri())
    assert seen(page) == [STEPS] * 3
    assert page.get_by_role("button").is_visible() is script if script else page.get_by_role("button").count() == 0
    room = page.locator(".scroll")
    assert room.bounding_box()["width"] <= 390
    assert page.locator("body").bounding_box()["width"] <= 390
    context.close()
