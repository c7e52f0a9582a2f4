"""The page of an inspection in a real browser: it fits the window, and maps lie below the steps that they belong to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import chromium
import pytest
import torch
from seq_agents.inspection import inspect
from tiny_agents import tiny

import seq_envs

torch.set_num_threads(1)
pytestmark = chromium.NEEDS_CHROMIUM
browser = chromium.browser
STEPS = 20


@pytest.fixture(scope="module")
def inspected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("inspection") / "page.html"
    inspect(tiny("recurrent-ppo", seq_envs.make_problem("SeqEcho-v0", length=STEPS))).save_html(path)
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1400])
def test_it_fits_the_window(browser: Any, inspected: Path, scheme: str, width: int) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    page = context.new_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(inspected.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [url for url in fetched if not url.startswith(("file:", "data:"))] == []
    steps = [cell.bounding_box() for cell in page.locator(".steps td").all()]
    assert len(steps) == STEPS
    for image in page.locator(".heat img").all():
        assert image.evaluate("image => image.naturalWidth") == STEPS
        box = image.bounding_box()
        assert box["x"] == pytest.approx(steps[0]["x"], abs=1)
        assert box["x"] + box["width"] == pytest.approx(steps[-1]["x"] + steps[-1]["width"], abs=1)
    outlined = page.locator("svg rect.source").first.bounding_box()
    map_box = page.locator("svg image").first.bounding_box()
    assert outlined["width"] == pytest.approx(map_box["width"] / STEPS, rel=0.2), "one time step wide"
    context.close()
