"""The pages that people read: their code blocks and links. As a script it prints an sh block of the README:

python tests/support/readme.py 0
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NamedTuple

from paths import README, ROOT

DOCS = ROOT / "docs"
GENERATED = ("environments", "agents", "reference")
"""Folders of docs/ whose pages are made by the build of the site, which refuses dead links in and to them."""
PAGES = [
    README,
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted(path for path in DOCS.rglob("*.md") if path.relative_to(DOCS).parts[0] not in GENERATED),
]


class Block(NamedTuple):
    """A code block of a page."""

    language: str
    code: str
    output: str | None
    """The `text` block that follows with nothing in between: what the code prints, where `...` stands for anything."""


def blocks(page: Path, language: str) -> list[Block]:
    """The code blocks of a language, in order."""
    found = re.finditer(
        rf"^```{language}\n(?P<code>.*?)^```\n(?:\n*```text\n(?P<output>.*?)^```)?",
        page.read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
    return [Block(language, block["code"], block["output"]) for block in found]


def name_of(page: Path) -> str:
    """The path of a page in the repository, as the name of a test."""
    return page.relative_to(ROOT).as_posix()


def links(page: Path) -> list[str]:
    """The targets of all links and pictures, without those in code."""
    text = re.sub(r"^( *)```.*?^\1```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"\]\(([^)\s]+)\)", text)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and MyST make them."""
    headings = re.findall(r"^#+ +(.+?) *$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


if __name__ == "__main__":
    print(blocks(README, "sh")[int(sys.argv[1])].code)
