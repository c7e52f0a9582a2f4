"""The page of games, whole or as a part of another page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files

from markupsafe import Markup

import seq_envs
from seq_agents.browser.game import Game
from seq_agents.report.page_templates import template_environment


def page(games: Mapping[str, Game]) -> str:
    """A page that needs no other file and no network.

    Args:
        games: at least one, by the name that the page gives it.
    """
    return _render("page.html.j2", games)


def part(games: Mapping[str, Game]) -> str:
    """The same as an element of a page that may have a theme, as the documentation has."""
    return _render("game.html.j2", games)


def _render(template: str, games: Mapping[str, Game]) -> str:
    return (
        template_environment("seq_agents.browser")
        .get_template(template)
        .render(
            data=_script_data({name: asdict(game) for name, game in games.items()}),
            names=list(games),
            style=Markup(_source("game.css")),
            lstm=Markup(_source("lstm.js")),
            # A module: its names do not meet those of the page around it.
            game=Markup("\n".join(map(_source, ("round.js", "table.js", "game.js")))),
            version=seq_envs.__version__,
        )
    )


def _script_data(value: object) -> Markup:
    """JSON for an element `script`, which ends at the first `</`, whatever stands around it."""
    text = json.dumps(value, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))


def _source(name: str) -> str:
    return files("seq_agents.browser").joinpath(name).read_text(encoding="utf-8")
