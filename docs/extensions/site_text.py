"""Parts of Markdown pages: tables, code blocks, and the sections of a docstring."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> str:
    """A Markdown table; `right` has the columns that are aligned to the right."""
    aligned = set(right)
    rules = ["--:" if column in aligned else "---" for column in range(len(headings))]
    cells = [headings, rules, *([cell.replace("|", r"\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells) + "\n"


def code(text: str, language: str = "text") -> str:
    """A fenced code block."""
    return f"```{language}\n{text.rstrip()}\n```\n"


def sections(docstring: str) -> dict[str, str]:
    """The text below each `## ` heading; what stands before the first has the key "".

    Doctests become code blocks, since Markdown would read `>>>` as three quotations.
    """
    parts = re.split(r"^## (.+)$", docstring, flags=re.MULTILINE)
    headings = ["", *parts[1::2]]
    return {heading: fence_doctests(text.strip()) for heading, text in zip(headings, parts[::2], strict=True)}


def fence_doctests(text: str) -> str:
    """Every paragraph that begins with `>>>`, as a code block."""
    paragraphs = text.split("\n\n")
    return "\n\n".join(code(part, "pycon") if part.startswith(">>>") else part for part in paragraphs)


def parameters(values: dict[str, object]) -> str:
    """Arguments as they are written in a call."""
    return ", ".join(f"{name}={value!r}" for name, value in values.items())


def sentence(text: str) -> str:
    """The text with a capital letter at the start and a full stop at the end."""
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."
