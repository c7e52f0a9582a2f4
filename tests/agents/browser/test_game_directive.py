"""The directive `game` of the documentation: it makes games, and names a wrong line with its page."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from paths import ROOT

pytest.importorskip("myst_parser", reason="the documentation's tools are not installed")
application = pytest.importorskip("sphinx.application", reason="the documentation's tools are not installed")
docutils = pytest.importorskip("sphinx.util.docutils", reason="the documentation's tools are not installed")


def built(folder: Path, content: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """The HTML of a page whose directive begins in line 3, and the warnings of Sphinx."""
    monkeypatch.syspath_prepend(ROOT / "docs" / "extensions")
    (folder / "one.json").write_bytes((ROOT / "docs" / "games" / "one.json").read_bytes())
    (folder / "wrong.json").write_text("[]", encoding="utf-8")
    (folder / "index.md").write_text(f"# Games\n\n```{{game}}\n{content}```\n", encoding="utf-8")
    warnings = io.StringIO()
    with docutils.docutils_namespace():
        sphinx = application.Sphinx(
            folder, None, folder / "html", folder / "doctrees", "html", status=None, warning=warnings,
            confoverrides={"extensions": ["myst_parser", "game_directive"], "html_theme": "basic"},
        )  # fmt: skip
        sphinx.build()
    return (folder / "html" / "index.html").read_text(encoding="utf-8"), warnings.getvalue()


def test_games(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    html, warnings = built(tmp_path, "One: one.json\nTwo: one.json\n", monkeypatch)
    assert warnings == ""
    assert html.count('type="radio"') == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("One: one.json\nTwo one.json\n", "each line must be 'NAME: FILE', got 'Two one.json'"),
        (": one.json\n", "each line must be 'NAME: FILE', got ': one.json'"),
        ("One: one.json\nOne: one.json\n", "two games have the name 'One'"),
        ("One: nowhere.json\n", "nowhere.json has no game: FileNotFoundError"),
        ("One: wrong.json\n", "wrong.json has no game: TypeError"),
        ("One: index.md\n", "index.md has no game: JSONDecodeError"),
        ("", 'Content block expected for the "game" directive'),
    ],
)
def test_a_wrong_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, message: str) -> None:
    _, warnings = built(tmp_path, content, monkeypatch)
    assert "index.md:3: " in warnings
    assert message in warnings
