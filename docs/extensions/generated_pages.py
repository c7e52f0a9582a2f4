"""Writes the pages that are generated from the code before Sphinx reads its sources."""

from __future__ import annotations

from pathlib import Path

import agent_pages
import api_pages
import audit_pages
import climb_pages
import command_pages
import core_pages
import example_pages
import problem_pages
import rung_pages
from sphinx.application import Sphinx

FOLDERS = {
    # Folder below docs/, which git ignores, and the modules that write its pages.
    "environments": [problem_pages],
    "agents": [agent_pages, core_pages, rung_pages],
    "reference": [command_pages, api_pages, example_pages, audit_pages, climb_pages],
}


def write(app: Sphinx) -> None:
    """Write every page, and remove those that are no longer generated."""
    for name, writers in FOLDERS.items():
        folder = Path(app.srcdir) / name
        folder.mkdir(exist_ok=True)
        written = {page: content for writer in writers for page, content in writer.pages().items()}
        for old in folder.iterdir():
            if old.name not in written:
                old.unlink()
        for page, content in written.items():
            data = content.encode() if isinstance(content, str) else content
            path = folder / page
            if not path.exists() or path.read_bytes() != data:  # Sphinx reads only what has changed.
                path.write_bytes(data)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
