"""The directive `game`: a game against trained LSTMs, from the data that `seq-envs watch RUN --game FILE.json` writes.

Each line of its content names a game and its file, as in `One back: games/one.json`.
"""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from seq_agents.browser import Game, part
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class GameDirective(SphinxDirective):
    """All games of a page: a page has one such directive."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The games as HTML; other builders leave them out."""
        games = {}
        for line in self.content:
            name, _, file = line.partition(": ")
            _, path = self.env.relfn2path(file)
            self.env.note_dependency(path)
            games[name] = Game.from_json(Path(path).read_text(encoding="utf-8"))
        return [nodes.raw("", part(games), format="html")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_directive("game", GameDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
