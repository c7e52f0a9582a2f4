"""A built page of the documentation: its text, its anchors, and what it refers to."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass
class SitePage:
    """What a page holds."""

    text: str = ""
    anchors: set[str] = field(default_factory=set)
    targets: list[str] = field(default_factory=list)
    """The addresses of links, pictures, scripts and style sheets."""


class _Reader(HTMLParser):
    def __init__(self, page: SitePage) -> None:
        super().__init__(convert_charrefs=True)
        self.page = page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.page.anchors.add(value)
            if name in ("href", "src") and value:
                self.page.targets.append(value)

    def handle_data(self, data: str) -> None:
        self.page.text += data


@cache
def read_page(path: Path) -> SitePage:
    """A page of the site."""
    page = SitePage()
    _Reader(page).feed(path.read_text(encoding="utf-8"))
    return page


def dead_links(site: Path) -> list[str]:
    """Every address within the site that leads nowhere, with the page that has it."""
    dead = []
    for path in sorted(site.rglob("*.html")):
        for target in read_page(path).targets:
            address = urlsplit(target)
            if address.scheme or address.netloc:
                continue
            file = (path.parent / unquote(address.path)).resolve() if address.path else path
            missing = not file.is_file()
            if missing or (address.fragment and unquote(address.fragment) not in read_page(file).anchors):
                dead.append(f"{path.relative_to(site)}: {target}")
    return dead
