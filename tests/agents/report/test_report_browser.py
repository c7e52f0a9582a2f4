"""The report in a real browser: Debian's Chromium, driven by playwright."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import chromium
import pytest
from made_results import usual
from seq_agents.report.drawing import COLOURS
from seq_agents.report.page import write_report

pytestmark = chromium.NEEDS_CHROMIUM
browser = chromium.browser

PHONE, DESK = 375, 1280
LONG = "an agent with quite a long name, as people give them to their own"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("browser")
    write_report(usual(path / "results", ["lstm", "recurrent-ppo", "ppo", LONG]), path / "report.html")
    return path / "report.html"


@contextmanager
def shown(browser: Any, report: Path, scheme: str = "light", width: int = DESK, script: bool = True) -> Iterator[Any]:
    """The page; nothing may go wrong on it, and it may fetch nothing but itself."""
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 800}, java_script_enabled=script
    )
    page = context.new_page()
    wrong: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    yield page
    assert wrong == []
    assert {url for url in asked if not url.startswith("data:")} == {report.as_uri()}
    context.close()


def column(page: Any, place: int) -> list[str]:
    """Of the leaderboard."""
    texts: list[str] = page.locator("table").first.locator(f"tbody tr > :nth-child({place})").all_inner_texts()
    return texts


def test_a_click_sorts_both_ways(browser: Any, report: Path) -> None:
    with shown(browser, report) as page:
        heading = page.locator("table").first.locator("thead th")
        assert heading.nth(1).get_attribute("aria-sort") == "descending"
        steps = heading.filter(has_text="steps to solve")
        solved, rest = {"lstm", "recurrent-ppo"}, {"ppo", LONG}
        steps.get_by_role("button").click()
        assert steps.get_attribute("aria-sort") == "descending"
        assert heading.nth(1).get_attribute("aria-sort") is None
        assert set(column(page, 1)[:2]) == rest, "unsolved is longer than any"
        steps.get_by_role("button").click()
        assert steps.get_attribute("aria-sort") == "ascending"
        assert set(column(page, 1)[:2]) == solved
        place = heading.all_inner_texts().index(steps.inner_text()) + 1
        assert column(page, place)[-1] == "unsolved"


def test_the_keyboard_sorts(browser: Any, report: Path) -> None:
    with shown(browser, report) as page:
        button = page.locator("table").first.get_by_role("button", name="agent")
        button.focus()
        page.keyboard.press("Enter")
        names = column(page, 1)
        assert names == [LONG, "lstm", "ppo", "recurrent-ppo"]
        page.keyboard.press("Space")
        assert column(page, 1) == names[::-1]
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "normalised, IQM"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_missing_values_come_last_and_levels_stay(browser: Any, report: Path) -> None:
    with shown(browser, report) as page:
        table = page.locator(".problem.chosen table.sortable")
        button = table.get_by_role("button", name="normalised")
        for first in (LONG, "lstm"):
            button.click()
            assert table.locator("tbody th").all_inner_texts()[0] == first
            assert table.locator("tfoot th").all_inner_texts() == ["chance", "memoryless", "optimal"]
        cells = page.evaluate(
            """() => {
                const body = document.createElement("tbody");
                for (const value of [null, 2, Infinity, 10]) {
                    const cell = body.insertRow().insertCell();
                    if (value !== null) cell.dataset.value = String(value);
                    cell.textContent = String(value);
                }
                const seen = [1, -1].map((sign) => {
                    sort(body, 0, true, sign);
                    return [...body.rows].map((row) => row.textContent);
                });
                return seen;
            }"""
        )
        assert cells == [["2", "10", "Infinity", "null"], ["Infinity", "10", "2", "null"]]


def test_one_problem_at_a_time(browser: Any, report: Path) -> None:
    with shown(browser, report) as page:
        problems = page.locator(".problem")
        assert [problems.nth(place).is_visible() for place in range(3)] == [True, False, False]
        page.get_by_label("Problem", exact=True).select_option("SeqCopy-v0")
        assert [problems.nth(place).is_visible() for place in range(3)] == [False, False, True]
        page.get_by_role("link", name="SeqNext-v0", exact=True).click()
        page.wait_for_function("document.getElementById('switch').value === 'problem-1'")
        assert [problems.nth(place).is_visible() for place in range(3)] == [False, True, False]
        page.emulate_media(media="print")
        assert all(problems.nth(place).is_visible() for place in range(3))


def test_all_problems_without_a_script(browser: Any, report: Path) -> None:
    with shown(browser, report, script=False) as page:
        assert all(page.locator(".problem").nth(place).is_visible() for place in range(3))
        assert not page.locator("#switch").is_visible()
        assert page.get_by_role("button").count() == 0


CONTRASTS = """() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const shine = (colours) => {  // Of colours painted over each other.
        canvas.clearRect(0, 0, 1, 1);
        for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((c) => c / 255)
            .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (one) => one ? [...behind(one.parentElement), getComputedStyle(one).backgroundColor] : ["white"];
    const against = (one, colour) => {
        const under = behind(one), [a, b] = [shine([...under, colour]), shine(under)];
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    };
    const seen = { text: [], lines: [] };
    const texts = "h1, h2, h3, p, dt, dd, th, td, a, li, summary, figcaption, code, select";
    for (const one of document.querySelectorAll(texts)) {
        if (one.textContent.trim() && one.checkVisibility()) seen.text.push(against(one, getComputedStyle(one).color));
    }
    for (const one of document.querySelectorAll("svg.chart")) {
        for (const part of one.querySelectorAll("text")) seen.text.push(against(one, getComputedStyle(part).fill));
        for (const part of one.querySelectorAll("[style*='--agent']")) {
            const { stroke, fill, fillOpacity } = getComputedStyle(part);
            const colours = [stroke, fill].filter((colour) => colour.startsWith("rgb"));
            if (fillOpacity === "1" && !part.closest("defs")) {
                seen.lines.push(Math.max(...colours.map((colour) => against(one, colour))));
            }
        }
    }
    return { text: Math.min(...seen.text), lines: Math.min(...seen.lines), counted: seen.lines.length,
             paper: shine(["white", getComputedStyle(document.body).backgroundColor]) };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_readable(browser: Any, report: Path, scheme: str) -> None:
    """WCAG's contrast: 4.5 for text, 3 for lines of charts."""
    with shown(browser, report, scheme) as page:
        got = page.evaluate(CONTRASTS)
        assert (got["paper"] < 0.05) == (scheme == "dark")
        assert got["text"] >= 4.5
        assert got["lines"] >= 3
        assert got["counted"] > 20


def test_all_colours_of_agents_are_readable(browser: Any, report: Path) -> None:
    for scheme in ("light", "dark"):
        with shown(browser, report, scheme) as page:
            page.evaluate(
                """(colours) => {
                    const chart = document.querySelector("svg.chart");
                    for (let place = 0; place < colours; place++) {
                        const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
                        line.setAttribute("style", `fill: none; stroke: var(--agent-${place})`);
                        chart.append(line);
                    }
                }""",
                COLOURS,
            )
            assert page.evaluate(CONTRASTS)["lines"] >= 3


@pytest.mark.parametrize("width", [320, PHONE, 768, DESK, 2200])
def test_only_tables_scroll_sideways(browser: Any, report: Path, width: int) -> None:
    with shown(browser, report, width=width) as page:
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        for place in range(3):
            page.locator("#switch").select_option(index=place)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        out = page.evaluate(
            """() => [...document.querySelectorAll("main *, header *")].filter((one) => one.checkVisibility()
                && !one.closest(".scroll table") && !one.closest("svg")
                && one.getBoundingClientRect().right > innerWidth + 0.5).map((one) => one.outerHTML.slice(0, 80))"""
        )
        assert out == []


def test_labels_of_charts_are_not_cut(browser: Any, report: Path) -> None:
    with shown(browser, report) as page:
        cut = page.evaluate(
            """() => [...document.querySelectorAll("svg.chart text")].filter((one) => {
                const [text, chart] = [one, one.closest("svg")].map((part) => part.getBoundingClientRect());
                return text.width && (text.left < chart.left - 1 || text.right > chart.right + 1
                    || text.top < chart.top - 1 || text.bottom > chart.bottom + 1);
            }).map((one) => one.textContent)"""
        )
        assert cut == []
