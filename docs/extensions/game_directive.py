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
        """The games as HTML; other builders leave them out.

        Raises:
            DirectiveError: no content, or a line that names no game; Sphinx prints it with the line of the page.
        """
        self.assert_has_content()
        games: dict[str, Game] = {}
        for line in self.content:
            name, _, file = line.partition(": ")
            if not (name and file):
                raise self.error(f"each line must be 'NAME: FILE', got {line!r}")
            if name in games:
                raise self.error(f"two games have the name {name!r}")
            games[name] = self._read(file)
        return [nodes.raw("", part(games), format="html")]

    def _read(self, file: str) -> Game:
        """The game of a file, whose path is relative to the page.

        Raises:
            DirectiveError: there is no such file, or it has no game.
        """
        _, path = self.env.relfn2path(file)
        self.env.note_dependency(path)
        try:
            return Game.from_json(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise self.error(f"{file} has no game: {type(error).__name__}: {error}") from None


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_directive("game", GameDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
