"""Parsing a page of HTML, and checks that every page must pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

_VOID = {"meta", "link", "br", "wbr", "hr", "img", "input"}
_FETCH = {"src", "href", "srcset", "data", "poster", "action", "xlink:href"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    children: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """The elements below this one, in order."""
        found = []
        for child in self.children:
            wanted = {name.rstrip("_"): value for name, value in attributes.items()}
            if child.tag == tag and wanted.items() <= child.attributes.items():
                found.append(child)
            found += child.all(tag, **attributes)
        return found

    def text(self) -> str:
        own = "".join(self.texts)
        return " ".join([own.strip(), *(child.text() for child in self.children)]).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("root", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"{tag} has an attribute twice: {names}"
        element = Element(tag, dict(attrs))
        self.open[-1].children.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> ends <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].texts.append(data)


def parsed(html: str) -> Element:
    """Parse a page; every element must be closed in order, and no attribute may come twice."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == [reader.root], f"never closed: {[element.tag for element in reader.open[1:]]}"
    return reader.root


def every(root: Element) -> list[Element]:
    return [element for child in root.children for element in (child, *every(child))]


def assert_sound(html: str) -> Element:
    """Check form, ids, references, headings and descriptions of figures; nothing may be fetched from elsewhere."""
    root = parsed(html)
    elements = every(root)
    ids = [element.attributes["id"] for element in elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    for element in elements:
        for name, value in element.attributes.items():
            if name in _FETCH:
                assert value is not None
                assert value.startswith("#") or value == "data:,", f"{element.tag} {name}={value}"
                assert value == "data:," or value[1:] in ids, f"nothing has the id {value}"
            if value and "url(#" in value:
                assert value.partition("url(#")[2].partition(")")[0] in ids
            for named in ("aria-labelledby", "for"):
                assert name != named or value in ids
            assert not name.startswith("on"), "scripts stand in one place"
    assert "http:" not in html
    assert "https:" not in html
    assert "@import" not in html
    levels = [int(element.tag[1]) for element in elements if element.tag in ("h1", "h2", "h3", "h4", "h5")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    for element in root.all("figure"):
        charts = element.all("svg", role="img")
        assert len(charts) == 1
        assert len(charts[0].attributes["aria-label"] or "") > 40
        assert element.all("details")[0].all("table")
    for element in root.all("table"):
        assert element.all("caption")[0].text()
        assert all(head.attributes.get("scope") in ("row", "col") for head in element.all("th"))
        widths = {sum(cell.tag in ("td", "th") for cell in row.children) for row in element.all("tr")}
        assert len(widths) == 1, f"rows differ in length: {widths}"
    assert len(root.all("main")) == len(root.all("header")) == len(root.all("nav")) == 1
    return root


def cells(table: Element) -> list[list[str]]:
    """The texts of a table, headings first."""
    return [[cell.text() for cell in row.children if cell.tag in ("td", "th")] for row in table.all("tr")]
