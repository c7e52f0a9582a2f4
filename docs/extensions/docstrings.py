"""Docstrings as Sphinx reads them: `name` is code, and a link where the name is documented."""

from __future__ import annotations

import re
from typing import Any

from api_pages import documented
from docutils import nodes
from sphinx.addnodes import desc_annotation
from sphinx.application import Sphinx

_ARRAY = "~numpy.ndarray[~typing.Any, ~numpy.dtype[~typing.Any]]"
_SHORT_ARRAY = "ndarray[Any, dtype[Any]]"
_CODE = re.compile(r"`([^`]+)`")
_PUBLIC = documented()
_SHORT = {
    # Short names that mean the same wherever they stand: not `sample` or `levels`, which are members of classes too.
    name.rpartition(".")[2]: name
    for name in _PUBLIC
    if name.rpartition(".")[2][0].isupper() or "_" in name.rpartition(".")[2]
}


def process(app: Sphinx, what: str, name: str, obj: object, options: Any, lines: list[str]) -> None:
    """Rewrite the lines of a docstring in place."""
    paragraphs = "\n".join(lines).split("\n\n")
    rewritten = [part if part.lstrip().startswith(">>>") else _inline(part) for part in paragraphs]
    lines[:] = _with_code_blocks("\n\n".join(rewritten).splitlines())
    if what in ("attribute", "data", "property"):
        lines[:0] = ["..", ""]  # An empty comment, or Napoleon takes what stands before the first colon for a type.


def shorten(app: Sphinx, what: str, name: str, obj: object, options: Any, signature: Any, returns: Any) -> Any:
    """Write the alias `Array` as the code does, instead of what it stands for."""
    texts = [None if text is None else text.replace(_ARRAY, "Array") for text in (signature, returns)]
    return tuple(texts) if texts != [signature, returns] else None


def _inline(text: str) -> str:
    """Code as reStructuredText marks it, and asterisks that are no markup."""
    parts = _CODE.split(text)
    for place in range(0, len(parts), 2):
        parts[place] = parts[place].replace("*", r"\*")
    for place in range(1, len(parts), 2):
        before, after = parts[place - 1][-1:], parts[place + 1][:1]
        marked = _code(" ".join(parts[place].split()))
        # Markup must stand apart from letters; an escaped space separates them without showing.
        parts[place] = ("\\ " if before.isalnum() else "") + marked + ("\\ " if after.isalnum() else "")
    return "".join(parts)


def _code(text: str) -> str:
    target = text if text in _PUBLIC else _SHORT.get(text)
    return f":py:obj:`{text} <{target}>`" if target else f"``{text}``"


def _with_code_blocks(lines: list[str]) -> list[str]:
    """Mark indented blocks that follow a blank line as code."""
    marked: list[str] = []
    for place, line in enumerate(lines):
        marked.append(line)
        following = lines[place + 1] if place + 1 < len(lines) else ""
        written = next((text for text in reversed(marked) if text.strip()), "")
        begins = not line.strip() and following.startswith(_indent(written) + "    ")
        in_code = any(text.strip() == "::" for text in marked[-1:])
        if begins and written and not _is_list(written) and not in_code:
            marked += [f"{_indent(written)}::", ""]
    return marked


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _is_list(line: str) -> bool:
    return bool(re.match(r"\s*([-*]|\w+(,? \w+)*:|\.\.)\s*", line)) and not line.rstrip().endswith(":")


def shorten_annotations(app: Sphinx, doctree: nodes.document) -> None:
    """The same for the types of attributes, which have no signature."""
    for annotation in doctree.findall(desc_annotation):
        if _SHORT_ARRAY in annotation.astext():
            annotation[:] = [nodes.Text(annotation.astext().replace(_SHORT_ARRAY, "Array"))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx, before Napoleon reads the sections."""
    app.connect("autodoc-process-docstring", process, priority=400)
    app.connect("autodoc-process-signature", shorten)
    app.connect("doctree-read", shorten_annotations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
