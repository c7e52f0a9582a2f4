"""What notebooks display: HTML in place of a `repr`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def table(heading: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table with a line above it; everything is escaped."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<p>{escape(heading)}</p><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


class Drawing(str):
    """Text that a notebook displays as it is printed."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self)}</pre>"
