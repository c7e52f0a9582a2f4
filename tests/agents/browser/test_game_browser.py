"""The game in a real browser: its LSTM computes what torch computes, and a human plays by clicks or by keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import chromium
import numpy as np
import pytest
from paths import ROOT
from seq_agents.browser import Game, page
from tiny_games import TinyGame, by_torch, tiny_game

from seq_envs.env_options import EnvOptions

pytestmark = chromium.NEEDS_CHROMIUM
browser = chromium.browser
STEPS = """(inputs) => {
  const { lstm } = JSON.parse(document.querySelector('[data-part=games]').textContent).game;
  let state = lstmStart(lstm);
  return inputs.map((symbol) => {
    state = lstmStep(lstm, symbol, state);
    return { ...state, ...bestAnswer(state.scores) };
  });
}"""
"""Computes the LSTM of the page along an episode."""


@pytest.fixture(scope="module")
def echo() -> TinyGame:
    return tiny_game("SeqEcho-v0", {"length": 5, "n_values": 4, "lag": 1})


@pytest.fixture(scope="module")
def memorize() -> TinyGame:
    return tiny_game("SeqMemorize-v0", {"length": 12, "distractors": "random"})


def opened(browser: Any, folder: Path, games: dict[str, Game], **context: Any) -> Any:
    """The page of these games, which begins with the first episode; it must not fail or fetch anything."""
    path = folder / "game.html"
    path.write_text(page(games), encoding="utf-8")
    tab = browser.new_context(**context).new_page()
    tab.wrong = []
    tab.on("pageerror", lambda error: tab.wrong.append(str(error)))
    tab.on("request", lambda request: tab.wrong.append(request.url) if request.url != path.as_uri() else None)
    tab.add_init_script("Math.random = () => 0")
    tab.goto(path.as_uri())
    return tab


def row(tab: Any, name: str) -> list[str]:
    """The text of a row of the table, without the words for screen readers."""
    visible = "part => part.className !== 'unseen'"
    text = f"cell => [...cell.childNodes].filter({visible}).map(part => part.textContent).join('')"
    cells: list[str] = tab.locator(f"tr.{name} td").evaluate_all(f"cells => cells.map({text})")
    return cells


@pytest.mark.parametrize(
    ("id", "parameters", "hidden", "scale"),
    [
        ("SeqEcho-v0", {"length": 4, "n_values": 3}, 1, 1.0),
        ("SeqEcho-v0", {"length": 30, "n_values": 10, "lag": 3}, 24, 1.5),
        ("SeqCopy-v0", {"length": 5, "encoding": "normalized"}, 7, 1.0),
        ("SeqMemorize-v0", {"length": 60, "distractors": "random"}, 12, 2.0),
        ("SeqEcho-v0", {"length": 5, "n_values": 4}, 130, 1.0),
    ],
)
def test_it_computes_what_torch_computes(
    browser: Any, tmp_path: Path, id: str, parameters: dict[str, Any], hidden: int, scale: float
) -> None:
    tiny = tiny_game(id, parameters, hidden=hidden, scale=scale)
    tab = opened(browser, tmp_path, {"game": tiny.game})
    for episode in range(3):
        expected = by_torch(tiny, episode)
        found = tab.evaluate(STEPS, tiny.game.episodes[episode].inputs)
        for name, values in expected.items():
            np.testing.assert_allclose([step[name] for step in found], values, atol=1e-4, rtol=0)
        shifted = np.exp(expected["scores"] - expected["scores"].max(-1, keepdims=True))
        np.testing.assert_allclose([step["sure"] for step in found], 1 / shifted.sum(-1), atol=1e-4)
        chosen = np.take_along_axis(shifted, np.array([[step["answer"]] for step in found]), -1)
        np.testing.assert_allclose(chosen, 1, atol=1e-4)
    assert tab.wrong == []


def expected_marks(answers: list[int | None], targets: list[int | None]) -> list[str]:
    return ["·" if target is None else f"{answer}{'✓' if answer == target else '✗'}"
            for answer, target in zip(answers, targets, strict=True)]  # fmt: skip


def test_a_game_by_clicks(browser: Any, tmp_path: Path, echo: TinyGame) -> None:
    tab = opened(browser, tmp_path, {"game": echo.game})
    first, second = echo.game.episodes[:2]
    network = by_torch(echo, 0)["scores"].argmax(-1).tolist()
    assert tab.locator(".question").inner_text() == echo.game.question
    assert not tab.locator(".choice").is_visible(), "there is one game"
    given: list[int | None] = []
    for step, (symbol, target) in enumerate(zip(first.inputs, first.targets, strict=True)):
        assert tab.locator("[data-part=input]").inner_text() == str(symbol)
        assert row(tab, "inputs") == ["•"] * step + [str(symbol)] + [""] * (4 - step), "the past is hidden"
        assert tab.locator("tr.state div").count() == step
        given.append(None if target is None else target if step % 2 else (target + 1) % 4)
        if given[-1] is None:
            assert not tab.locator(".answers").is_visible()
            tab.get_by_role("button", name="Next").click()
        else:
            tab.get_by_role("button", name=str(given[-1]), exact=True).click()
            assert f"the answer was {target}" in tab.locator("[data-part=verdict]").inner_text()
    assert row(tab, "inputs") == [str(symbol) for symbol in first.inputs], "the end reveals the inputs"
    assert row(tab, "human") == expected_marks(given, first.targets)
    assert row(tab, "network") == expected_marks(network, first.targets)
    assert row(tab, "truth") == ["·" if target is None else str(target) for target in first.targets]
    right = sum(target is not None and answer == target for answer, target in zip(network, first.targets, strict=True))
    assert f"You: 2 of 4, LSTM: {right} of 4." in tab.locator("[data-part=prompt]").inner_text()
    assert tab.locator("tr.state i").count() == 5 * 5
    tab.get_by_role("button", name="Play again").click()
    assert tab.locator("[data-part=input]").inner_text() == str(second.inputs[0]), "another episode"
    assert row(tab, "human") == [""] * 5
    assert tab.wrong == []


def test_the_strength_of_a_cell_is_its_value(browser: Any, tmp_path: Path, echo: TinyGame) -> None:
    tab = opened(browser, tmp_path, {"game": echo.game})
    tab.get_by_role("button", name="Next").click()
    cells = by_torch(echo, 0)["cell"][0][echo.game.lstm.order]
    drawn = tab.locator("tr.state i").evaluate_all(
        "all => all.map(i => [i.className, i.style.getPropertyValue('--strength')])"
    )
    assert [name for name, _ in drawn] == ["below" if value < 0 else "above" for value in cells]
    np.testing.assert_allclose(
        [float(strength[:-1]) for _, strength in drawn], 100 * np.abs(np.tanh(cells / echo.game.lstm.scale)), atol=0.6
    )


def test_a_game_by_keys(browser: Any, tmp_path: Path, echo: TinyGame, memorize: TinyGame) -> None:
    """Digits answer at once, where no other answer begins with them; Enter goes on."""
    tab = opened(browser, tmp_path, {"echo": echo.game, "memorize": memorize.game})
    first = echo.game.episodes[0]
    for target in first.targets:
        tab.keyboard.press("Enter" if target is None else str(target))
    assert row(tab, "human") == expected_marks(first.targets, first.targets)
    tab.keyboard.press("Enter")
    assert row(tab, "human") == [""] * 5, "Enter begins the next episode"
    tab.get_by_role("radio", name="memorize").check()
    first = memorize.game.episodes[0]
    tab.keyboard.press("Tab")
    for _ in first.targets[:-1]:
        assert tab.evaluate("document.activeElement.textContent") == "Next", "the focus stays"
        tab.keyboard.press("Enter")
    [target] = [target for target in first.targets if target is not None]
    assert target >= 10
    tab.keyboard.press("1")
    assert "1…" in tab.locator("[data-part=prompt]").inner_text()
    tab.keyboard.press("9")
    assert row(tab, "human")[-1] == "9✗", "no answer is 19"
    assert tab.evaluate("document.activeElement.textContent") == "Play again"
    tab.keyboard.press("Enter")
    for _ in first.targets[:-1]:
        tab.keyboard.press("Enter")
    for key in "1", "Enter":
        tab.keyboard.press(key)
    assert row(tab, "human")[-1] == "1✗", "Enter ends a number"
    assert "In 2 episodes you: 0, LSTM: " in tab.locator("[data-part=prompt]").inner_text()
    assert tab.wrong == []


def on_the_last_step(tab: Any, game: Game) -> None:
    """Begin the first episode of a game, which has its only question at the end, and press Enter up to there."""
    for _ in game.episodes[0].targets[:-1]:
        tab.keyboard.press("Enter")


@pytest.mark.parametrize("key", ["Backspace", "Escape"])
def test_a_typed_digit_can_be_dropped(browser: Any, tmp_path: Path, memorize: TinyGame, key: str) -> None:
    tab = opened(browser, tmp_path, {"game": memorize.game})
    on_the_last_step(tab, memorize.game)
    tab.keyboard.press("1")
    assert tab.locator("[data-part=prompt]").inner_text() == "Your answer: 1… (Enter)"
    tab.keyboard.press(key)
    assert tab.locator("[data-part=prompt]").inner_text() == "Your answer:"
    tab.keyboard.press("Enter")
    assert row(tab, "human")[-1] == "", "nothing is typed"
    tab.keyboard.press("2")
    assert row(tab, "human")[-1].startswith("2"), "not 12"
    assert tab.wrong == []


@pytest.mark.parametrize("focus", ["the page", "the button"])
@pytest.mark.parametrize("key", ["Enter", " "])
def test_a_held_key_plays_one_step(browser: Any, tmp_path: Path, memorize: TinyGame, key: str, focus: str) -> None:
    tab = opened(browser, tmp_path, {"game": memorize.game})
    if focus == "the button":
        tab.get_by_role("button", name="Next").focus()
    for _ in range(4):
        tab.keyboard.down(key)  # Again without `up`, as a held key does.
    tab.keyboard.up(key)
    assert tab.locator("[data-part=count]").inner_text() == "Step 2 of 11"
    tab.keyboard.press(key)
    assert tab.locator("[data-part=count]").inner_text() == "Step 3 of 11"


def test_a_held_digit_answers_once(browser: Any, tmp_path: Path, echo: TinyGame) -> None:
    tab = opened(browser, tmp_path, {"game": echo.game})
    tab.keyboard.press("Enter")
    for _ in range(3):
        tab.keyboard.down("2")
    assert tab.locator("[data-part=count]").inner_text() == "Step 3 of 5"


def test_a_large_network_plays(browser: Any, tmp_path: Path) -> None:
    tiny = tiny_game("SeqEcho-v0", {"length": 5, "n_values": 4, "lag": 1}, hidden=130)
    tab = opened(browser, tmp_path, {"game": tiny.game})
    tab.get_by_role("button", name="Next").click()
    tab.get_by_role("button", name="0", exact=True).click()
    assert row(tab, "network")[1][0] == str(by_torch(tiny, 0)["scores"][1].argmax())
    assert tab.locator("tr.state div").first.locator("i").count() == 128
    assert "one of the 128 cells of the LSTM that vary most, out of 130," in tab.locator(".legend").inner_text()
    assert tab.wrong == []


def test_the_page_names_the_problem_and_the_training(browser: Any, tmp_path: Path, echo: TinyGame) -> None:
    learned = replace(echo.game, steps_learned=1_234_567)
    tab = opened(browser, tmp_path, {"learned": learned, "new": echo.game})
    about = tab.locator("[data-part=about]")
    assert about.inner_text() == f"{echo.game.problem}. The LSTM learned from 1,234,567 time steps."
    tab.get_by_role("radio", name="new").check(force=True)
    assert about.inner_text() == f"{echo.game.problem}. The LSTM is not trained."


@pytest.mark.parametrize(
    ("options", "sees"),
    [
        ({"feedback": ("action",)}, " It also sees its previous answer."),
        ({"feedback": ("reward",)}, " It also sees whether its previous answer was right."),
        ({"feedback": ("action", "reward")}, " It also sees its previous answer and whether that was right."),
        ({"feedback": ("reward",), "pay": "at_end"}, ""),
    ],
)
def test_a_network_observes_its_own_past_and_not_that_of_the_human(
    browser: Any, tmp_path: Path, options: dict[str, Any], sees: str
) -> None:
    parameters = {"length": 12, "n_values": 3, "lag": 1}
    tiny = tiny_game("SeqEcho-v0", parameters, "recurrent-ppo-stock", scale=4.0, options=EnvOptions(**options))
    tab = opened(browser, tmp_path, {"game": tiny.game})
    assert tab.locator("[data-part=about]").inner_text().endswith(f"is not trained.{sees}")
    targets = tiny.game.episodes[0].targets
    wrong = [None if target is None else (target + 1) % 3 for target in targets]
    tab.evaluate(PLAY, wrong[:-1])
    tab.keyboard.press(str(wrong[-1]))
    network = by_torch(tiny, 0)["scores"].argmax(-1).tolist()
    assert row(tab, "network") == expected_marks(network, targets)
    assert tab.wrong == []


PLAY = """answers => answers.map((answer) => {
  const visible = (button) => !button.closest('[hidden]');
  const answers = document.querySelectorAll('.answers button');
  const button = answer === null ? document.querySelector('.next') : answers[answer];
  if (!visible(button)) return 'another button is needed';
  button.click();
  const [room, names, now] = ['.scroll', 'thead th', 'th.current'].map(
    (part) => document.querySelector(part).getBoundingClientRect(),
  );
  return names.left > room.left - 2 && names.right < now.left + 2 && now.right < room.right + 2;
})"""
"""Plays an episode; after each step, whether the names of the rows and the current column are in sight."""
TOO_WIDE = """() => [...document.querySelectorAll('.scroll td, .scroll th')].filter((cell) => {
  const text = document.createRange();
  const right = (part) => (text.selectNodeContents(part), text.getBoundingClientRect().right);
  const parts = cell.children.length ? [...cell.querySelectorAll('span:not(.unseen)')] : [cell];
  return parts.some((part) => right(part) > cell.getBoundingClientRect().right);
}).map((cell) => cell.textContent)"""
"""The cells of the table that are too narrow for their text."""


@pytest.mark.parametrize("width", [1000, 390])
def test_a_long_game_with_many_answers(browser: Any, tmp_path: Path, width: int) -> None:
    game = tiny_game("SeqEcho-v0", {"length": 200, "n_values": 100, "lag": 1}).game
    tab = opened(browser, tmp_path, {"game": game}, viewport={"width": width, "height": 900})
    targets = game.episodes[0].targets
    assert tab.evaluate(PLAY, targets[:-1]) == [True] * 199
    assert tab.locator(".scroll").evaluate("room => room.scrollLeft") > 0
    assert tab.evaluate(TOO_WIDE) == []
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    assert tab.locator(".scroll").bounding_box()["y"] < 800, "the answers leave the table in sight"
    tab.keyboard.press("9")
    tab.keyboard.press("9")
    assert row(tab, "human") == expected_marks([*targets[:-1], 99], targets)
    assert tab.wrong == []


def test_what_a_screen_reader_says(browser: Any, tmp_path: Path, echo: TinyGame) -> None:
    tab = opened(browser, tmp_path, {"game": echo.game})
    inputs, targets = echo.game.episodes[0].inputs, echo.game.episodes[0].targets
    said = tab.get_by_role("status")
    assert f"Step 1. Input: {inputs[0]}." in said.inner_text()
    tab.get_by_role("button", name="Next").click()
    tab.get_by_role("button", name=str(targets[1]), exact=True).click()
    assert f"Step 2: the answer was {targets[1]}." in said.inner_text()
    assert f"Step 3. Input: {inputs[2]}." in said.inner_text()
    assert "right" in tab.locator("tr.human td").nth(1).inner_text()


def test_a_phone_shows_it_all(browser: Any, tmp_path: Path) -> None:
    games = {path.stem: Game.from_json(path.read_text("utf-8")) for path in (ROOT / "docs" / "games").glob("*.json")}
    tab = opened(browser, tmp_path, games, viewport={"width": 390, "height": 844})
    for name in games:
        tab.get_by_role("radio", name=name).check(force=True)
        assert tab.evaluate("document.documentElement.scrollWidth") == 390
        assert tab.locator(".scroll").evaluate("room => room.scrollWidth - room.clientWidth") == 0, "no column is cut"
        button = tab.locator(".reply button:visible").first.bounding_box()
        assert button["height"] >= 44
        assert button["y"] + button["height"] < 844
    assert tab.wrong == []


def test_texts_are_escaped(browser: Any, tmp_path: Path, echo: TinyGame) -> None:
    name = '</script><img src="x" onerror="document.title = 1">'
    tab = opened(browser, tmp_path, {name: echo.game, "other": echo.game})
    assert tab.locator("img").count() == 0
    assert tab.get_by_text(name).is_visible()
    assert tab.wrong == []


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_theme_of_the_page_around_it_comes_first(browser: Any, tmp_path: Path, echo: TinyGame, system: str) -> None:
    """furo names the theme that its reader has chosen at the body."""
    tab = opened(browser, tmp_path, {"game": echo.game}, color_scheme=system)

    def ink(theme: str) -> str:
        tab.evaluate("theme => { document.body.dataset.theme = theme }", theme)
        colour: str = tab.locator(".question").evaluate("text => getComputedStyle(text).color")
        return colour

    assert ink("light") != ink("dark")
    assert ink("auto") == ink(system)


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_a_reader_may_prefer_no_motion(browser: Any, tmp_path: Path, echo: TinyGame, motion: str) -> None:
    tab = opened(browser, tmp_path, {"game": echo.game}, reduced_motion=motion)
    tab.get_by_role("button", name="Next").click()
    for part in tab.locator(".input, tr.state div").all():
        moves = part.evaluate("part => getComputedStyle(part).animationName") != "none"
        assert moves == (motion == "no-preference")
